import {
  type Agreement,
  type ChannelState,
  type Clock,
  clock,
  graphOf,
  slotsDemanded,
} from '@prometheus-compute/protocol';
import type { JobStage } from './specification.ts';

/** Confirmations after which a settlement is final (T §Setup: closed at 6). */
export const FINAL = 6;

/** What the Client's channel is doing. */
export interface Wait {
  readonly stage: JobStage;
  /** In a sentence. */
  readonly message: string;
  readonly done?: number;
  readonly total?: number;
  /** Block by which it is over, one way or another; undefined: nothing but the next block is waited for, or nothing says when. */
  readonly until?: number | undefined;
}

/** What is waited for, and until which block. */
export function waitOf(state: ChannelState): Wait {
  switch (state.name) {
    case 'setup':
      return { until: state.deadline, ...setupWait(state) };
    case 'computation':
      return computationWait(state);
    case 'verification': {
      const until = (times: Clock) => from(state.commitmentHeight, times.verdictLatest);
      if (state.verdict === null) {
        const message = 'waiting for the verdict of the Verifier';
        return { stage: 'verification', message, until: until(times(state.agreement)) };
      }
      if (!state.released)
        return { stage: 'release', message: 'the verdict is good: the Client releases the payment' };
      const paid = from(state.commitmentHeight, times(state.agreement).paymentLatest);
      return { stage: 'payment', message: 'waiting for the next block to take in Tx4', until: paid };
    }
    case 'arbitration': {
      const [last] = state.disputes.slice(-1);
      const { appeal, arbitrationTimeout } = times(state.agreement);
      const blocks = last?.transaction.startsWith('TxV') === true ? appeal : arbitrationTimeout;
      const until = from(last?.height ?? null, blocks);
      return { stage: 'verification', message: 'a dispute is on the chain', until };
    }
    case 'closed': {
      if (state.how === 'abandoned') return { stage: 'terms', message: state.fault.reason };
      if (state.revealed !== null && state.failures === null)
        return { stage: 'decrypting', message: 'decrypting the results with the secret that Tx4 revealed' };
      const final = state.height + FINAL - 1;
      const message = `${state.transaction} is in block ${state.height}; final at block ${final}`;
      return { stage: 'decrypting', message, until: final };
    }
  }
}

function setupWait(state: Extract<ChannelState, { name: 'setup' }>): Wait {
  switch (state.step) {
    case 'terms':
      return { stage: 'terms', message: 'waiting for the Worker and the Verifier to accept the terms' };
    case 'contract': {
      const message = 'waiting for the Worker and the Verifier to fetch and check the payload';
      return { stage: 'terms', message };
    }
    case 'seeds': {
      const { snapshotHeight } = state.contract;
      const message = `waiting for block ${snapshotHeight}, whose hash decides the draw of arbiters`;
      return { stage: 'ceremony', message };
    }
    case 'polling': {
      const { acceptances, parameters } = state;
      const message = 'asking arbiters in the order of the draw';
      return { stage: 'ceremony', message, done: acceptances.length, total: parameters.n };
    }
    case 'signatures': {
      // From here on a block can take Tx0 in, and the setup's time-out alone ends nothing.
      if (state.commitment !== null) {
        const message = 'waiting for the next block to take in Tx0';
        return { stage: 'commitment', message, until: undefined };
      }
      const total = slotsDemanded(graphOf(state.agreement), 'client').length;
      const done = Math.min(Object.keys(state.signatures.plain).length, total);
      return { stage: 'signatures', message: 'collecting the pre-signatures of every exit', done, total };
    }
    default:
      return { stage: 'ceremony', message: 'waiting for all three to sign the same list of arbiters' };
  }
}

function computationWait(state: Extract<ChannelState, { name: 'computation' }>): Wait {
  const h0 = state.commitmentHeight;
  const { delivery, verdict } = times(state.agreement);
  if (h0 !== null && state.tip < h0 + 2) {
    const message = `Tx0 is in block ${h0}; the Worker starts at 3 confirmations, block ${h0 + 2}`;
    return { stage: 'commitment', message, until: h0 + 2 };
  }
  if (state.delivery === null) {
    const message = 'waiting for the Worker to compute and deliver';
    return { stage: 'computing', message, until: from(h0, delivery) };
  }
  const message = 'waiting for receipts, which open the seeds of the sample';
  return { stage: 'delivery', message, until: from(h0, verdict) };
}

const times = ({ parameters, contract }: Agreement): Clock => clock(parameters, contract);

/** T §Watch and publish: times count from a confirmation; while a reorganisation has taken it back, nothing says when. */
const from = (height: number | null, blocks: number): number | undefined =>
  height === null ? undefined : height + blocks;
