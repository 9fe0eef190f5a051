import { clock } from '../../contract/clock.ts';
import { didItsPart } from '../operation/posting.ts';
import type { ArbitrationState } from '../state.ts';
import { afterAppeal } from './after-appeal.ts';
import type { Duty } from './duty.ts';

/** What a party publishes once a dispute is on the chain, most wanted first (T §Watch and publish). */
export function inDispute(state: ArbitrationState): readonly Duty[] {
  const last = state.disputes.at(-1);
  switch (last?.transaction) {
    case 'TxV1':
      return afterVerdict1(state, last.height);
    case 'TxV0':
      return afterVerdict0(state, last.height);
    case 'TxA':
    case 'TxAc':
      return afterAppeal(state);
    default:
      return [];
  }
}

/** V said r = 1 on the chain: W is paid after the time for a challenge, or nobody is. */
function afterVerdict1(state: ArbitrationState, hv: number): readonly Duty[] {
  const { self, agreement, accusation } = state;
  const { confirmationBlocks } = agreement.contract;
  const { appeal, timeoutAfterVerdict } = clock(agreement.parameters, agreement.contract);
  if (self === 'worker') {
    // h_p is never revealed later than what confirms by t3 − t1 − Δ after TxV1.
    const confirmBy = hv + timeoutAfterVerdict - confirmationBlocks;
    const until = confirmBy - confirmationBlocks;
    const why = 'nobody challenged the verdict: scheme #3';
    return [{ transaction: "Tx4'", from: hv + appeal - 1, until, confirmBy, why }];
  }
  if (self !== 'client' && self !== 'verifier') return [];
  const unpaid: Duty = {
    transaction: "Tx1'",
    from: hv + timeoutAfterVerdict - 1,
    until: null,
    confirmBy: null,
    why: 'the Worker kept silent: scheme #1',
  };
  // F4: what W signed twice is no fault in a challenge, where V's verdict names what counts (D31).
  if (self !== 'client' || accusation === null || accusation.fault === 'equivocation') return [unpaid];
  // In a block after HV + (t2−t1) it is d = 0 and costs the bond: also one that is on its way is not pushed any more.
  if (state.tip >= hv + appeal) return [unpaid];
  return [
    appealBy('TxAc', hv, appeal, confirmationBlocks, `the Client challenges: ${accusation.fault}`),
    unpaid,
  ];
}

/** V said r = 0 on the chain: W appeals if it is right, or loses δw. */
function afterVerdict0(state: ArbitrationState, hv: number): readonly Duty[] {
  const { self, agreement } = state;
  const { confirmationBlocks } = agreement.contract;
  const { appeal } = clock(agreement.parameters, agreement.contract);
  if (self === 'worker') {
    const why = 'all that it owed was there in time: the Worker appeals';
    return didItsPart(state) ? [appealBy('TxA', hv, appeal, confirmationBlocks, why)] : [];
  }
  if (self !== 'client' && self !== 'verifier') return [];
  const why = 'the Worker did not appeal: scheme #4';
  return [{ transaction: 'Tx5', from: hv + appeal - 1, until: null, confirmBy: null, why }];
}

/** At once, and in a block before HV + (t2−t1), where what it prevents is valid. */
function appealBy(transaction: 'TxA' | 'TxAc', hv: number, appeal: number, delta: number, why: string): Duty {
  const confirmBy = hv + appeal - 1;
  return { transaction, from: hv, until: confirmBy - delta, confirmBy, why };
}
