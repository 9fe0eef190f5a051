import { type ChannelState, clock, type TransactionId } from '@prometheus-compute/protocol';

/** A transaction that a party wants published while it is away, by the confirmation of the one that it spends. */
export interface Exit {
  readonly transaction: TransactionId;
  /** What it spends; all of these heights are counted from its confirmation. */
  readonly parent: TransactionId;
  /** First tip at which the next block may hold it. */
  readonly from: number;
  /** Last tip at which it may be handed to the chain for the first time; null: always. */
  readonly until: number | null;
}

/**
 * What others can publish for a party once it is signed (T §Watch and publish): the exits that are complete at setup, V's TxV1 when V
 * has said r = 1, and the Worker's payments, each only until the tip after which it may not show h_p any more (D9). What
 * asks for judgement is not among them: TxV0, TxA and TxAc begin disputes, in which their party has to speak.
 */
export function exitsOf(state: ChannelState): readonly Exit[] {
  if (state.name !== 'computation' && state.name !== 'verification' && state.name !== 'arbitration')
    return [];
  const { self, agreement } = state;
  const { parameters, contract } = agreement;
  const { t1, t3 } = parameters;
  const delta = contract.confirmationBlocks;
  const { verdictLatest, appeal, timeoutAfterVerdict, arbitrationTimeout, paymentLatest } = clock(
    parameters,
    contract,
  );
  const exits: Exit[] = [];
  const add = (
    transaction: TransactionId,
    parent: TransactionId,
    from: number,
    until: number | null = null,
  ) => exits.push({ transaction, parent, from, until });

  if (self === 'verifier' && state.verdict === 1) add('TxV1', 'Tx0', verdictLatest, t3 - 2);
  if (self === 'worker') {
    const until = paymentLatest - delta;
    add('Tx4', 'Tx0', 0, until);
    if (state.delivery !== null) add('Tx3', 'Tx0', t1 - 1, until);
    add("Tx4'", 'TxV1', appeal - 1, timeoutAfterVerdict - 2 * delta);
  }
  if (self === 'client' || self === 'worker' || self === 'verifier') {
    add('Tx1', 'Tx0', t3 - 1);
    add("Tx1'", 'TxV1', timeoutAfterVerdict - 1);
    add('Tx5', 'TxV0', appeal - 1);
  }
  add('Tx6', 'TxA', arbitrationTimeout - 1);
  add('Tx6c', 'TxAc', arbitrationTimeout - 1);
  return exits;
}
