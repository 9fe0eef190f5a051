import { type TransactionId, transactionOf } from '@prometheus-compute/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { PlayChain } from '../../src/replay/play-chain.ts';
import { inputOf, type Setting, settingOf, signedByLabels } from '../../src/replay/setting.ts';
import { labelScript } from '../../src/terms/labels.ts';
import { shortTerms } from '../../src/terms/terms.ts';

const terms = shortTerms({ n: 3, k: 2 });
const { t1, t3 } = terms.parameters;
const delta = terms.contract.confirmationBlocks;
/** What a miner asks today, satoshis per 1000 vB: more than φ was yesterday for any settlement. */
const TODAY = 30_000n;
const CHILD_FEE = 40_000n;
let setting: Setting;
beforeAll(() => {
  setting = settingOf(terms);
});

/** Mines blocks that take nothing below today's price. */
const mineDear = (play: PlayChain, blocks: number): void =>
  void play.chain.mine(blocks, labelScript('nobody'), { minimumFeeRate: TODAY });

const isConfirmed = (play: PlayChain, id: TransactionId): boolean =>
  play.chain.transaction(play.txidOf(id))?.block != null;

/** The Worker's own payout of a settlement pays for both. */
function childOfWorker(id: TransactionId): Uint8Array {
  const { txid, outputs } = transactionOf(setting.graph, id);
  const vout = outputs.findIndex(({ payee }) => payee === 'worker');
  const { amount, script } = outputs[vout]!;
  const draft = {
    version: 3,
    inputs: [inputOf({ txid, vout })],
    outputs: [{ amount: amount - CHILD_FEE, script: labelScript('worker') }],
    lockTime: 0,
  };
  return signedByLabels(draft, [{ coin: { amount, script }, label: 'worker' }]);
}

describe('D16: what was signed at setup confirms at the price of today', () => {
  it('a settlement with the φ of yesterday is still not in a block at its deadline', () => {
    const play = new PlayChain(setting);
    play.mineTo(t1 - 1);
    expect(play.chain.submitTransaction(play.bytesOf('Tx3')!).kind).toBe('accepted');
    mineDear(play, t3 - delta - t1 + 1);
    expect(isConfirmed(play, 'Tx3')).toBe(false);
    // h_p is shown, and soon Tx1 is valid.
    expect(play.tip).toBe(t3 - delta);
  });

  it('with the child that its finisher adds, it is in the next block', () => {
    const play = new PlayChain(setting);
    play.mineTo(t1 - 1);
    play.chain.submitTransaction(play.bytesOf('Tx3')!);
    mineDear(play, 1);
    expect(isConfirmed(play, 'Tx3')).toBe(false);
    expect(play.chain.submitTransaction(childOfWorker('Tx3')).kind).toBe('accepted');
    mineDear(play, 1);
    expect(isConfirmed(play, 'Tx3')).toBe(true);
  });

  it.each(['TxV1', 'TxV0'] as const)(
    '%s pays nothing itself: its anchor lets anybody pay what a day asks',
    (id) => {
      const { zeroFee, outputs } = transactionOf(setting.graph, id);
      expect(zeroFee).toBe(true);
      expect(outputs.map(({ payee, amount }) => [payee, amount])).toContainEqual(['anchor', 0n]);
    },
  );
});
