import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bip86Script,
  eligible,
  fromBigEndian,
  fromHex,
  hash32,
  keyAfter,
  type Offer,
  offerOf,
  oracleSeed,
  rank,
  rankOffers,
  txidFromDisplay,
  txidToInternal,
} from '../../src/index.ts';
import { treeOutput } from '../../src/transactions/taproot.ts';
import { OFFERS, offer } from '../fixtures/ceremony.ts';
import { fixtureCoin, fixtureHash, fixtureKey } from '../fixtures/terms.ts';
import { field, vectors } from '../fixtures/vectors.ts';

const bytes = (value: Parameters<typeof field>[0]) => hash32(fromHex(field(value)));

describe('oracle and rank', () => {
  it('are those of the format vectors', () => {
    const named = vectors('named');
    const oracles = named.filter((entry) => entry.in.of === 'oracle');
    const ranks = named.filter((entry) => entry.in.of === 'rank');
    expect([oracles.length > 0, ranks.length > 0]).toEqual([true, true]);
    for (const { in: given, out } of oracles) {
      // The vectors write block hashes as people do; hashes take internal byte order (M §Conventions).
      const blockHash = hash32(txidToInternal(txidFromDisplay(field(given.blockHash))));
      const seed = oracleSeed(blockHash, bytes(given.sC), bytes(given.sV), bytes(given.sW));
      expect(seed).toEqual(bytes(out.digest));
    }
    for (const { in: given, out } of ranks) {
      const outpoint = { txid: txidFromDisplay(field(given.txid)), vout: Number(given.vout) };
      expect(rank(bytes(given.seed), outpoint)).toBe(fromBigEndian(bytes(out.digest)));
    }
  });

  it('order the offers by rank alone, whatever order they come in', () => {
    const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(hash32);
    fc.assert(
      fc.property(seeds, fc.shuffledSubarray([...OFFERS], { minLength: OFFERS.length }), (seed, shuffled) => {
        const ranked = rankOffers(seed, shuffled);
        expect(ranked).toEqual(rankOffers(seed, OFFERS));
        const ranks = ranked.map(({ outpoint }) => rank(seed, outpoint));
        expect(ranks).toEqual(ranks.toSorted((a, b) => (a < b ? -1 : 1)));
      }),
      { numRuns: 20 },
    );
  });

  it('D21: every seed and the block move the draw', () => {
    const [block, client, verifier, worker, other] = ['b', 'c', 'v', 'w', 'o'].map(fixtureHash) as never[];
    const seed = oracleSeed(block!, client!, verifier!, worker!);
    expect(oracleSeed(other!, client!, verifier!, worker!)).not.toEqual(seed);
    expect(oracleSeed(block!, other!, verifier!, worker!)).not.toEqual(seed);
    expect(oracleSeed(block!, client!, other!, worker!)).not.toEqual(seed);
    expect(oracleSeed(block!, client!, verifier!, other!)).not.toEqual(seed);
  });
});

describe('snapshot', () => {
  const counted = (changes: Partial<Offer>, height = 1_000): boolean =>
    eligible([offer('Ann', changes)], height, 144).length === 1;

  it('D21: counts offers of at least the minimum age', () => {
    expect(counted({ confirmedHeight: 856 })).toBe(true);
    expect(counted({ confirmedHeight: 857 })).toBe(false);
    expect(counted({ confirmedHeight: 1_001 })).toBe(false);
  });

  it('counts offers that were unspent at h_s, also when they were spent later', () => {
    expect(counted({ spentHeight: 1_001 })).toBe(true);
    expect(counted({ spentHeight: 1_000 })).toBe(false);
  });

  it('counts a renewed stake from its t4 on', () => {
    const stake = { ...offer('Ann').stake, kind: 'renewed', sequence: 600 } as Offer['stake'];
    expect(counted({ stake, confirmedHeight: 400 })).toBe(true);
    expect(counted({ stake, confirmedHeight: 401 })).toBe(false);
  });
});

describe('proof of a stake', () => {
  const key = fixtureKey('old A_1');
  const leaf = keyAfter(key, 1_152);
  const tree = treeOutput(keyAfter(fixtureKey('other'), 10), leaf);
  const coin = { ...fixtureCoin('stake', 5_001_000n), script: tree.script };
  const renewed = {
    kind: 'renewed',
    offerKey: key,
    sequence: 1_152,
    leafScript: leaf,
    controlBlock: tree.controlBlocks[1]!,
  } as const;
  const seen = { coin, confirmedHeight: 700 };

  it('an offer is the BIP86 output of its key', () => {
    const fresh = { coin: { ...coin, script: bip86Script(key) }, confirmedHeight: 700 };
    expect(offerOf(fresh, { kind: 'offer', offerKey: key })?.stake.kind).toBe('offer');
    expect(offerOf(fresh, { kind: 'offer', offerKey: fixtureKey('other') })).toBeUndefined();
    expect(offerOf(seen, { kind: 'offer', offerKey: key })).toBeUndefined();
  });

  it('a renewed stake shows its leaf and control block', () => {
    expect(offerOf(seen, renewed)).toMatchObject({
      amount: coin.amount,
      offerKey: key,
      confirmedHeight: 700,
    });
  });

  it.each<[string, object]>([
    ['the key of another', { offerKey: fixtureKey('other') }],
    ['another wait', { sequence: 1_151 }],
    ['no wait', { sequence: 0, leafScript: keyAfter(key, 0) }],
    ['another leaf', { leafScript: keyAfter(fixtureKey('other'), 10) }],
    ['the control block of the other leaf', { controlBlock: tree.controlBlocks[0]! }],
  ])('refused with %s', (_, changes) => {
    expect(offerOf(seen, { ...renewed, ...changes })).toBeUndefined();
  });
});
