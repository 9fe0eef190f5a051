import {
  type ArbitrationState,
  type ChannelEvent,
  type ChannelMessage,
  equalBytes,
  type Hash32,
  type Party,
  type Task,
  voteHash,
} from '../../../src/index.ts';
import { fixtureHash, fixtureKey } from '../../fixtures/terms.ts';

/** How a party departs from the honest one. Everything left out is honest. */
export interface Behaviour {
  /** Sees no blocks and gets no messages at these tips. */
  readonly offline?: (tip: number) => boolean;
  /** What becomes of an own word on its way to one party: other words, and how many blocks later each of them comes. */
  readonly onPost?: (message: ChannelMessage, to: Party, author: Party) => readonly Delayed[];
  /** The event in which a task ends instead; null for none, undefined for what is honest. */
  readonly onTask?: (task: Task, state: ArbitrationState) => ChannelEvent | null | undefined;
  /** Passes on nothing that others posted. */
  readonly relaysNothing?: true;
}

export interface Delayed {
  readonly message: ChannelMessage;
  readonly after?: number;
}

/** The nonce of an arbiter's vote. */
export const nonceOf = (party: Party): Hash32 => fixtureHash(`nonce of ${party}`);

/** Somebody who is not there at all. */
export const AWAY: Behaviour = { offline: () => true };

/** Does everything but to sign decisions. */
export const SIGNS_NOTHING: Behaviour = {
  onPost: (message) => (message.kind === 'decisionSignatures' ? [] : [{ message }]),
};

/** Says the opposite of what it found. */
export const VOTES_THE_OPPOSITE: Behaviour = {
  onPost: (message, _, author) => [{ message: turned(message, author) }],
};

function turned(message: ChannelMessage, author: Party): ChannelMessage {
  if (message.kind === 'voteOpening') return { ...message, decision: message.decision === 1 ? 0 : 1 };
  if (message.kind !== 'voteCommitment') return message;
  const [zero, one] = ([0, 1] as const).map((d) => voteHash(d, nonceOf(author), fixtureKey(author)));
  return { ...message, commitment: equalBytes(message.commitment, zero!) ? one! : zero! };
}
