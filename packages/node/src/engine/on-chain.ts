import {
  type Agreement,
  type ChannelState,
  type Graph,
  graphOf,
  type TransactionId,
} from '@prometheus-compute/protocol';

/** Confirmations after which a closed channel is left alone (T §Setup: closed at 6). */
const FINAL_CONFIRMATIONS = 6;

/** What the parties agreed on, as far as this state has it. */
function agreementIn(state: ChannelState): Agreement | undefined {
  if (state.name === 'setup') return state.step === 'signatures' ? state.agreement : undefined;
  return state.name === 'closed' ? state.before?.agreement : state.agreement;
}

/** Υ of a channel whose transactions may be on the chain. */
export function graphInState(state: ChannelState): Graph | undefined {
  const agreement = agreementIn(state);
  return agreement && graphOf(agreement);
}

/** Transactions of a channel that its state has in a block, newest first. */
export function confirmedIn(
  state: ChannelState,
): readonly { readonly transaction: TransactionId; readonly height: number }[] {
  switch (state.name) {
    case 'setup':
      return [];
    case 'closed':
      return state.how === 'abandoned' ? [] : [state, ...confirmedIn(state.before)];
    default: {
      const disputes = state.name === 'arbitration' ? [...state.disputes].reverse() : [];
      const { commitmentHeight } = state;
      return commitmentHeight === null
        ? disputes
        : [...disputes, { transaction: 'Tx0', height: commitmentHeight }];
    }
  }
}

/**
 * Whether no block can matter to a channel any more: its party has seen its settlement that deep. An abandoned one whose
 * inputs were signed is watched for ever.
 */
export function isFinal(state: ChannelState, tip: number): boolean {
  if (state.name !== 'closed') return false;
  return state.how === 'abandoned'
    ? state.before === null
    : Math.min(tip, state.tip) >= state.height + FINAL_CONFIRMATIONS;
}
