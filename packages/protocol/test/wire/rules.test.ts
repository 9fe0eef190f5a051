import { describe, expect, it } from 'vitest';
import {
  announcementHash,
  encodeMessage,
  MAX_BLOB_BYTES,
  type Message,
  openingHash,
  postReceiptHash,
  satoshi,
  schnorrSignature,
  toHex,
} from '../../src/index.ts';
import { fixtureCoin, fixtureHash, fixtureKey } from '../fixtures/terms.ts';

const channel = fixtureHash('contract');
const signature = schnorrSignature(new Uint8Array(64));
const claim = {
  kind: 'claim',
  court: 'TxA',
  channel,
  root: fixtureHash('R'),
  index: 3,
  opening: new Uint8Array([1]),
  programHash: fixtureHash('program'),
} as const;

/** Path of the refusal of a message that a node must not send. */
function refusedAt(message: Message): unknown {
  try {
    encodeMessage(message);
  } catch (error) {
    return (error as { evidence?: { path?: unknown } }).evidence?.path;
  }
  return 'accepted';
}

describe('rules across fields', () => {
  it('blob: at most 1 MiB at a time', () => {
    const blob = { kind: 'blob', channel, content: fixtureHash('x'), offset: 0, total: 0x4000_0000 } as const;
    expect(refusedAt({ ...blob, bytes: new Uint8Array(MAX_BLOB_BYTES) })).toBe('accepted');
    expect(refusedAt({ ...blob, bytes: new Uint8Array(MAX_BLOB_BYTES + 1) })).toBe('blob.bytes');
  });

  it('blob: offset and bytes stay within the total', () => {
    const blob = {
      kind: 'blob',
      channel,
      content: fixtureHash('x'),
      offset: 2,
      bytes: new Uint8Array(3),
    } as const;
    expect(refusedAt({ ...blob, total: 5 })).toBe('accepted');
    expect(refusedAt({ ...blob, total: 4 })).toBe('blob');
  });

  it('claim: faults that are judged by running the chunk carry its input', () => {
    const input = { bytes: new Uint8Array(0), path: [] };
    for (const fault of ['output', 'lock'] as const) {
      expect(refusedAt({ ...claim, fault, input })).toBe('accepted');
      expect(refusedAt({ ...claim, fault, input: null })).toBe('claim');
    }
    for (const fault of ['path', 'dleq', 'ciphertext', 'malformed'] as const) {
      expect(refusedAt({ ...claim, fault, input: null })).toBe('accepted');
    }
  });
});

describe('encoding refuses what decoding would refuse', () => {
  it('a text that is no Unicode', () => {
    const refused = { kind: 'refused', channel, code: 'C1', culprit: null } as const;
    expect(refusedAt({ ...refused, reason: 'too little' })).toBe('accepted');
    expect(refusedAt({ ...refused, reason: '\ud800' })).toBe('refused.reason');
    expect(refusedAt({ ...refused, reason: 'é'.repeat(250) })).toBe('accepted');
    expect(refusedAt({ ...refused, reason: 'é'.repeat(251) })).toBe('refused.reason');
    expect(refusedAt({ ...refused, reason: '', code: 'no spaces' })).toBe('refused.code');
  });

  it('a party or a transaction that no graph has', () => {
    const lacking = (signer: string, transaction: string): Message =>
      ({
        kind: 'lacking',
        channel,
        items: [{ what: 'signature', transaction, input: 0, signer }],
      }) as unknown as Message;
    expect(refusedAt(lacking('arbiter:11', 'Tx7:1.2.11'))).toBe('accepted');
    for (const party of ['arbiter:0', 'arbiter:12', 'arbiter:01', 'arbiter:', 'fund', 'client ']) {
      expect(refusedAt(lacking(party, 'Tx0'))).toBe('lacking.items[0].signer');
    }
    for (const id of ['Tx2', 'Tx7', 'Tx7:', 'Tx7:1.', 'Tx7:12', 'Tx9:1.2', "Tx5'", 'TxB', 'tx4', 'Tx4\n']) {
      expect(refusedAt(lacking('client', id))).toBe('lacking.items[0].transaction');
    }
  });

  it('a list that is too long, a number outside of its width, an unknown variant', () => {
    const spend = { output: 1, script: new Uint8Array(22), amount: satoshi(1n), signature };
    const release = (spends: readonly (typeof spend)[]): Message => ({
      kind: 'releaseSignatures',
      channel,
      spends,
    });
    expect(refusedAt(release(Array(12).fill(spend)))).toBe('accepted');
    expect(refusedAt(release(Array(13).fill(spend)))).toBe('releaseSignatures.spends');
    expect(refusedAt(release([]))).toBe('releaseSignatures.spends');
    expect(refusedAt(release([spend, { ...spend, output: 0x1_0000 }]))).toBe(
      'releaseSignatures.spends[1].output',
    );
    expect(refusedAt({ ...claim, fault: 'boredom' } as unknown as Message)).toBe('claim.fault');
  });
});

describe('hashes', () => {
  const posted = { channel, author: fixtureKey('author'), message: fixtureHash('M'), height: 100 };
  const offer = {
    offer: fixtureCoin('offer', 1n).outpoint,
    parametersTxid: fixtureCoin('T_P', 1n).outpoint.txid,
    proof: { offerKey: fixtureKey('offer') },
    messageKey: fixtureKey('message'),
    genesis: fixtureHash('genesis'),
    peer: 'a',
    height: 100,
  };

  it.each<[string, Uint8Array, readonly Uint8Array[]]>([
    [
      'post receipt',
      postReceiptHash(posted),
      [
        postReceiptHash({ ...posted, channel: fixtureHash('other') }),
        postReceiptHash({ ...posted, author: fixtureKey('other') }),
        postReceiptHash({ ...posted, message: fixtureHash('other') }),
        postReceiptHash({ ...posted, height: 101 }),
      ],
    ],
    [
      'announcement',
      announcementHash(offer),
      [
        announcementHash({ ...offer, offer: { ...offer.offer, vout: 1 } }),
        announcementHash({ ...offer, offer: fixtureCoin('other', 1n).outpoint }),
        announcementHash({ ...offer, parametersTxid: fixtureCoin('other', 1n).outpoint.txid }),
        announcementHash({ ...offer, proof: { offerKey: fixtureKey('other') } }),
        announcementHash({ ...offer, messageKey: fixtureKey('other') }),
        announcementHash({ ...offer, genesis: fixtureHash('other') }),
        announcementHash({ ...offer, peer: 'b' }),
        announcementHash({ ...offer, height: 101 }),
      ],
    ],
    [
      'opening',
      openingHash(new Uint8Array([1])),
      [openingHash(new Uint8Array([1, 0])), openingHash(new Uint8Array(0))],
    ],
  ])('%s: every field counts', (_, hash, others) => {
    expect(new Set([hash, ...others].map(toHex)).size).toBe(others.length + 1);
  });
});
