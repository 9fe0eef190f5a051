import { expect } from 'vitest';
import {
  type ChannelEvent,
  type ChannelMessage,
  type ChannelState,
  encodeEnvelope,
  outpointKey,
  type Recipient,
  type SetupState,
  type Step,
  sealedHash,
  sealMessage,
  transition,
} from '../../../src/index.ts';
import { CONTEXT, type Deviations, Game, type Player } from '../play/game.ts';
import { messageKey, messageSecret, STAKES, sign } from '../play/identity.ts';
import type { PlayerName } from '../play/tasks.ts';

export const ROLES = ['client', 'worker', 'verifier'] as const;
/** The owners of the stakes that are drawn, as A_1, A_2, A_3. */
export const DRAWN = ['stake 4', 'stake 0', 'stake 1'] as const satisfies readonly PlayerName[];
export const offerOf = (name: PlayerName): Recipient => `offer:${outpointKey(stakeOf(name).coin.outpoint)}`;

export type Received = Extract<ChannelEvent, { readonly kind: 'message' }>;
type StepName = SetupState['step'];
type StateOf<S extends StepName> = Extract<SetupState, { readonly step: S }>;

/** A run in which Tx0 is in a block, with all that every party has been through on the way. */
export function wholeSetup(deviations: Deviations = {}): Game {
  const game = new Game(deviations);
  game.mine(2);
  return game;
}

const lives = new WeakMap<Player, readonly ChannelState[]>();

/** Every state that a party has been in up to the first look at it, in order. */
function lifeOf(game: Game, name: PlayerName): readonly ChannelState[] {
  const player = game.player(name);
  const known = lives.get(player);
  if (known !== undefined) return known;
  const states = [player.initial!];
  for (const event of player.log) {
    const step = transition(states.at(-1)!, event, CONTEXT);
    if (step.kind === 'moved') states.push(step.state);
  }
  lives.set(player, states);
  return states;
}

function statesIn<S extends StepName>(game: Game, name: PlayerName, step: S): readonly StateOf<S>[] {
  const found = lifeOf(game, name).filter(
    (state): state is StateOf<S> => state.name === 'setup' && state.step === step,
  );
  if (found.length === 0) throw new RangeError(`${name} was never in the step ${step}`);
  return found;
}

/** The state with which a party came to a step. */
export const firstIn = <S extends StepName>(game: Game, name: PlayerName, step: S): StateOf<S> =>
  statesIn(game, name, step)[0]!;
/** The last state of a party in a step. */
export const lastIn = <S extends StepName>(game: Game, name: PlayerName, step: S): StateOf<S> =>
  statesIn(game, name, step).at(-1)!;

/** A message as a party got it. */
export function heard<K extends ChannelMessage['kind']>(
  game: Game,
  name: PlayerName,
  kind: K,
  from?: Recipient,
): Received & { readonly message: Extract<ChannelMessage, { readonly kind: K }> } {
  const found = game
    .player(name)
    .log.find(
      (event): event is Received =>
        event.kind === 'message' && event.message.kind === kind && (from ?? event.from) === event.from,
    );
  if (found === undefined) throw new RangeError(`${name} never got a "${kind}"`);
  return found as never;
}

/** The event in which a task of a party ended. */
export function ended<K extends ChannelEvent['kind']>(
  game: Game,
  name: PlayerName,
  kind: K,
): Extract<ChannelEvent, { readonly kind: K }> {
  const found = game.player(name).log.find((event) => event.kind === kind);
  if (found === undefined) throw new RangeError(`nothing of ${name} ended in "${kind}"`);
  return found as never;
}

export const after = (state: ChannelState, event: ChannelEvent): Step => transition(state, event, CONTEXT);

/** The move that an event makes. */
export function move(state: ChannelState, event: ChannelEvent): Extract<Step, { readonly kind: 'moved' }> {
  const step = after(state, event);
  if (step.kind !== 'moved') throw new RangeError(`no move, but ${outcome(state, event)}`);
  return step;
}

/** What an event leads to, in a few words: `later`, `ignored: <code>, <culprit>`, `over: <code>, <culprit>`, or the step. */
export function outcome(state: ChannelState, event: ChannelEvent): string {
  const step = after(state, event);
  if (step.kind === 'later') return 'later';
  if (step.kind === 'ignored') return `ignored: ${step.fault.code}, ${step.fault.culprit}`;
  const { fault } = step;
  if (step.state.name === 'setup') return step.state.step;
  return step.state.name === 'closed' && fault ? `over: ${fault.code}, ${fault.culprit}` : step.state.name;
}

/** Where an event comes, what it is, and what becomes of it. */
export type Row = readonly [
  title: string,
  of: (game: Game) => readonly [state: SetupState, event: ChannelEvent],
  outcome: string,
];

/** Every row ends as it says. One play serves all of them. */
export function expectRows(rows: readonly Row[], game: Game = wholeSetup()): void {
  expect(rows.map(([title, of]) => [title, outcome(...of(game))])).toEqual(
    rows.map(([title, , expected]) => [title, expected]),
  );
}

/** A message with other words. */
export const saying = (event: Received, changes: object): Received => ({
  ...event,
  message: { ...event.message, ...changes } as ChannelMessage,
});

/** A message that a party seals and that nobody has planned. */
export function sealedBy(name: PlayerName, from: Recipient, message: ChannelMessage): Received {
  const { kind, body, signature, ...rest } = sealMessage(message, messageKey(name), (hash) =>
    sign(hash, messageSecret(name)),
  );
  const envelope = encodeEnvelope({ kind, body, signature, ...rest });
  return { kind: 'message', from, message, sealed: sealedHash(kind, body), signature, envelope };
}

export const stakeOf = (name: PlayerName) => STAKES[Number(name.slice('stake '.length))]!;
