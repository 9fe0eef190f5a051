import type { MessageKind } from '../wire/limits.ts';
import type { ChannelState } from './state.ts';

/** Where a state stands in a channel's life; larger is later. */
function stageOf(state: ChannelState): number {
  if (state.name !== 'setup')
    return { computation: 5, verification: 6, arbitration: 7, closed: 8 }[state.name];
  switch (state.step) {
    case 'terms':
    case 'accepted-terms':
      return 0;
    case 'contract':
      return 1;
    case 'seeds':
      return 2;
    case 'polling':
    case 'pledged':
      return 3;
    case 'arbiter-set':
    case 'signatures':
      return 4;
  }
}

/** Last stage in which a kind of message can change anything: what is posted travels in a `post` only. */
const LAST_STAGE: Readonly<Record<MessageKind, number>> = {
  announcement: -1,
  terms: -1,
  termsAccepted: 0,
  contract: 0,
  contractAgreed: 1,
  refused: 4,
  fetch: -1,
  blob: -1,
  ceremonySeed: 2,
  acceptanceRequest: 3,
  acceptance: 3,
  // A second one in another shape is evidence against its sender.
  acceptanceList: 4,
  arbiterSet: 4,
  graph: 3,
  preSignatures: 4,
  guaranteed: 4,
  inputSignatures: 4,
  commitmentBroadcast: 4,
  // A second one is evidence for as long as the channel is open (M §Deliver).
  delivery: 7,
  opening: 7,
  receipt: 7,
  verdict: 7,
  release: 7,
  claim: -1,
  post: 7,
  postReceipt: 7,
  voteCommitment: -1,
  voteOpening: -1,
  decisionSignatures: -1,
  lacking: 7,
  releaseSignatures: 8,
};

/** Whether a message comes too late to matter: waiting will not make it useful. */
export function isPast(state: ChannelState, kind: MessageKind): boolean {
  return LAST_STAGE[kind] < stageOf(state);
}
