import {
  type ChannelEvent,
  type ChannelMessage,
  contractHash,
  type Hash32,
  type MessageOf,
  type OpenState,
  type Party,
  type PostedMessage,
  type Step,
  slotKey,
  type Task,
} from '../../../src/index.ts';
import type { Game } from '../play/game.ts';
import { otherHash } from '../play/identity.ts';
import { DELTA, H0, open, T1, until, without } from '../play/late.ts';
import { DELIVERY } from '../play/tasks.ts';
import { after, heard, move, type Received, sealedBy } from '../setup/steps.ts';

type Moved = Extract<Step, { readonly kind: 'moved' }>;

/** Each is played once, up to three blocks after H0, and serves every row about it. */
const played = new Map<string, Game>();
export const once = (name: string, play: () => Game): Game => {
  const game = played.get(name) ?? play();
  played.set(name, game);
  return game;
};

/** W has delivered and opened, everybody has every receipt, V has said r = 1 and C has released. */
export const paid = (): Game => once('paid', () => until(without([{ kind: 'release', to: 'worker' }]), 3));
/** As {@link paid}, without W's opening. */
export const delivered = (): Game => once('delivered', () => until(without([{ kind: 'opening' }]), 3));
/** Nothing was delivered. */
export const empty = (): Game => once('empty', () => until(without([{ kind: 'delivery' }]), 3));

export type Changes = Partial<Omit<OpenState, 'name' | 'opening'>> & {
  readonly name?: OpenState['name'];
  readonly opening?: OpenState['opening'];
  readonly disputes?: readonly { readonly transaction: string; readonly height: number }[];
};

/** The state of a party in a play, with changes. */
export const stateOf = (game: Game, name: Parameters<Game['state']>[0], changes: Changes = {}): OpenState =>
  changed(open(game, name), changes);
export const changed = (state: OpenState, changes: Changes): OpenState =>
  ({ ...state, ...changes }) as OpenState;
/** The same after a dispute. */
export const disputed = (state: OpenState, transaction: 'TxV0' | 'TxV1' | 'TxA' | 'TxAc', blocks = 170) =>
  changed(state, { name: 'arbitration', disputes: [{ transaction, height: H0 + blocks }] });

/** One more block: the tip is at H0 + `blocks`. */
export const tip = (blocks: number): ChannelEvent => ({ kind: 'tip', height: H0 + blocks });
export const atTip = (state: OpenState, blocks: number): Moved => move(state, tip(blocks));
/** The state after an event that moves an open channel. */
export const next = (state: OpenState, event: ChannelEvent): OpenState =>
  move(state, event).state as OpenState;

/** What an event leads to: `later`, `moved`, or the code and the culprit of what it was ignored for, or moved with. */
export function result(state: OpenState, event: ChannelEvent): string {
  const step = after(state, event);
  if (step.kind === 'later') return 'later';
  const { fault } = step;
  return fault === null ? 'moved' : `${step.kind}: ${fault.code}, ${fault.culprit}`;
}

const named = (task: Task): string => {
  if (task.kind === 'relay') return `relay ${task.message.author}: ${task.message.kind}`;
  if (task.kind === 'find-block') return `find-block ${task.height - H0}`;
  if (task.kind === 'sign') return `sign ${task.slots.map(slotKey).join(', ')}`;
  return task.kind;
};
const about = (message: ChannelMessage): string =>
  message.kind === 'receipt' ? `receipt for the ${message.subject}` : message.kind;

/** What goes out after a move: tasks, and messages with their recipients. Blocks count from H0. */
export const out = ({ tasks, messages }: Moved): readonly string[] => [
  ...tasks.map(named),
  ...messages.map(({ to, message, posted }) => `${posted ? 'post ' : ''}${about(message)} → ${to}`),
];
/** What goes out when the tip comes to H0 + `blocks`. */
export const outAt = (state: OpenState, blocks: number) => out(atTip(state, blocks));

