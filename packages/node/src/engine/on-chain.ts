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

/** Whether a state has the transaction in the block at this height already. */
export function knows(state: ChannelState, transaction: TransactionId, height: number): boolean {
  return confirmedIn(state).some((known) => known.transaction === transaction && known.height === height);
}

/**
 * Whether no block can matter to a channel any more: six confirmations of its settlement, or of what has spent the own coins
 * of an abandoned setup whose inputs were signed.
 *
 * @param respentAt - height at which those coins were seen spent
 */
export function isFinal(state: ChannelState, tip: number, respentAt: number | undefined): boolean {
  if (state.name !== 'closed') return false;
  // Its party has seen it that deep too: from there C and W release stakes and bond.
  if (state.how === 'settled')
    return confirmations(state.height, Math.min(tip, state.tip)) >= FINAL_CONFIRMATIONS;
  if (state.before === null) return true;
  return respentAt !== undefined && confirmations(respentAt, tip) >= FINAL_CONFIRMATIONS;
}

const confirmations = (height: number, tip: number): number => tip - height + 1;
