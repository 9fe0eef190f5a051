import {
  announcementHash,
  hash32,
  type MessageOf,
  publicKey,
  schnorrSign,
  schnorrVerify,
  secretScalar,
  txidFromInternal,
} from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { Directory } from '../../src/engine/directory.ts';

const secret = secretScalar(new Uint8Array(32).fill(9));
const offer = { txid: txidFromInternal(hash32(new Uint8Array(32).fill(1))), vout: 0 };

function announcement(signer = secret): MessageOf<'announcement'> {
  const content = {
    offer,
    parametersTxid: txidFromInternal(hash32(new Uint8Array(32).fill(2))),
    proof: { kind: 'offer', offerKey: publicKey(secret) } as const,
    messageKey: publicKey(secretScalar(new Uint8Array(32).fill(8))),
  };
  return {
    kind: 'announcement',
    ...content,
    signature: schnorrSign(announcementHash(content), signer, new Uint8Array(32)),
  };
}

describe('directory of arbiters', () => {
  it('learns who answers for an offer from an announcement that the key of the offer signed', () => {
    const directory = new Directory();
    expect(directory.announce(announcement(), 'arbiter-1', schnorrVerify)).toBe(true);
    expect(directory.peerOfOffer(offer)).toBe('arbiter-1');
  });

  it('learns nothing from an announcement that somebody else signed', () => {
    const directory = new Directory();
    directory.announce(announcement(), 'arbiter-1', schnorrVerify);
    const forged = announcement(secretScalar(new Uint8Array(32).fill(7)));
    expect(directory.announce(forged, 'mallory', schnorrVerify)).toBe(false);
    expect(directory.peerOfOffer(offer)).toBe('arbiter-1');
  });

  it('keeps an offer where it was announced first while channels are open, whoever repeats the announcement', () => {
    const directory = new Directory();
    expect(directory.announce(announcement(), 'arbiter-1', schnorrVerify, true)).toBe(true);
    expect(directory.announce(announcement(), 'mallory', schnorrVerify, true)).toBe(false);
    expect(directory.peerOfOffer(offer)).toBe('arbiter-1');
    expect(directory.announce(announcement(), 'arbiter-2', schnorrVerify)).toBe(true);
    expect(directory.peerOfOffer(offer)).toBe('arbiter-2');
  });
});
