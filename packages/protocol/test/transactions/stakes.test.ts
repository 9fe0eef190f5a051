import { tagSchnorr, taprootTweakPubkey } from '@scure/btc-signer/utils.js';
import { describe, expect, it } from 'vitest';
import {
  type Arbiter,
  arbiterParty,
  buildGraph,
  keyAfter,
  NUMS_KEY,
  type Stake,
  satoshi,
  toHex,
  transactionOf,
} from '../../src/index.ts';
import { stakeInput, stakeKey } from '../../src/transactions/stakes.ts';
import { commitsToLeaf, leafHash, taprootScript, treeOutput } from '../../src/transactions/taproot.ts';
import { renewedStake } from '../fixtures/renewed-stake.ts';
import { fixtureCoin, fixtureHash, fixtureKey, fixtureTerms } from '../fixtures/terms.ts';

type Renewed = Extract<Stake, { kind: 'renewed' }>;

/** A stake under `key` that freed itself after `wait` blocks, whatever the wait is. */
function freed(wait: number, leafScript = keyAfter(fixtureKey('old'), wait)): Renewed {
  const { script, controlBlocks } = treeOutput(leafScript);
  const coin = { ...fixtureCoin('freed', 5_000_000n), script };
  return { kind: 'renewed', coin, sequence: wait, leafScript, controlBlock: controlBlocks[0]! };
}

const refused = (stake: Stake, why: RegExp): void => {
  const { txid, vout } = stake.coin.outpoint;
  const evidence = { outpoint: `${txid}:${vout}`, why: expect.stringMatching(why) };
  expect(() => stakeInput(stake, 1)).toThrow(expect.objectContaining({ code: 'D7', evidence }));
};

describe('D7: a renewed stake states the wait of its leaf, which BIP68 can express', () => {
  it.each([1, 16, 17, 1_152, 65_535])('%i blocks', (wait) => {
    const stake = freed(wait);
    expect(stakeInput(stake, 3)).toEqual({
      outpoint: stake.coin.outpoint,
      sequence: wait,
      prevout: { amount: 5_000_000n, script: stake.coin.script },
      spend: {
        kind: 'leaf',
        script: stake.leafScript,
        controlBlock: stake.controlBlock,
        signers: ['arbiter:3'],
        keys: [fixtureKey('old')],
      },
    });
  });

  it.each([0, 65_536, 100_000])('%i blocks are refused, though the coin commits to such a leaf', (wait) => {
    const stake = freed(wait);
    expect(commitsToLeaf(stake.coin.script, stake.leafScript, stake.controlBlock)).toBe(true);
    refused(stake, /commit/);
  });

  it('another wait than that of the leaf is refused, in both directions', () => {
    refused({ ...freed(1_152), sequence: 1_151 }, /leaf/);
    refused({ ...freed(1_152), sequence: 1_153 }, /leaf/);
  });

  it('a leaf that is another script is refused, though the coin commits to it', () => {
    const key = fixtureKey('old');
    const scripts = [
      // anything longer or shorter than `<key> CHECKSIGVERIFY <t4> CHECKSEQUENCEVERIFY`
      new Uint8Array([...keyAfter(key, 1_152), 0x51]),
      keyAfter(key, 1_152).subarray(0, -1),
      new Uint8Array([0x51]),
      new Uint8Array(),
      // a key that is on no curve: nobody could sign
      keyAfter(new Uint8Array(32).fill(0xff) as typeof key, 1_152),
    ];
    for (const leaf of scripts) refused({ ...freed(1_152, leaf), sequence: 1_152 }, /leaf/);
  });

  it('a coin that does not commit to the leaf is refused', () => {
    refused({ ...freed(1_152), coin: fixtureCoin('another', 5_000_000n) }, /commit/);
    refused({ ...freed(1_152), controlBlock: new Uint8Array() }, /commit/);
  });
});

describe('D7: the stake of an offer is the coin of the offer key', () => {
  const { stake } = fixtureTerms().arbiters[0]!;
  if (stake.kind !== 'offer') throw new Error('the fixture stakes offers');

  it('spent by its key, without a wait', () => {
    const { outpoint, amount, script } = stake.coin;
    expect(stakeInput(stake, 2)).toEqual({
      outpoint,
      sequence: 0xffff_fffd,
      prevout: { amount, script },
      spend: { kind: 'key', owner: arbiterParty(2), key: script.slice(2) },
    });
  });

  it('a coin of another key is refused', () => {
    refused({ ...stake, offerKey: fixtureKey('somebody') }, /offer key/);
  });

  it('acceptances are signed by O_i, or by the old A_i of a renewed stake', () => {
    expect(stakeKey(stake)).toEqual(stake.offerKey);
    expect(stakeKey(freed(1_152))).toEqual(fixtureKey('old'));
    expect(stakeKey(renewedStake(2, satoshi(1n)))).toEqual(fixtureKey('arbiter:2 old'));
  });
});

