import { repeatedCount, stageCount } from './arbitrate.ts';
import { verdictFrom } from './chain.ts';
import { confirmation, type Game, holds } from './game.ts';
import type { State } from './state.ts';
import { settledTip } from './views.ts';

/** Tips in the life of a contract at which something begins or ends, per phase; everything else is waiting. */
export interface Ticks {
  /** Last tips for delivery and opening. */
  readonly delivery: number;
  readonly opening: number;
  /** Last tips for s_V and s_C, and the blocks that stand for them otherwise (D37). */
  readonly seeds: Readonly<Record<'verifier' | 'client', { readonly last: number; readonly block: number }>>;
  /** Every moment for delivery, seeds and opening. */
  readonly documents: readonly number[];
  /** After Tx0. */
  readonly commitment: readonly number[];
  /** After TxV0 or TxV1, counted from it. */
  readonly verdict: readonly number[];
  /** After TxA or TxAc, counted from it. */
  readonly appeal: readonly number[];
  readonly claim: number;
  /** Every block is a tick. Without it, blocks in which nothing begins or ends are passed over. */
  readonly everyBlock: boolean;
  readonly stages: readonly number[];
  /** Last tip at which W shows h_p in an arbitration. */
  readonly lastReveal: number;
  readonly repeated: readonly number[];
}

/** Ticks of a game; computed once. @param everyBlock - look at every block, at many times the cost */
export function ticksOf(game: Game, everyBlock = false): Ticks {
  const { times, parameters, contract } = game;
  const delta = confirmation(game);
  const { t1, t3 } = parameters;
  const stages = Array.from({ length: stageCount(game) }, (_, j) => times.delta1 + j * contract.stageBlocks);
  const repeated = Array.from(
    { length: repeatedCount(game) },
    (_, j) => times.delta2 + j * contract.stageBlocks,
  );
  const opened = times.delivery + delta;
  const seeds = {
    // Without the rule V opens last, and nothing stands for it.
    verifier: { last: holds(game, 'D37') ? opened - times.B - 1 : opened, block: opened },
    client: { last: opened, block: opened + times.B + 1 },
  };
  const documents = [
    times.delivery,
    ...Object.values(seeds).flatMap(({ last, block }) => [last, block]),
    times.verdict,
  ];
  const lastReveal = times.delta2 - 2 * delta;
  return {
    delivery: times.delivery,
    seeds,
    opening: times.verdict,
    commitment: [
      ...documents,
      verdictFrom(game) - 1,
      settledTip(game),
      times.verdictLatest,
      t1 - delta,
      t1 - 1,
      times.paymentLatest - delta,
      parameters.t2 - 1,
      t3 - 1,
      times.release - 1,
    ],
    documents,
    verdict: [
      times.appeal - delta - 1,
      times.appeal - 1,
      times.appeal,
      times.timeoutAfterVerdict - 2 * delta,
      times.timeoutAfterVerdict - 1,
    ],
    appeal: [times.claim, ...stages, lastReveal, ...repeated, times.arbitrationTimeout - 1],
    claim: times.claim,
    everyBlock,
    stages,
    lastReveal,
    repeated,
  };
}

/** The next tip at which somebody has something to decide, given what is on its way; undefined when nothing follows. */
export function nextTick(game: Game, ticks: Ticks, state: State): number | undefined {
  const next = nextEvent(game, ticks, state);
  return next === undefined || !ticks.everyBlock ? next : state.tip + 1;
}

function nextEvent(game: Game, ticks: Ticks, state: State): number | undefined {
  const { tip, verdict, appeal, pending } = state;
  let next: number | undefined;
  const consider = (at: number): void => {
    if (at > tip && (next === undefined || at < next)) next = at;
  };
  for (const { until } of pending) consider(until - 1);
  if (appeal !== undefined) {
    for (const offset of ticks.appeal) consider(appeal.height + offset);
    return next;
  }
  if (verdict === undefined) for (const at of ticks.commitment) consider(at);
  else {
    for (const offset of ticks.verdict) consider(verdict.height + offset);
    for (const at of [...ticks.documents, settledTip(game), game.times.release - 1]) consider(at);
    // D2: what counts from Tx0 whatever happened since.
    if (!holds(game, 'D2')) for (const at of ticks.commitment) consider(at);
  }
  return next;
}
