import { clock, stageWait } from '../contract/clock.ts';
import { quorum, variants } from '../contract/parameters.ts';
import { payouts } from '../contract/payouts.ts';
import { parseSettlement, type SettlementId, VARIANT_FAMILIES, variantId } from '../contract/settlements.ts';
import type { GraphInput, GraphTransaction, StageId, TransactionId } from './graph.ts';
import type { OutputKinds } from './outputs.ts';
import type { GraphTerms } from './terms.ts';
import { finishTransaction, sequenceFor } from './transaction.ts';

/**
 * D35: TxV1 and TxV0 spend the same output, after the same wait, to the same outputs. nLockTime tells them apart: it
 * holds the verdict r, a block height that passed long ago, and costs no byte. Without it both would be one
 * transaction, and everything after TxV0 could be published after TxV1.
 */
const VERDICT_LOCK_TIME = { TxV1: 1, TxV0: 0 } as const;

/** One block: TxA and TxAc wait until TxV is confirmed, since one level of the tree confirms at a time (D16). */
const APPEAL_WAIT = 1;

/** Input that spends output `vout` of `parent` by its first leaf, the one without a time-out. */
function spendOf(parent: GraphTransaction, vout: number, wait: number): GraphInput {
  const { amount, script, leaves } = parent.outputs[vout]!;
  const { script: leafScript, controlBlock, signers, keys } = leaves[0]!;
  return {
    outpoint: { txid: parent.txid, vout },
    // T §Notation: a wait stands in every input.
    sequence: sequenceFor(wait),
    prevout: { amount, script },
    spend: {
      kind: 'leaf',
      script: leafScript,
      controlBlock,
      signers: signers.filter((signer) => signer !== 'verificationLock'),
      keys,
    },
  };
}

/** Every transaction below Tx0, in the order of T §The tree. */
export function descendants(
  terms: GraphTerms,
  commitment: GraphTransaction,
  kinds: OutputKinds,
): readonly GraphTransaction[] {
  const { parameters, contract, arbiters } = terms;
  const times = clock(parameters, contract);
  const stakes = arbiters.map((arbiter) => arbiter.stake.coin.amount);
  const stakeVouts = arbiters.map((_, i) => i + 1);
  const bondVout = arbiters.length + 1;

  const settle = (id: SettlementId, parent: GraphTransaction, wait: number): GraphTransaction =>
    finishTransaction({
      id,
      scheme: parseSettlement(id).scheme,
      parent: parent.id,
      wait,
      inputs: [spendOf(parent, 0, wait)],
      outputs: payouts(parameters, contract, id, stakes).map(({ payee, amount }) =>
        kinds.payout(payee, amount),
      ),
    });
  const verdict = (id: 'TxV1' | 'TxV0'): GraphTransaction => {
    const inputs = [spendOf(commitment, 0, times.verdict)];
    return finishTransaction({
      id,
      lockTime: VERDICT_LOCK_TIME[id],
      parent: 'Tx0',
      wait: times.verdict,
      zeroFee: true,
      inputs,
      outputs: [kinds.shared(inputs[0]!.prevout.amount), kinds.anchor()],
    });
  };
  const appeal = (id: StageId, parent: GraphTransaction, vouts: readonly number[]): GraphTransaction => {
    const inputs = [
      spendOf(parent, 0, APPEAL_WAIT),
      ...vouts.map((vout) => spendOf(commitment, vout, APPEAL_WAIT)),
    ];
    const pooled = inputs.reduce((total, input) => total + input.prevout.amount, 0n);
    return finishTransaction({
      id,
      parent: parent.id,
      wait: APPEAL_WAIT,
      zeroFee: true,
      inputs,
      outputs: [kinds.pooled(pooled), kinds.anchor()],
    });
  };

  const txV1 = verdict('TxV1');
  const txV0 = verdict('TxV0');
  const txA = appeal('TxA', txV0, stakeVouts);
  const txAc = appeal('TxAc', txV1, [...stakeVouts, bondVout]);
  const sets = variants(parameters.n, quorum(parameters));
  const decisions = VARIANT_FAMILIES.flatMap((family) =>
    sets.map((set) =>
      settle(
        variantId(family, set),
        family.endsWith('c') ? txAc : txA,
        stageWait(parameters, contract, set.length),
      ),
    ),
  );
  return [
    settle('Tx1', commitment, parameters.t3),
    settle('Tx3', commitment, parameters.t1),
    settle('Tx4', commitment, 0),
    txV1,
    txV0,
    settle("Tx4'", txV1, times.appeal),
    settle("Tx1'", txV1, times.timeoutAfterVerdict),
    settle('Tx5', txV0, times.appeal),
    txA,
    settle('Tx6', txA, times.arbitrationTimeout),
    txAc,
    settle('Tx6c', txAc, times.arbitrationTimeout),
    ...decisions,
  ];
}

/** Transactions of a graph by id. */
export function byId(
  transactions: readonly GraphTransaction[],
): ReadonlyMap<TransactionId, GraphTransaction> {
  return new Map(transactions.map((transaction) => [transaction.id, transaction]));
}
