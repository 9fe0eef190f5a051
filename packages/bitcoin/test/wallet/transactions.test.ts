import { schnorr } from '@noble/curves/secp256k1.js';
import { P2A_SCRIPT, schnorrSign } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import {
  CoinTracker,
  childFee,
  childVsize,
  Devchain,
  type Draft,
  draftChild,
  draftPayment,
  estimateVsize,
  feeFor,
  keyPathSighash,
  loadTransaction,
  serializeTransaction,
  signDraft,
  type Transaction,
  type WalletCoin,
  WalletError,
} from '../../src/index.ts';
import { vsize } from '../../src/transaction/weight.ts';
import { account, CHANGE, coinsOf } from './coins.ts';

const REWARD = 5_000_000_000n;
let counter = 0;
/** Different for every signature, as fresh randomness is. */
const auxRandom = () => new Uint8Array(32).fill(counter++ % 256);

/** A chain on which the account owns this many mature rewards, and a tracker that follows it. */
function fundedChain(count: number) {
  const chain = new Devchain();
  const tracker = new CoinTracker();
  tracker.watch(account.key('receive', 0));
  tracker.watch(account.key('change', 0));
  chain.subscribe(({ kind, node }) => {
    if (kind === 'disconnected') tracker.disconnect(node.block.hash);
    else
      tracker.connect({ hash: node.block.hash, height: node.height, transactions: node.block.transactions });
  });
  chain.mine(count, account.key('receive', 0).script);
  chain.mine(100, P2A_SCRIPT);
  return { chain, tracker, spendable: () => tracker.spendable(chain.tip().height + 1) };
}

const sign = (draft: Draft): Transaction => signDraft(draft, account, auxRandom);
const feeOf = (draft: Draft): bigint =>
  draft.spentOutputs.reduce((sum, { amount }) => sum + amount, 0n) -
  draft.transaction.outputs.reduce((sum, { amount }) => sum + amount, 0n);

describe('payment', () => {
  it('is valid on the chain, has the size that was estimated and the fee that was asked', () => {
    const { chain, tracker, spendable } = fundedChain(3);
    for (const [amount, inputs] of [
      [1_000_000n, 1],
      [REWARD + 5000n, 2],
      [2n * REWARD + 5000n, 3],
    ] as const) {
      const draft = draftPayment({
        coins: spendable(),
        outputs: [{ amount, script: account.key('receive', 5).script }],
        changeScript: CHANGE,
        feeRate: 2345n,
      });
      const signed = sign(draft);
      expect(signed.inputs).toHaveLength(inputs);
      expect(vsize(signed)).toBe(
        estimateVsize(
          inputs,
          signed.outputs.map(({ script }) => script),
        ),
      );
      expect(draft.fee).toBe(feeFor(vsize(signed), 2345n));
      expect(feeOf(draft)).toBe(draft.fee);
      expect(chain.testTransaction(serializeTransaction(signed)).kind).toBe('accepted');
    }
    expect(tracker.balance()).toBe(3n * REWARD);
  });

  it('puts at most one change last, and none below the dust limit', () => {
    const pay = (coin: bigint) =>
      draftPayment({
        coins: coinsOf(coin),
        outputs: [{ amount: 10_000n, script: CHANGE }],
        changeScript: CHANGE,
        feeRate: 1000n,
      });
    const change = BigInt(estimateVsize(1, [CHANGE, CHANGE]));
    expect(pay(10_000n + change + 330n)).toMatchObject({ change: { vout: 1, amount: 330n } });
    expect(pay(10_000n + change + 329n)).toMatchObject({ change: undefined, fee: change + 329n });
  });

  it('amount-dust: an output that no node relays', () => {
    const pay = (amount: bigint, script = CHANGE) =>
      draftPayment({
        coins: coinsOf(1_000_000),
        outputs: [{ amount, script }],
        changeScript: CHANGE,
        feeRate: 1000n,
      });
    expect(() => pay(329n)).toThrowError(expect.objectContaining({ code: 'amount-dust' }) as Error);
    expect(pay(330n).transaction.outputs).toHaveLength(2);
    expect(pay(0n, Uint8Array.of(0x6a, 1, 1)).transaction.outputs).toHaveLength(2);
  });

  it('insufficient-funds: what only waits in the mempool does not count', () => {
    const { chain, spendable } = fundedChain(1);
    const request = { outputs: [{ amount: 1000n, script: CHANGE }], changeScript: CHANGE, feeRate: 1000n };
    chain.submitTransaction(serializeTransaction(sign(draftPayment({ ...request, coins: spendable() }))));
    chain.mine(1, P2A_SCRIPT);
    expect(spendable()).toHaveLength(2);
    expect(() => draftPayment({ ...request, coins: [] })).toThrowError(WalletError);
  });
});

