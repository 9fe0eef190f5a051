import { clock } from '../../contract/clock.ts';
import { holdsPayment } from '../operation/verdict.ts';
import type { ComputationState, VerificationState } from '../state.ts';
import type { Duty } from './duty.ts';

type Undisputed = ComputationState | VerificationState;

/** What a party publishes while Tx0 is on the chain and nothing else (T §Watch and publish). */
export function beforeDispute(state: Undisputed, h0: number): readonly Duty[] {
  switch (state.self) {
    case 'worker':
      return ofWorker(state, h0);
    case 'client':
      return [unpaid(state, h0)];
    case 'verifier':
      return [...ofVerifier(state, h0), unpaid(state, h0)];
    default:
      return [];
  }
}

function unpaid(state: Undisputed, h0: number): Duty {
  const { t3 } = state.agreement.parameters;
  return {
    transaction: 'Tx1',
    from: h0 + t3 - 1,
    until: null,
    confirmBy: null,
    why: `the Worker was not paid in ${t3} blocks: scheme #1`,
  };
}

function ofWorker(state: Undisputed, h0: number): readonly Duty[] {
  const { t1 } = state.agreement.parameters;
  // T §Watch and publish: h_p is never revealed later than what confirms by t3 − Δ.
  const confirmBy = h0 + clock(state.agreement.parameters, state.agreement.contract).paymentLatest;
  const until = confirmBy - state.agreement.contract.confirmationBlocks;
  const duties: Duty[] = [];
  if (holdsPayment(state)) {
    const why = 'verdict and release are there: the Worker takes its pay';
    duties.push({ transaction: 'Tx4', from: h0, until, confirmBy, why });
  }
  // Beside Tx4 too: a release that comes when Tx3 has shown h_p must not keep W from raising Tx3's fee.
  if (state.delivery !== null) {
    const why = `the Verifier gave no verdict in ${t1} blocks: scheme #2`;
    duties.push({ transaction: 'Tx3', from: h0 + t1 - 1, until, confirmBy, why });
  }
  return duties;
}

function ofVerifier(state: Undisputed, h0: number): readonly Duty[] {
  const { agreement, accusation, verdict } = state;
  const { verdict: earliest, verdictLatest } = clock(agreement.parameters, agreement.contract);
  // Tx3 is valid in block t1: what speaks against it, or makes it unnecessary, is in a block before (D34).
  const confirmBy = h0 + agreement.parameters.t1 - 1;
  if (accusation !== null && verdict !== 1) {
    return [
      {
        transaction: 'TxV0',
        from: h0 + earliest - 1,
        until: h0 + verdictLatest,
        confirmBy,
        why: `the Verifier accuses the Worker: ${accusation.fault}`,
      },
    ];
  }
  if (verdict !== 1) return [];
  return [
    {
      transaction: 'TxV1',
      from: h0 + verdictLatest,
      // From t3 on Tx1 gives everybody its own back.
      until: h0 + agreement.parameters.t3 - 2,
      confirmBy,
      why: 'the result is right, and Tx4 is not on the chain',
    },
  ];
}
