import type { TransactionId } from '../transactions/graph.ts';
import { holdsPayment } from './operation/verification.ts';
import type { ArbitrationState, ChannelState, ComputationState, VerificationState } from './state.ts';

/** A transaction that a party must publish, and when (T §Watch and publish). */
export interface Duty {
  readonly transaction: TransactionId;
  /** First tip at which the next block may hold it. */
  readonly from: number;
  /** Last tip at which it may still be sent; null when it never becomes dangerous. */
  readonly until: number | null;
  readonly why: string;
}

/**
 * Everything that this party has to publish from here, now or later, most wanted first. Pure: the chain watcher calls
 * it at every block and owns the broadcasting.
 */
export function duties(state: ChannelState): readonly Duty[] {
  switch (state.name) {
    case 'setup':
      return state.step === 'signatures' && state.commitment !== null
        ? [
            {
              transaction: 'Tx0',
              from: 0,
              until: null,
              why: 'all signatures are there: the contract goes on the chain',
            },
          ]
        : [];
    case 'computation':
    case 'verification':
      return state.commitmentHeight === null
        ? commitAgain(state)
        : beforeDisputes(state, state.commitmentHeight);
    case 'arbitration':
      return inDispute(state);
    case 'closed':
      return [];
  }
}

/** A reorganisation took Tx0 out of the chain; C holds every signature on it and hands it in again. */
function commitAgain({ self }: ComputationState | VerificationState): readonly Duty[] {
  return self === 'client'
    ? [
        {
          transaction: 'Tx0',
          from: 0,
          until: null,
          why: 'a reorganisation removed Tx0: it goes on the chain again',
        },
      ]
    : [];
}

function beforeDisputes(state: ComputationState | VerificationState, h0: number): readonly Duty[] {
  const { t1, t3 } = state.agreement.parameters;
  const { confirmationBlocks } = state.agreement.contract;
  switch (state.self) {
    case 'worker': {
      // T §Watch and publish: h_p is never revealed later than what confirms by t3 − Δ.
      const until = h0 + t3 - 2 * confirmationBlocks;
      if (state.name === 'verification' && holdsPayment(state)) {
        return [
          {
            transaction: 'Tx4',
            from: h0,
            until,
            why: 'verdict and release are there: the Worker takes its pay',
          },
        ];
      }
      if (state.delivery === null) return [];
      return [
        {
          transaction: 'Tx3',
          from: h0 + t1 - 1,
          until,
          why: `the Verifier gave no verdict in ${t1} blocks: scheme #2`,
        },
      ];
    }
    case 'client':
    case 'verifier':
      return [
        {
          transaction: 'Tx1',
          from: h0 + t3 - 1,
          until: null,
          why: `the Worker was not paid in ${t3} blocks: scheme #1`,
        },
      ];
    default:
      return [];
  }
}

function inDispute(state: ArbitrationState): readonly Duty[] {
  const last = state.disputes.at(-1);
  if (last === undefined) return [];
  const { t1, t2, t3, t4 } = state.agreement.parameters;
  const { confirmationBlocks } = state.agreement.contract;
  const height = last.height;
  switch (last.transaction) {
    case 'TxV1':
      if (state.self === 'worker') {
        const until = height + (t3 - t1) - 2 * confirmationBlocks;
        return [
          {
            transaction: "Tx4'",
            from: height + (t2 - t1) - 1,
            until,
            why: 'nobody challenged the verdict: scheme #3',
          },
        ];
      }
      return state.self === 'client' || state.self === 'verifier'
        ? [
            {
              transaction: "Tx1'",
              from: height + (t3 - t1) - 1,
              until: null,
              why: 'the Worker kept silent: scheme #1',
            },
          ]
        : [];
    case 'TxV0':
      return state.self === 'client' || state.self === 'verifier'
        ? [
            {
              transaction: 'Tx5',
              from: height + (t2 - t1) - 1,
              until: null,
              why: 'the Worker did not appeal: scheme #4',
            },
          ]
        : [];
    case 'TxA':
      return [
        { transaction: 'Tx6', from: height + (t4 - t3) - 1, until: null, why: 'no decision: scheme #5' },
      ];
    case 'TxAc':
      return [
        { transaction: 'Tx6c', from: height + (t4 - t3) - 1, until: null, why: 'no decision: scheme #5' },
      ];
    default:
      return [];
  }
}