describe('signature', () => {
  it('is BIP340 over SIGHASH_DEFAULT, 64 bytes, and depends on the auxiliary randomness', () => {
    const draft = draftPayment({
      coins: coinsOf(1_000_000),
      outputs: [{ amount: 1000n, script: CHANGE }],
      changeScript: CHANGE,
      feeRate: 1000n,
    });
    const [one, two] = [sign(draft), sign(draft)].map((signed) => signed.inputs[0]!.witness);
    expect(one).toHaveLength(1);
    expect(one![0]).toHaveLength(64);
    expect(one).not.toEqual(two);
    // A valid signature of another message is none of this one.
    expect(schnorr.verify(one![0]!, new Uint8Array(32), draft.spentOutputs[0]!.script.subarray(2))).toBe(
      false,
    );
  });
});

describe('child of a free parent with an anchor', () => {
  const anchored = (coin: WalletCoin) => {
    const draft: Draft = {
      transaction: {
        version: 3,
        inputs: [{ ...coin, scriptSig: new Uint8Array(0), sequence: 0xffff_fffd, witness: [] }],
        outputs: [
          { amount: coin.amount, script: account.key('receive', 0).script },
          { amount: 0n, script: P2A_SCRIPT },
        ],
        lockTime: 0,
      },
      spentOutputs: [{ amount: coin.amount, script: coin.key.script }],
      coins: [coin],
      fee: 0n,
      change: undefined,
    };
    const bytes = serializeTransaction(sign(draft));
    const { txid, weight } = loadTransaction(bytes);
    return { bytes, parent: { txid, vsize: Math.ceil(weight / 4), fee: 0n } };
  };

  it.each([100n, 1000n, 50_000n, 1_000_000n])('pays %i sat/kvB for both, as a package', (feeRate) => {
    const { chain, spendable } = fundedChain(2);
    const [coin, ...rest] = spendable();
    const { bytes, parent } = anchored(coin!);
    const output = { txid: parent.txid, vout: 1, amount: 0n, script: P2A_SCRIPT };
    const fee = childFee(parent, childVsize(output, 1, CHANGE), feeRate);
    const draft = draftChild({ output, coins: rest, changeScript: CHANGE, fee });
    const child = sign(draft);
    expect(child.version).toBe(3);
    expect(child.inputs[0]).toMatchObject({ txid: parent.txid, vout: 1, witness: [] });
    expect(child.outputs).toHaveLength(1);
    expect(vsize(child)).toBe(153);
    expect(feeOf(draft)).toBe(feeFor(parent.vsize + 153, feeRate));
    expect(chain.submitTransaction(bytes)).toMatchObject({ kind: 'refused' });
    const result = chain.submitPackage([bytes, serializeTransaction(child)]);
    expect(result.fault).toBeUndefined();
    chain.mine(1, P2A_SCRIPT);
    expect(chain.tip().block.transactions).toHaveLength(3);
  });

  const output = { txid: coinsOf(1)[0]!.txid, vout: 1, amount: 0n, script: P2A_SCRIPT };

  it('child-too-large: never more than 1000 virtual bytes', () => {
    const draft = (coins: number) =>
      draftChild({
        output,
        coins: coinsOf(...new Array<number>(coins).fill(400)),
        changeScript: CHANGE,
        fee: 100n,
      });
    expect(vsize(sign(draft(15)))).toBe(childVsize(output, 15, CHANGE));
    expect(childVsize(output, 15, CHANGE)).toBeLessThanOrEqual(1000);
    expect(() => draft(16)).toThrowError(expect.objectContaining({ code: 'child-too-large' }) as Error);
  });

  it('insufficient-funds: the change must not be dust', () => {
    const draft = (coin: bigint) =>
      draftChild({ output, coins: coinsOf(coin), changeScript: CHANGE, fee: 1000n });
    expect(draft(1330n).change).toEqual({ vout: 0, amount: 330n });
    expect(() => draft(1329n)).toThrowError(expect.objectContaining({ code: 'insufficient-funds' }) as Error);
  });
});