/** Rows of a table in which every state meets an event, and what comes of it. */
export type ResultRow = readonly [title: string, state: OpenState, event: ChannelEvent, result: string];
export const results = (rows: readonly ResultRow[]) =>
  rows.map(([title, state, event]) => [title, result(state, event)]);
export const expected = (rows: readonly ResultRow[]) => rows.map(([title, , , wanted]) => [title, wanted]);

/** Somebody posts what an author sealed, without receipts. */
export function postedBy(author: Party, message: ChannelMessage, from: Party = author): Received {
  const { envelope } = sealedBy(author as 'worker', author, message);
  return sealedBy('client', from, { kind: 'post', channel: message.channel, envelope, receipts: [] });
}

/** A message as the party of this play says it directly. */
export const saidBy = (author: 'client' | 'worker' | 'verifier', message: ChannelMessage): Received =>
  sealedBy(author, author, message);

export const channelOf = ({ agreement }: OpenState): Hash32 => contractHash(agreement.contract);
/** Another delivery that W signed: of another R by default. */
export const otherDelivery = (state: OpenState, i = 0, root = otherHash(`R ${i}`)) => ({
  kind: 'delivery' as const,
  channel: channelOf(state),
  ...DELIVERY,
  root,
  chunks: DELIVERY.chunks.map((chunk) => ({ ...chunk, size: 20 + i })),
});

/** What was posted, as a party notes it: W's delivery unless said otherwise, accepted and in time. */
export const noted = (changes: Partial<PostedMessage> & Pick<PostedMessage, 'detail'>): PostedMessage => ({
  kind: 'delivery',
  author: 'worker',
  sealed: otherHash('sealed'),
  signature: new Uint8Array(64) as PostedMessage['signature'],
  deadline: H0 + 120,
  receipts: [],
  sources: [],
  ready: true,
  acceptedAt: H0 + 10,
  timely: true,
  ...changes,
});

/** V's last tip for its verdict, from H0: t1 − Δ − 1. */
export const VERDICT_BY = T1 - DELTA - 1;

/** Nothing of C or V. */
export const NO_RECEIPTS = { delivery: null, opening: null, opened: null };

export const NONE: OpenState['receipts'] = { client: NO_RECEIPTS, verifier: NO_RECEIPTS };

/** A receipt as W got it. */
export const given = (from: 'client' | 'verifier', subject: 'delivery' | 'opening'): MessageOf<'receipt'> =>
  paid().sent.flatMap(({ from: by, message }) =>
    by === from && message.kind === 'receipt' && message.subject === subject ? [message] : [],
  )[0]!;

/** The same, with changes, as an event. */
export const directly = (
  from: 'client' | 'verifier',
  subject: 'delivery' | 'opening',
  changes: object = {},
) => saidBy(from, { ...given(from, subject), ...changes });

/** V, and nothing of W is here. */
export const verifier = (changes: Changes = {}) => stateOf(empty(), 'verifier', { tip: H0 + 5, ...changes });
/** What W says directly: its i-th delivery, its opening. */
export const announced = (i = 0): Received => saidBy('worker', otherDelivery(verifier(), i));
export const opened = (changes: object = {}): Received =>
  saidBy('worker', { ...heard(paid(), 'verifier', 'opening').message, ...changes });

/** A delivery was looked at. */
export const looked = (deliveryHash: Hash32, ok = true): ChannelEvent => ({
  kind: 'delivery-checked',
  deliveryHash,
  ok,
  bytes: 520,
  height: H0 + 9,
  blockHash: otherHash('block'),
});

/** V has accused W at H0 + 170, and W has appealed at H0 + 180. */
export function called(state: OpenState): OpenState {
  const confirmed = (transaction: 'TxV0' | 'TxA', blocks: number): ChannelEvent => ({
    kind: 'confirmed',
    transaction,
    height: H0 + blocks,
    blockHash: otherHash('b'),
    bytes: new Uint8Array(0),
  });
  return next(next(state, confirmed('TxV0', 170)), confirmed('TxA', 180));
}
