import type {
  ChannelEvent,
  ChannelMessage,
  OpenState,
  Party,
  Task,
  TransactionId,
} from '../../../src/index.ts';
import { type Deviations, Game, type Sent } from './game.ts';
import { START } from './identity.ts';
import type { PlayerName } from './tasks.ts';

/** t0, Δ, B, t1 of the fixture's contract with three arbiters (k = 3). */
export const [T0, DELTA, B, T1] = [120, 24, 5, 288];

interface Wish {
  readonly from?: PlayerName;
  readonly to?: Party;
  readonly kind: ChannelMessage['kind'];
  readonly subject?: 'delivery' | 'opening';
}

const fits = ({ from, to, kind, subject }: Wish, sent: Sent): boolean =>
  (from === undefined || sent.from === from) &&
  (to === undefined || sent.to === to) &&
  sent.message.kind === kind &&
  (subject === undefined || (sent.message.kind === 'receipt' && sent.message.subject === subject));

/** A run in which some messages never arrive. */
export function without(wishes: readonly Wish[], more: Deviations = {}): Game {
  const game = new Game({
    ...more,
    onSend: (sent) =>
      wishes.some((wish) => fits(wish, sent)) ? [] : (more.onSend?.(sent) ?? [sent.message]),
  });
  game.mine(2);
  return game;
}

/** Height of Tx0 in every run here: the block after the one with which the arbiters are drawn. */
export const H0 = START + 2;

/** Goes on until the tip is at H0 + `blocks`. */
export function until(game: Game, blocks: number): Game {
  game.mine(H0 + blocks - game.chain.height);
  return game;
}

export const open = (game: Game, name: PlayerName): OpenState => {
  const state = game.state(name);
  if (state.name === 'setup' || state.name === 'closed') throw new RangeError(`${name} is in ${state.name}`);
  return state;
};
export const arbiters = (game: Game): readonly PlayerName[] => [1, 2, 3].map((i) => game.arbiter(i));

/** What a party has accepted by Post, with the tip from H0. */
export const accepted = (game: Game, name: PlayerName) =>
  open(game, name)
    .posts.filter(({ acceptedAt }) => acceptedAt !== null)
    .map(({ kind, author, acceptedAt }) => [kind, author, acceptedAt! - H0] as const);

export const kindsSent = (game: Game, name: PlayerName) =>
  new Set(game.sent.filter(({ from }) => from === name).map(({ message }) => message.kind));

/** Blocks after H0 of a transaction; undefined while it is in none. */
export const minedAt = (game: Game, id: TransactionId) => {
  const height = game.chain.heightOf(id);
  return height === undefined ? undefined : height - H0;
};

export const findsFault =
  (who: PlayerName, wanted: (task: Extract<Task, { kind: 'check-opening' }>) => boolean = () => true) =>
  (name: PlayerName, task: Task): ChannelEvent | undefined =>
    name === who && task.kind === 'check-opening' && wanted(task)
      ? {
          kind: 'opening-checked',
          openingHash: task.openingHash,
          deliveryHash: task.deliveryHash,
          thorough: task.thorough,
          verdict: { r: 0, chunk: 3, fault: 'output' },
        }
      : undefined;
