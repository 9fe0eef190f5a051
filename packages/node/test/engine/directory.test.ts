import {
  hash32,
  type MessageOf,
  publicKey,
  schnorrSignature,
  secretScalar,
  txidFromInternal,
} from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { Directory } from '../../src/engine/directory.ts';

const key = publicKey(secretScalar(new Uint8Array(32).fill(9)));
const offer = { txid: txidFromInternal(hash32(new Uint8Array(32).fill(1))), vout: 0 };

const announcement = (peer: string, height: number, vout = 0): MessageOf<'announcement'> => ({
  kind: 'announcement',
  offer: { ...offer, vout },
  parametersTxid: txidFromInternal(hash32(new Uint8Array(32).fill(2))),
  proof: { kind: 'offer', offerKey: key },
  messageKey: key,
  genesis: hash32(new Uint8Array(32).fill(3)),
  peer,
  height,
  signature: schnorrSignature(new Uint8Array(64)),
});

describe('directory of arbiters', () => {
  it('learns from an announcement who answers for an offer: the peer that it names', () => {
    const directory = new Directory();
    expect(directory.peerOfOffer(offer)).toBe(undefined);
    expect(directory.announce(announcement('arbiter-1', 100))).toBe(true);
    expect(directory.peerOfOffer(offer)).toBe('arbiter-1');
  });

  it('the later one counts: an arbiter may move, and what it once said moves it nowhere', () => {
    const directory = new Directory();
    expect(directory.announce(announcement('before', 100))).toBe(true);
    expect(directory.announce(announcement('after', 101))).toBe(true);
    expect(directory.announce(announcement('before', 100))).toBe(false);
    expect(directory.announce(announcement('third', 101))).toBe(false);
    expect(directory.peerOfOffer(offer)).toBe('after');
    expect(directory.announce(announcement('after', 101))).toBe(true);
  });

  it('10,000 offers are remembered, those that were announced last', () => {
    const directory = new Directory();
    for (let vout = 0; vout < 10_000; vout++) directory.announce(announcement('a', 100, vout));
    directory.announce(announcement('a', 100, 0));
    directory.announce(announcement('a', 100, 10_000));
    expect(directory.peerOfOffer({ ...offer, vout: 0 })).toBe('a');
    expect(directory.peerOfOffer({ ...offer, vout: 1 })).toBe(undefined);
    expect(directory.peerOfOffer({ ...offer, vout: 2 })).toBe('a');
  });
});
