import {
  type NetChanges,
  netChanges,
  type SettlementId,
  type VariantFamily,
  variantId,
} from '@prometheus-compute/protocol';
import { SandboxPool } from '@prometheus-compute/sandbox';
import { expect } from 'vitest';
import { startBitcoindChain } from '../../src/chain/core.ts';
import type { StageChain } from '../../src/chain/stage-chain.ts';
import { findScenario } from '../../src/scenarios/catalogue.ts';
import { runScenario, type ScenarioReport } from '../../src/scenarios/run.ts';
import type { Scenario } from '../../src/scenarios/scenario.ts';
import { remembering } from '../../src/stage/executor.ts';
import { scenarioTerms } from '../../src/stage/terms.ts';

const pool = new SandboxPool();
const executor = remembering(pool);
/** What the scenarios are played on: a live bitcoind where `BITCOIND` names one, the development chain otherwise. */
const { BITCOIND } = process.env;
export const onChain = BITCOIND === undefined ? {} : { startChain: () => startBitcoindChain(BITCOIND) };

/** Plays a scenario to its end. Sums of satoshis are checked by the runner in every one. */
export function played(name: string, seed = 'tests'): Promise<ScenarioReport> {
  return playedAs(findScenario(name), seed);
}

/** Plays a scenario that is not in the catalogue. */
export function playedAs(scenario: Scenario, seed: string): Promise<ScenarioReport> {
  return runScenario(scenario, { seed, executor, ...onChain });
}

/** Plays a scenario on a chain of the test's own; on the development chain where there is none. */
export function playedOn(
  startChain: (() => Promise<StageChain>) | undefined,
  scenario: Scenario,
): Promise<ScenarioReport> {
  const on = startChain === undefined ? {} : { startChain };
  return runScenario(scenario, { seed: 'tests', executor, ...on });
}

/** What the tables say about a settlement of a scenario's contract, from the payouts and what everybody brought (T §The tree). */
export function tableOf(name: string, settlement: SettlementId): NetChanges {
  const { court, parameters, offered } = findScenario(name);
  const terms = scenarioTerms(court, {
    ...(parameters === undefined ? {} : { parameters }),
    ...(offered === undefined ? {} : { offered }),
  });
  const stakes = Array.from({ length: court.n }, () => terms.parameters.a);
  return netChanges(terms.parameters, terms.offered, settlement, stakes);
}

/**
 * Asserts how a scenario ended, to the satoshi.
 *
 * @param changes - where a party's row differs from the table, and why is in the title of the test
 */
export async function expectSettled(
  name: string,
  settlement: SettlementId,
  expected: { readonly decrypted: boolean | null; readonly changes?: Partial<NetChanges> },
): Promise<ScenarioReport> {
  const report = await played(name);
  expect(report.ending).toMatchObject({ kind: 'settled', settlement });
  expect(report.changes).toEqual({ ...tableOf(name, settlement), ...expected.changes });
  expect(report.decrypted).toBe(expected.decrypted);
  return report;
}

/** The decision of a family by everybody. */
export const byAll = (family: VariantFamily, n = 5): SettlementId =>
  variantId(
    family,
    Array.from({ length: n }, (_, i) => i + 1),
  );

/** Index in the draw of the arbiter with this name. */
export function drawn({ balances }: ScenarioReport, name: string): number {
  const party = balances.find((balance) => balance.name === name)?.party ?? '';
  return Number(party.replace('arbiter:', ''));
}

/** The decision of a family by all but one. */
export const byAllBut = (family: VariantFamily, left: number, n = 5): SettlementId =>
  variantId(
    family,
    Array.from({ length: n }, (_, i) => i + 1).filter((index) => index !== left),
  );

/** Height at which a transaction of the graph confirmed; 0 when it did not. */
export function heightOf({ timeline }: ScenarioReport, id: string): number {
  return timeline.find(({ who, transaction }) => who === 'chain' && transaction?.id === id)?.height ?? 0;
}

/** Transactions of the graph that confirmed, in order. */
export const confirmed = ({ timeline }: ScenarioReport): readonly string[] =>
  timeline.flatMap(({ who, transaction }) =>
    who === 'chain' && transaction !== null ? [transaction.id] : [],
  );