describe('renewed stakes in Tx0', () => {
  it('come in with the wait of their old contract, whatever that of the new one is', () => {
    const terms = fixtureTerms(3);
    const arbiters = terms.arbiters.map((arbiter, i): Arbiter => ({ ...arbiter, stake: renewed(i + 1) }));
    const { inputs } = transactionOf(buildGraph({ ...terms, arbiters }), 'Tx0');
    expect(inputs.slice(3).map(({ sequence }) => sequence)).toEqual([101, 102, 103]);
  });

  function renewed(index: number): Renewed {
    const wait = 100 + index;
    const leafScript = keyAfter(fixtureKey(`old ${index}`), wait);
    const { script, controlBlocks } = treeOutput(leafScript);
    const coin = { ...fixtureCoin(`freed ${index}`, 5_000_000n), script };
    return { kind: 'renewed', coin, sequence: wait, leafScript, controlBlock: controlBlocks[0]! };
  }
});

describe('control blocks (BIP341), built with @scure/btc-signer', () => {
  const leaf = keyAfter(fixtureKey('leaf'), 10);

  /** Output and control block of a tree in which `leaf` lies `depth` branches deep. */
  function deep(depth: number, internal: Uint8Array = NUMS_KEY) {
    const siblings = Array.from({ length: depth }, (_, i) => fixtureHash(`sibling ${i}`));
    const root = siblings.reduce<Uint8Array>((node, sibling) => {
      const pair = toHex(node) < toHex(sibling) ? [node, sibling] : [sibling, node];
      return tagSchnorr('TapBranch', ...pair);
    }, leafHash(leaf));
    const [key, parity] = taprootTweakPubkey(internal, root);
    const controlBlock = new Uint8Array([
      0xc0 | parity,
      ...internal,
      ...siblings.flatMap((hash) => [...hash]),
    ]);
    return { script: taprootScript(key), controlBlock };
  }

  it.each([0, 1, 2, 5, 127, 128])('a leaf %i deep is proved', (depth) => {
    const { script, controlBlock } = deep(depth);
    expect(commitsToLeaf(script, leaf, controlBlock)).toBe(true);
    expect(commitsToLeaf(script, keyAfter(fixtureKey('leaf'), 11), controlBlock)).toBe(false);
  });

  it('128 branches are the most', () => {
    const { script, controlBlock } = deep(129);
    expect(commitsToLeaf(script, leaf, controlBlock)).toBe(false);
  });

  it.each([1, 31, 33, 63])('a branch of %i bytes is none, though the output commits to it', (length) => {
    const sibling = new Uint8Array(length).fill(0xff);
    const [key, parity] = taprootTweakPubkey(NUMS_KEY, tagSchnorr('TapBranch', leafHash(leaf), sibling));
    const controlBlock = new Uint8Array([0xc0 | parity, ...NUMS_KEY, ...sibling]);
    expect(commitsToLeaf(taprootScript(key), leaf, controlBlock)).toBe(false);
  });

  it('another internal key than NUMS is none of our business here', () => {
    const { script, controlBlock } = deep(2, fixtureKey('internal'));
    expect(commitsToLeaf(script, leaf, controlBlock)).toBe(true);
  });

  it('an internal key that is on no curve proves nothing', () => {
    const { script, controlBlock } = deep(1);
    const bad = controlBlock.slice().fill(0xff, 1, 33);
    expect(commitsToLeaf(script, leaf, bad)).toBe(false);
  });

  it('only leaf version 0xc0, and only with the right parity', () => {
    const { script, controlBlock } = deep(1);
    for (let first = 0; first < 256; first++) {
      const changed = new Uint8Array([first, ...controlBlock.subarray(1)]);
      expect(commitsToLeaf(script, leaf, changed)).toBe(first === controlBlock[0]);
    }
  });

  it('any other length than 33 + 32·depth', () => {
    const { script, controlBlock } = deep(1);
    for (const length of [0, 1, 32, 33, 34, 64]) {
      expect(commitsToLeaf(script, leaf, controlBlock.subarray(0, length))).toBe(false);
    }
    for (const more of [1, 31, 32]) {
      expect(commitsToLeaf(script, leaf, new Uint8Array([...controlBlock, ...new Uint8Array(more)]))).toBe(
        false,
      );
    }
  });

  it('an output that is not the key with that parity', () => {
    const { script, controlBlock } = deep(1);
    expect(commitsToLeaf(script.subarray(0, -1), leaf, controlBlock)).toBe(false);
    expect(commitsToLeaf(new Uint8Array([0x52, ...script.subarray(1)]), leaf, controlBlock)).toBe(false);
  });
});
