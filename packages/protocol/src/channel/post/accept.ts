import type { Party } from '../../contract/party.ts';
import type { Hash32 } from '../../primitives/brands.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { MessageOf } from '../../wire/messages.ts';
import { mayCome } from '../arbitration/court.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent } from '../event.ts';
import type { OpenState } from '../state.ts';
import { ignored, LATER, type Step } from '../step.ts';
import type { Task } from '../task.ts';
import { courtHeight } from '../times.ts';
import { detailOf } from './content.ts';
import { accepts, partyOf } from './members.ts';
import { type ReadPost, readPosted, readReceipts } from './read.ts';
import type { PostedKind, PostedMessage } from './record.ts';
import { deadlinesOf, inTime } from './rule.ts';

type Received = Extract<ChannelEvent, { kind: 'message' }>;

/**
 * What becomes of a posted message. `accepted`: with `message`, what it says takes effect once, and it is relayed.
 * `kept`: it needs something first, or only a receipt has come.
 */
export type Reception =
  | {
      readonly kind: 'accepted';
      readonly state: OpenState;
      readonly posted: PostedMessage;
      readonly message: MessageOf<PostedKind> | null;
    }
  | { readonly kind: 'kept'; readonly state: OpenState; readonly tasks: readonly Task[] }
  | Exclude<Step, { readonly kind: 'moved' }>;

/**
 * Messages of one author, kind and deadline that are accepted at most. If one honest node holds two, all hold two, maybe
 * others: enough to show that the author said two things, and nobody can fill the state.
 */
const ACCEPTED_LIMIT = 2;
/** Messages of one kind that one sender can make this party keep before they are accepted. */
const WAITING_LIMIT = 2;

/** A `post` has come: M §Post. */
export function onPost(
  state: OpenState,
  event: Received,
  message: MessageOf<'post'>,
  context: ChannelContext,
): Reception {
  const from = event.from as Party;
  const { agreement, self } = state;
  const read = readPosted(agreement, message.envelope, context);
  if (typeof read === 'string') return ignored('post-invalid', from, `what was posted is invalid: ${read}`);
  const known = findPosted(state, read.sealed);
  const fresh = readReceipts(agreement, self, read.sealed, message.receipts, known?.receipts ?? [], context);
  if (
    known !== undefined &&
    (known.acceptedAt !== null || known.sources.includes(from)) &&
    fresh.length === 0
  ) {
    return ignored('out-of-place', from, `the posted "${known.kind}" is here already`);
  }
  const posted: Undated = {
    ...(known ?? begin(read, state)),
    receipts: [...(known?.receipts ?? []), ...fresh],
    sources: [...new Set([...(known?.sources ?? []), from])],
  };
  return known !== undefined && known.acceptedAt !== null
    ? kept(state, { ...known, ...posted })
    : (consider(state, posted, read.message, from) ?? tooLate(state, posted, from));
}

/** A `postReceipt` has come: one more word for a message that is here. */
export function onPostReceipt(
  state: OpenState,
  event: Received,
  message: MessageOf<'postReceipt'>,
  context: ChannelContext,
): Reception {
  const author = partyOf(state.agreement, message.author);
  const known = author && findPosted(state, { author, sealed: message.message });
  if (known === undefined)
    return ignored('out-of-place', event.from, 'a receipt for something that is not here');
  const fresh = readReceipts(state.agreement, state.self, known, [message], known.receipts, context);
  if (fresh.length === 0) return ignored('out-of-place', event.from, 'a receipt that says nothing new');
  const posted = { ...known, receipts: [...known.receipts, ...fresh] };
  const accepted = known.acceptedAt === null ? consider(state, posted, null, event.from as Party) : undefined;
  return accepted ?? kept(state, posted);
}

/** The ciphertexts of a posted delivery are here and give R, or do not: the tip of this moment counts (M §Deliver). */
export function onRebuilt(state: OpenState, sealed: Hash32, ok: boolean): Reception {
  const known = findPosted(state, { author: 'worker', sealed });
  if (known === undefined || known.acceptedAt !== null) return { kind: 'kept', state, tasks: [] };
  const posted = { ...known, ready: ok };
  return (ok ? consider(state, posted, null, known.author) : undefined) ?? kept(state, posted);
}

function kept(state: OpenState, posted: PostedMessage): Reception {
  return { kind: 'kept', state: withPosted(state, posted), tasks: [] };
}

/** What this party holds directly is posted: it accepts it itself, at its tip, and shows it with its own receipt. */
export function acceptOwn(
  state: OpenState,
  posted: Omit<PostedMessage, 'receipts' | 'sources' | 'ready' | 'acceptedAt'>,
): OpenState {
  const entry: PostedMessage = {
    receipts: [],
    ...findPosted(state, posted),
    ...posted,
    sources: [],
    ready: true,
    acceptedAt: state.tip,
  };
  return withPosted(state, entry);
}

/** What names a posted message. Two authors can seal the same body: neither speaks for the other. */
type PostedName = Pick<PostedMessage, 'author' | 'sealed'>;

