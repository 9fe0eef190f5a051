import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectPayouts } from '@prometheus-compute/node';
import {
  CodedError,
  type NetChanges,
  parseSettlement,
  type SettlementId,
} from '@prometheus-compute/protocol';
import { SandboxPool } from '@prometheus-compute/sandbox';
import {
  type Balance,
  changesOf,
  closeLedger,
  type Ledger,
  type Opening,
  openLedger,
} from '../balances/ledger.ts';
import { EmbeddedChain } from '../chain/embedded.ts';
import type { StageChain } from '../chain/stage-chain.ts';
import { type ChunkExecutor, remembering } from '../stage/executor.ts';
import { lastRelease } from '../stage/looks.ts';
import type { Machine } from '../stage/options.ts';
import { Stage } from '../stage/stage.ts';
import { scenarioTerms } from '../stage/terms.ts';
import type { TimelineEntry } from '../timeline/timeline.ts';
import type { Ending, Scenario } from './scenario.ts';

/** Everything that came of a scenario. */
export interface ScenarioReport {
  readonly scenario: string;
  readonly about: string;
  readonly seed: string;
  readonly ending: Ending;
  readonly timeline: readonly TimelineEntry[];
  readonly balances: readonly Balance[];
  readonly fund: bigint;
  readonly fees: Ledger['fees'];
  /** As the tables of T §Default P write them. */
  readonly changes: NetChanges;
  /** What the scenario showed besides, by name. */
  readonly observations: Readonly<Record<string, string>>;
  /** Chunks that the Client could decrypt; null where it did not learn h_p. */
  readonly decrypted: boolean | null;
  /** Blocks that it took. */
  readonly blocks: number;
}

/** Blocks after which V's fee output, stakes and bond are all free. */
const PATIENCE = 600;

/**
 * Plays a scenario to its end: the contract is settled or given up, everybody has come back and has taken what it can take alone, and
 * every satoshi is accounted for.
 *
 * @param options - `startChain`: makes the chain that it is played on, which ends with it; by default a development chain
 * @throws SimulationError `not-reached`, `satoshis-lost`, `chains-differ`; what starting the chain throws
 */
export async function runScenario(
  scenario: Scenario,
  options: {
    readonly seed: string;
    readonly executor?: ChunkExecutor;
    readonly machine?: Machine;
    readonly startChain?: () => Promise<StageChain>;
    readonly signal?: AbortSignal;
  },
): Promise<ScenarioReport> {
  const { seed, signal, machine, startChain } = options;
  const pool = options.executor === undefined ? new SandboxPool() : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-scenario-'));
  const { court, parameters, offered, policy, links, batch } = scenario;
  const chain = (await startChain?.()) ?? new EmbeddedChain();
  try {
    await using stage = await Stage.set({
      seed,
      folder,
      chain,
      executor: options.executor ?? remembering(pool!),
      court,
      terms: scenarioTerms(court, {
        ...(parameters === undefined ? {} : { parameters }),
        ...(offered === undefined ? {} : { offered }),
        ...(policy === undefined ? {} : { policy }),
      }),
      cast: scenario.cast?.() ?? {},
      spareArbiters: scenario.spareArbiters ?? 0,
      ...(links === undefined ? {} : { links }),
      ...(batch === undefined ? {} : { batch }),
      ...(machine === undefined ? {} : { machine }),
      ...(signal === undefined ? {} : { signal }),
    });
    return await play(scenario, stage);
  } finally {
    await chain.close();
    await pool?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function play(scenario: Scenario, stage: Stage): Promise<ScenarioReport> {
  const observations: Record<string, string> = {};
  const opening = openLedger(stage);
  const refusal = await begin(stage);
  if (refusal !== undefined) return report(scenario, stage, opening, { ending: refusal, observations });
  await scenario.play?.(stage, (name, value) => {
    observations[name] = value;
    stage.tell('chain', `${name}: ${value}`, '');
  });
  await stage.mineUntil(() => stage.hasEnded, 'the end of the contract', PATIENCE);
  await comeBack(stage);
  const ending = endingOf(stage);
  await collect(stage, ending);
  return report(scenario, stage, opening, { ending, observations });
}

/** The Client's offer; what its own node refuses is an ending too. */
async function begin(stage: Stage): Promise<Ending | undefined> {
  try {
    await stage.begin();
    return undefined;
  } catch (cause) {
    if (!(cause instanceof CodedError)) throw cause;
    stage.tell('client', 'begins nothing', cause.message);
    return { kind: 'refused', rule: cause.rule, reason: cause.message };
  }
}

function report(
  scenario: Scenario,
  stage: Stage,
  opening: Opening,
  { ending, observations }: Pick<ScenarioReport, 'ending' | 'observations'>,
): ScenarioReport {
  const { balances, fund, fees } = closeLedger(stage, opening);
  return {
    scenario: scenario.name,
    about: scenario.about,
    seed: stage.options.seed,
    ending,
    timeline: stage.timeline.entries,
    balances,
    fund,
    fees,
    changes: changesOf({ balances, fund, fees }),
    observations,
    decrypted: decryptedBy(stage),
    blocks: stage.height - opening.height,
  };
}

/** Whoever went off line comes back and learns how it ended. */
async function comeBack(stage: Stage): Promise<void> {
  for (const { name } of stage.actors) await stage.restart(name);
  await stage.mine();
  await stage.mineUntil(() => stage.hasEnded, 'the end of the contract for everybody', PATIENCE);
}

/** Everybody takes what it can take alone, as soon as it can: V its fee before it is C's. */
async function collect(stage: Stage, ending: Ending): Promise<void> {
  await collectAll(stage);
  if (ending.kind === 'abandoned') await stage.mine(7);
  else await stage.mineTo(lastRelease(stage));
  await collectAll(stage);
}

async function collectAll(stage: Stage): Promise<void> {
  for (const { party } of stage.actors) {
    const { engine, ports } = party.node;
    for (const record of engine.records) await collectPayouts(record, ports);
  }
  await stage.mine();
}

function endingOf(stage: Stage): Ending {
  const { state } = stage.client;
  if (state.name !== 'closed') throw new RangeError('the channel is not closed');
  if (state.how === 'abandoned') return { kind: 'abandoned', fault: state.fault };
  const settlement = state.transaction as SettlementId;
  return { kind: 'settled', settlement, scheme: parseSettlement(settlement).scheme, height: state.height };
}

function decryptedBy(stage: Stage): boolean | null {
  const state = stage.client.recorded?.state;
  if (state?.name !== 'closed' || state.how !== 'settled' || state.revealed === null) return null;
  return state.failures !== null && state.failures.length === 0;
}