describe('child of an own output', () => {
  it('raises the fee of a version 3 parent to the rate asked for both, and is replaced by one that pays more', () => {
    const { chain, spendable } = fundedChain(2);
    const key = account.key('receive', 0);
    const payment = draftPayment({
      coins: spendable(),
      outputs: [{ amount: 100_000n, script: key.script }],
      changeScript: CHANGE,
      feeRate: 200n,
      version: 3,
    });
    const bytes = serializeTransaction(sign(payment));
    expect(chain.submitTransaction(bytes).kind).toBe('accepted');
    const { txid, weight } = loadTransaction(bytes);
    const parent = { vsize: Math.ceil(weight / 4), fee: payment.fee };
    const output = { txid, vout: 0, amount: 100_000n, script: key.script };
    const others = spendable().filter((coin) => coin.txid !== payment.transaction.inputs[0]!.txid);
    // The output alone, then with a confirmed coin besides.
    for (const [coins, feeRate] of [
      [[], 20_000n],
      [others, 40_000n],
    ] as const) {
      const size = childVsize(output, coins.length, CHANGE);
      const fee = childFee(parent, size, feeRate);
      const draft = draftChild({ output, coins, changeScript: CHANGE, fee });
      const hash = keyPathSighash(draft.transaction, draft.spentOutputs, 0);
      const signature = schnorrSign(hash, account.outputSecret(key), auxRandom());
      const signed = sign(draft);
      const child = {
        ...signed,
        inputs: signed.inputs.map((input, i) => (i === 0 ? { ...input, witness: [signature] } : input)),
      };
      expect(vsize(child)).toBe(size);
      expect(feeOf(draft)).toBe(feeFor(parent.vsize + size, feeRate) - payment.fee);
      expect(chain.submitTransaction(serializeTransaction(child))).toMatchObject({ kind: 'accepted' });
    }
    expect(chain.mempool.size).toBe(2);
  });

  it('pays at least for itself when the parent pays enough already', () => {
    expect(childFee({ vsize: 100, fee: 1_000_000n }, 111, 1000n)).toBe(111n);
  });
});

describe('tracker', () => {
  it('follows the chain through reorganisations', () => {
    const { chain, tracker, spendable } = fundedChain(2);
    const before = tracker.coins();
    const draft = draftPayment({
      coins: spendable(),
      outputs: [{ amount: 1_000_000n, script: P2A_SCRIPT }],
      changeScript: CHANGE,
      feeRate: 1000n,
    });
    chain.submitTransaction(serializeTransaction(sign(draft)));
    expect(tracker.coins()).toEqual(before);
    chain.mine(1, P2A_SCRIPT);
    expect(tracker.balance()).toBe(2n * REWARD - 1_000_000n - draft.fee);
    chain.invalidate(chain.tip().block.hash);
    expect(new Set(tracker.coins())).toEqual(new Set(before));
    chain.mine(2, P2A_SCRIPT);
    expect(tracker.balance()).toBe(2n * REWARD - 1_000_000n - draft.fee);
  });

  it('holds rewards back until they are mature', () => {
    const chain = new Devchain();
    const tracker = new CoinTracker();
    tracker.watch(account.key('receive', 0));
    chain.mine(1, account.key('receive', 0).script);
    const { block, height } = chain.tip();
    tracker.connect({ hash: block.hash, height, transactions: block.transactions });
    expect(tracker.spendable(100)).toHaveLength(0);
    expect(tracker.spendable(101)).toHaveLength(1);
  });

  it('keeps reserved coins out of reach until they are released', () => {
    const { tracker, spendable } = fundedChain(3);
    const [first, second] = spendable();
    tracker.reserve([first!], 'contract a');
    tracker.reserve([second!], 'contract b');
    expect(spendable()).toHaveLength(1);
    expect(tracker.balance()).toBe(3n * REWARD);
    tracker.release('contract a');
    expect(spendable()).toContain(first);
    expect(spendable()).not.toContain(second);
  });

  it('takes in coins that a scan found', () => {
    const tracker = new CoinTracker();
    const [coin] = coinsOf(5000);
    tracker.addScanned(coin!);
    expect(tracker.spendable(11)).toEqual([coin]);
  });

  it('block-order: a gap, or another block than the last to disconnect', () => {
    const tracker = new CoinTracker();
    tracker.connect({ hash: 'a', height: 5, transactions: [] });
    const order = expect.objectContaining({ code: 'block-order' }) as Error;
    expect(() => tracker.connect({ hash: 'c', height: 7, transactions: [] })).toThrowError(order);
    expect(() => tracker.disconnect('b')).toThrowError(order);
    tracker.connect({ hash: 'b', height: 6, transactions: [] });
    expect(() => tracker.disconnect('a')).toThrowError(order);
    tracker.disconnect('b');
    tracker.disconnect('a');
  });
});