function isSame(a: PostedName, b: PostedName): boolean {
  return a.author === b.author && equalBytes(a.sealed, b.sealed);
}

export function findPosted(state: OpenState, name: PostedName): PostedMessage | undefined {
  return state.posts.find((posted) => isSame(posted, name));
}

/** A posted message of which it is not decided under which deadline it stands. */
type Undated = Omit<PostedMessage, 'deadline' | 'timely'>;

function begin({ message, sealed }: ReadPost, state: OpenState): Omit<Undated, 'receipts' | 'sources'> {
  const rebuilt =
    state.delivery !== null && equalBytes(state.delivery.hash, sealed.sealed) ? state.delivery.rebuilt : null;
  return {
    ...sealed,
    detail: detailOf(message),
    ready: message.kind === 'delivery' && accepts(state.self) ? rebuilt : true,
    acceptedAt: null,
  };
}

/**
 * Accepts what is in time, or waits for the ciphertexts of a delivery. Undefined: it is too late, or has no deadline here.
 * @param message - null for what is here already: only a delivery can be, without being accepted
 */
function consider(
  state: OpenState,
  posted: Undated,
  message: MessageOf<PostedKind> | null,
  from: Party,
): Reception | undefined {
  const { agreement, tip, self } = state;
  // W reads what is posted; it accepts for nobody, and nothing comes too late for it to know.
  const fits = (deadline: number | null): deadline is number =>
    deadline !== null && (!accepts(self) || inTime(agreement, tip, deadline, posted.receipts.length));
  const { own, evidence } = deadlinesOf(state, posted.author, message ?? { kind: 'delivery' });
  if (fits(own)) {
    const timely = { ...posted, deadline: own, timely: true };
    return posted.ready === true ? accept(state, timely, message, from) : wait(state, timely, from);
  }
  // As evidence it shows what its author signed: that needs no ciphertexts.
  if (!fits(evidence)) return undefined;
  return accept(state, { ...posted, deadline: evidence, timely: false }, message, from);
}

/** What fits no deadline waits for TxA or TxAc, which may be in a block that this party has not seen; but not a verdict. */
function tooLate(state: OpenState, { kind, receipts, detail }: Undated, from: Party): Reception {
  if (state.commitmentHeight === null) return LATER;
  if (courtHeight(state) === null && kind !== 'verdict') return LATER;
  if (detail?.of === 'word' && mayCome(state, detail.court)) return LATER;
  return ignored('post-late', from, `a "${kind}" with ${receipts.length} receipts at block ${state.tip}`);
}

function accept(
  state: OpenState,
  posted: PostedMessage,
  message: MessageOf<PostedKind> | null,
  from: Party,
): Reception {
  const { kind, author, deadline } = posted;
  const subject = subjectOf(posted);
  const same = state.posts.filter(
    (other) =>
      other.acceptedAt !== null &&
      other.kind === kind &&
      other.author === author &&
      other.deadline === deadline &&
      subjectOf(other) === subject &&
      // W, which nobody tells what others accepted, counts for each sender: an author could fill its room before they relay.
      (accepts(state.self) || other.sources.includes(from)),
  );
  if (same.length >= ACCEPTED_LIMIT && !isNamed(state, posted)) {
    return ignored('out-of-place', from, `the ${author} has posted enough of kind "${kind}"`);
  }
  const accepted = { ...posted, acceptedAt: state.tip };
  return { kind: 'accepted', state: withPosted(state, accepted), posted: accepted, message };
}

/** D31: the opening that an accepted verdict names is kept whatever else W has signed: an honest V shows it to the arbiters. */
function isNamed({ posts }: OpenState, { detail }: PostedMessage): boolean {
  if (detail?.of !== 'opening') return false;
  return posts.some(
    ({ detail: verdict, acceptedAt }) =>
      acceptedAt !== null && verdict?.of === 'verdict' && equalBytes(verdict.openingHash, detail.openingHash),
  );
}

/** A delivery whose ciphertexts are being fetched, from anybody who has sent it. */
function wait(state: OpenState, posted: PostedMessage, from: Party): Reception {
  const waiting = state.posts.filter(
    ({ acceptedAt, sources, sealed }) =>
      acceptedAt === null && sources.includes(from) && !equalBytes(sealed, posted.sealed),
  );
  if (waiting.length >= WAITING_LIMIT) {
    return ignored('out-of-place', from, `${waiting.length} deliveries of this sender are being looked at`);
  }
  const task: Task = { kind: 'check-delivery', deliveryHash: posted.sealed, sources: posted.sources };
  return { kind: 'kept', state: withPosted(state, posted), tasks: posted.ready === null ? [task] : [] };
}

function subjectOf({ detail }: PostedMessage): string | null {
  if (detail?.of === 'word') return detail.court;
  return detail?.of === 'receipt' ? detail.subject : null;
}

function withPosted(state: OpenState, posted: PostedMessage): OpenState {
  const others = state.posts.filter((other) => !isSame(other, posted));
  return { ...state, posts: [...others, posted] };
}
