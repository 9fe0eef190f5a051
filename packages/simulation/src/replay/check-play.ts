import type { NetChanges } from '@prometheus-compute/protocol';
import type { Game } from '../model/game.ts';
import type { Move } from '../model/move.ts';
import { outcomeOf } from '../model/outcome.ts';
import { COURTS, gamesOfCourt } from '../search/all-games.ts';
import { endName, stateAfter } from '../search/search.ts';
import { type Court, shortTerms } from '../terms/terms.ts';
import { randomNumbers, randomPlay } from './random-play.ts';
import { replay } from './replay.ts';
import { type Setting, settingOf } from './setting.ts';

const settings = new Map<string, Setting>();

/** The chain of a court up to Tx0; made once. */
function settingOfCourt(court: Court): Setting {
  const key = `${court.n}/${court.k}`;
  const setting = settings.get(key) ?? settingOf(shortTerms(court));
  settings.set(key, setting);
  return setting;
}

/** What the model and the chain say about one play. */
export interface PlayCheck {
  readonly end: string;
  /** Why the chain did not follow; undefined when it did. */
  readonly prevented: string | undefined;
  readonly model: { readonly changes: NetChanges; readonly revealed: boolean };
  /** Undefined when the play was prevented. */
  readonly chain: { readonly changes: NetChanges; readonly revealed: boolean } | undefined;
}

/** Performs a play on the development chain. @throws ReplayError when the chain takes what it should not, or the reverse */
export function checkPlay(court: Court, game: Game, moves: readonly Move[]): PlayCheck {
  const state = stateAfter(game, moves);
  const { changes, revealed } = outcomeOf(game, state);
  const base = { end: endName(state), model: { changes, revealed } };
  const result = replay(settingOfCourt(court), game, moves);
  return result.kind === 'prevented'
    ? { ...base, prevented: `${result.at}: ${result.reason}`, chain: undefined }
    : { ...base, prevented: undefined, chain: { changes: result.changes, revealed: result.revealed } };
}

/** Random plays of random coalitions in random courts, each checked on the chain. The same for the same seed. */
export function* checkRandomPlays(count: number, seed: number): Generator<PlayCheck> {
  const random = randomNumbers(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  for (let i = 0; i < count; i++) {
    const court = pick(COURTS);
    const game = pick(gamesOfCourt(court));
    yield checkPlay(court, game, randomPlay(game, random));
  }
}

/** Whether every balance is the same to the satoshi, and h_p is known or not as the model says. */
export function agrees({ model, chain }: PlayCheck): boolean {
  return (
    chain !== undefined &&
    chain.revealed === model.revealed &&
    Object.entries(model.changes).every(([party, change]) => chain.changes[party as 'fund'] === change)
  );
}
