import { contractHash } from '../../contract/contract-codec.ts';
import { arbiterIndex } from '../../contract/party.ts';
import { voteHash } from '../../contract/vote.ts';
import type { ChannelEvent } from '../event.ts';
import type { Act } from '../operation/progress.ts';
import { areSubstitutesKnown } from '../operation/seeds.ts';
import { postToAll } from '../post/relay.ts';
import type { ArbitrationState } from '../state.ts';
import { LATER, moved, STALE, type Step } from '../step.ts';
import { courtClock, isArbiter, mayCome } from './court.ts';
import { judgement, judgeTask } from './judgement.ts';
import { did } from './record.ts';

/** M §Claims: judged when every honest arbiter has the same claims. The nonce of the vote is drawn then too. */
export const judgeClaims: Act = (state) => {
  const { self, tip, arbitration } = state;
  const { court, done } = arbitration;
  if (state.name !== 'arbitration' || court === null || !isArbiter(self) || done.includes('judge'))
    return undefined;
  const times = courtClock(state, court);
  if (tip < times.judge || tip > times.commitment) return undefined;
  const { chunks } = judgement(state, court);
  // D37: without the hashes that stand for seeds, an opening for them would look malformed.
  if (chunks.length > 0 && !areSubstitutesKnown(state)) return undefined;
  return { state: did(state, 'judge'), tasks: [judgeTask(state, court, chunks)] };
};

/** The claims about chunks were run again: d = 1 iff any claim is confirmed. */
export function onJudged(state: ArbitrationState, event: Extract<ChannelEvent, { kind: 'judged' }>): Step {
  const { arbitration } = state;
  const { court, vote, done } = arbitration;
  if (mayCome(state, event.court)) return LATER;
  if (court === null || court.transaction !== event.court || vote !== null || !done.includes('judge'))
    return STALE;
  const confirmed = event.confirmed || judgement(state, court).confirmed;
  const found = { decision: confirmed ? 1 : 0, nonce: event.nonce } as const;
  return moved({ ...state, arbitration: { ...arbitration, vote: found } });
}

/** H("vote", d, nonce, A_i), in time or not at all: nobody accepts it later. */
export const commitVote: Act = (state) => {
  const { self, tip, agreement, arbitration } = state;
  const { court, vote, done } = arbitration;
  if (court === null || vote === null || done.includes('commit')) return undefined;
  if (tip > courtClock(state, court).commitment) return undefined;
  const { key } = agreement.arbiters[arbiterIndex(self)! - 1]!;
  const commitment = voteHash(vote.decision, vote.nonce, key);
  const channel = contractHash(agreement.contract);
  return {
    state: did(state, 'commit'),
    messages: postToAll(state, { kind: 'voteCommitment', channel, court: court.transaction, commitment }),
  };
};

/** The vote is opened when no commitment can be added that knows it; at HA + Δ_1 at the latest. */
export const openVote: Act = (state) => {
  const { tip, agreement, arbitration } = state;
  const { court, vote, done } = arbitration;
  if (court === null || vote === null || !done.includes('commit') || done.includes('open')) return undefined;
  const times = courtClock(state, court);
  if (tip < times.openFrom || tip > times.opening) return undefined;
  const channel = contractHash(agreement.contract);
  return {
    state: did(state, 'open'),
    messages: postToAll(state, { kind: 'voteOpening', channel, court: court.transaction, ...vote }),
  };
};
