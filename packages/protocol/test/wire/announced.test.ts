import { describe, expect, it } from 'vitest';
import {
  announcementHash,
  isGenuine,
  type MessageOf,
  publicKey,
  schnorrSign,
  secretScalar,
} from '../../src/index.ts';
import { fixtureCoin, fixtureHash, fixtureKey, fixtureSecret } from '../fixtures/terms.ts';

const genesis = fixtureHash('genesis');
const stake = fixtureSecret('stake');
const messageKey = fixtureKey('announcer');

type Content = Omit<MessageOf<'announcement'>, 'kind' | 'signature'>;

const content: Content = {
  offer: fixtureCoin('offer', 1n).outpoint,
  parametersTxid: fixtureCoin('T_P', 1n).outpoint.txid,
  proof: { kind: 'offer', offerKey: publicKey(stake) },
  messageKey,
  genesis,
  peer: 'arbiter',
  height: 100,
};

const signed = (of: Content, secret = stake): MessageOf<'announcement'> => ({
  kind: 'announcement',
  ...of,
  signature: schnorrSign(announcementHash(of), secret, new Uint8Array(32)),
});

describe('announcement', () => {
  it('is genuine when the key of its stake signed it for this chain, and its author sent it', () => {
    expect(isGenuine(signed(content), { from: messageKey }, genesis)).toBe(true);
  });

  it('nobody can repeat it as its own: the peer is under the signature', () => {
    const repeated = { ...signed(content), peer: 'mallory' };
    expect(isGenuine(repeated, { from: messageKey }, genesis)).toBe(false);
    expect(isGenuine({ ...signed(content), height: 101 }, { from: messageKey }, genesis)).toBe(false);
  });

  it('nobody can put it into an envelope of its own, of which there would be endlessly many', () => {
    expect(isGenuine(signed(content), { from: fixtureKey('mallory') }, genesis)).toBe(false);
  });

  it('nobody can repeat it on another chain: its first block is under the signature', () => {
    const other = fixtureHash('genesis of another chain');
    expect(isGenuine(signed(content), { from: messageKey }, other)).toBe(false);
    expect(isGenuine({ ...signed(content), genesis: other }, { from: messageKey }, other)).toBe(false);
  });

  it('another key than that of the stake announces nothing', () => {
    const other = secretScalar(new Uint8Array(32).fill(7));
    expect(isGenuine(signed(content, other), { from: messageKey }, genesis)).toBe(false);
  });
});
