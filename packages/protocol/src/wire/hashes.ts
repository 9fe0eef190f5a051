import type { Outpoint } from '../contract/outpoint.ts';
import type { Hash32, Txid, XOnlyKey } from '../primitives/brands.ts';
import { txidToInternal } from '../primitives/brands.ts';
import { fixed, type HashField, taggedHash, text, u32, variable } from '../primitives/tagged-hash.ts';
import type { Acceptance } from './ceremony.ts';

function outpointFields(outpoint: Outpoint): readonly HashField[] {
  return [fixed(txidToInternal(outpoint.txid)), u32(outpoint.vout)];
}

/**
 * What an arbiter signs with the stake's key in `announcement`:
 * H("announcement", outpoint, T_P, O_i, message key, hash of the first block, peer, height).
 */
export function announcementHash(announcement: {
  readonly offer: Outpoint;
  readonly parametersTxid: Txid;
  readonly proof: { readonly offerKey: XOnlyKey };
  readonly messageKey: XOnlyKey;
  readonly genesis: Hash32;
  readonly peer: string;
  readonly height: number;
}): Hash32 {
  return taggedHash(
    'announcement',
    ...outpointFields(announcement.offer),
    fixed(txidToInternal(announcement.parametersTxid)),
    fixed(announcement.proof.offerKey),
    fixed(announcement.messageKey),
    fixed(announcement.genesis),
    text(announcement.peer),
    u32(announcement.height),
  );
}

/**
 * What an arbiter signs with the stake's key in an acceptance:
 * H("acceptance", contract hash, outpoint, O_i, A_i, message key, expiry).
 */
export function acceptanceHash(acceptance: Omit<Acceptance, 'signature'>): Hash32 {
  return taggedHash(
    'acceptance',
    fixed(acceptance.contractHash),
    ...outpointFields(acceptance.outpoint),
    fixed(acceptance.proof.offerKey),
    fixed(acceptance.key),
    fixed(acceptance.messageKey),
    u32(acceptance.expiry),
  );
}

/** H("opening", body): how a verdict names the opening that it judged (D31). */
export function openingHash(body: Uint8Array): Hash32 {
  return taggedHash('opening', variable(body));
}

/**
 * What a node signs when it accepted a posted message:
 * H("post-receipt", contract hash, author, H("message", kind, body), height).
 */
export function postReceiptHash(posted: {
  readonly channel: Hash32;
  readonly author: XOnlyKey;
  readonly message: Hash32;
  readonly height: number;
}): Hash32 {
  return taggedHash(
    'post-receipt',
    fixed(posted.channel),
    fixed(posted.author),
    fixed(posted.message),
    u32(posted.height),
  );
}
