import { clock } from '../../contract/clock.ts';
import type { Hash32 } from '../../primitives/brands.ts';
import type { PostedMessage } from '../post/record.ts';
import { boundVerdict, showsEquivocation } from '../post/standing.ts';
import type { ArbitrationState } from '../state.ts';
import type { Task } from '../task.ts';
import { isLate, mayClaim } from './court.ts';
import type { Court } from './record.ts';
import { wordOf } from './words.ts';

const ACCUSERS = ['client', 'verifier'] as const;

/** What an arbiter finds by what it accepted itself, and what is left to be run again. */
export interface Judgement {
  /** A claim is confirmed: d = 1, whatever the others are. */
  readonly confirmed: boolean;
  /** Claims about a chunk, by H("message", kind, body). */
  readonly chunks: readonly Hash32[];
}

/**
 * d = 1 iff an accepted claim is confirmed (M §Claims). Own acceptance decides about documents, and since everything was
 * posted, all honest arbiters come to the same. Two claims of one accuser are none.
 */
export function judgement(state: ArbitrationState, court: Court): Judgement {
  const { parameters, contract } = state.agreement;
  const verdict = state.disputes.find(({ transaction }) => transaction === 'TxV1');
  if (isLate(court, verdict?.height, clock(parameters, contract).appeal))
    return { confirmed: false, chunks: [] };
  const chunks: Hash32[] = [];
  let confirmed = false;
  for (const accuser of ACCUSERS) {
    if (!mayClaim(court, accuser)) continue;
    const word = wordOf(state.arbitration, accuser, 'claim');
    if (word === undefined) continue;
    switch (word.content.fault) {
      case 'undelivered':
        confirmed ||= isMissing(state, accuser, 'delivery');
        break;
      case 'unopened':
        confirmed ||= isMissing(state, accuser, 'opening');
        break;
      case 'equivocation':
        // F4. Which two W signed is for nobody to prove: each node keeps two, and they may be others.
        confirmed ||= court.transaction === 'TxA' && showsEquivocation(state);
        break;
      default:
        chunks.push(word.sealed);
    }
  }
  return { confirmed, chunks: confirmed ? [] : chunks };
}

/** What was accepted of an author's messages of a kind. */
function acceptedOf(
  state: ArbitrationState,
  kind: PostedMessage['kind'],
  author: PostedMessage['author'],
): readonly PostedMessage[] {
  return state.posts.filter(
    (post) => post.kind === kind && post.author === author && post.acceptedAt !== null,
  );
}

/** D3, D26: the arbiter did not accept it in time, and it accepted no receipt of the accuser for it. */
function isMissing(
  state: ArbitrationState,
  accuser: 'client' | 'verifier',
  subject: 'delivery' | 'opening',
): boolean {
  if (timely(state, subject, 'worker').length > 0) return false;
  return !acceptedOf(state, 'receipt', accuser).some(
    ({ detail }) => detail?.of === 'receipt' && detail.subject === subject,
  );
}

/** R of the only delivery that was posted in time. Null where there are several, even of one R: nodes may keep others. */
function onlyRoot([only, ...others]: readonly PostedMessage[]): Hash32 | null {
  return others.length === 0 && only?.detail?.of === 'delivery' ? only.detail.root : null;
}

/**
 * Runs again what the claims name. D31: after a challenge that opening counts which V's posted verdict names, if C was bound
 * to it, or C = W could hold a second one against an honest V. Otherwise an opening of another R than the one that was
 * delivered in time is a fault.
 */
export function judgeTask(state: ArbitrationState, court: Court, chunks: readonly Hash32[]): Task {
  const verdict = court.transaction === 'TxAc' ? boundVerdict(state) : null;
  const root = verdict?.root ?? onlyRoot(timely(state, 'delivery', 'worker'));
  const named = verdict?.openingHash ?? null;
  return {
    kind: 'judge',
    court: court.transaction,
    claims: chunks,
    root,
    named,
    substitutes: state.substitutes,
  };
}

const timely = (...of: Parameters<typeof acceptedOf>): readonly PostedMessage[] =>
  acceptedOf(...of).filter((post) => post.timely);
