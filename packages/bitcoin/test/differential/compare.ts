import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { JsonValue } from '../../src/index.ts';
import { withBitcoind, withDevchain } from './nodes.ts';
import type { Scenario } from './scenario.ts';
import { runScenario, type Verdicts } from './verdicts.ts';

/** How verdicts are laid out in a fixture. Long scenarios leave out what follows from the calls. */
export type Layout = (verdicts: Verdicts) => JsonValue;

/** What a fixture file holds. */
interface Fixture {
  /** Of the node that was asked, e.g. `/Satoshi:31.99.0/`. */
  readonly node: string;
  /** Digest of the scenario that was run. */
  readonly digest: string;
  /** As {@link Layout} wrote them. */
  readonly verdicts: JsonValue;
}

const FIXTURES = new URL('../fixtures/differential/', import.meta.url);

/**
 * Runs a scenario on a fresh development chain and expects the verdicts that Bitcoin Core gives, step by step:
 * - `BITCOIND=/path/to/bitcoind`: a fresh `bitcoind -regtest` is asked now;
 * - and `RECORD=1`: what it says is written to the fixture as well;
 * - without `BITCOIND`: the recorded verdicts are taken. They must be of exactly these calls.
 *
 * Record with `BITCOIND=… RECORD=1 npx vitest run packages/bitcoin/test/differential`.
 *
 * @param folder - of the fixtures, for scenarios that live elsewhere
 * @param layout - of the fixture; a live comparison is made before it, on the full verdicts
 * @returns the verdicts of the development chain
 */
export async function expectSameVerdicts(
  scenario: Scenario,
  folder: URL = FIXTURES,
  layout: Layout = (verdicts) => verdicts,
): Promise<Verdicts> {
  const file = new URL(`${scenario.name}.json`, folder);
  const actual = await withDevchain((client) => runScenario(client, scenario));
  const program = process.env.BITCOIND;
  if (program === undefined) {
    const fixture = JSON.parse(await readFile(file, 'utf8')) as Fixture;
    expect(scenario.digest, `${fileURLToPath(file)} was recorded for other calls: record it again`).toBe(
      fixture.digest,
    );
    expect(layout(actual)).toEqual(fixture.verdicts);
    return actual;
  }
  const { node, verdicts } = await askBitcoind(program, scenario);
  if (process.env.RECORD === '1') {
    await mkdir(folder, { recursive: true });
    const fixture: Fixture = { node, digest: scenario.digest, verdicts: layout(verdicts) };
    await writeFile(file, `${JSON.stringify(fixture, null, 1)}\n`);
  }
  expect(actual).toEqual(verdicts);
  return actual;
}

function askBitcoind(
  program: string,
  scenario: Scenario,
): Promise<{ readonly node: string; readonly verdicts: Verdicts }> {
  return withBitcoind(program, async (client) => {
    const info = (await client.call('getnetworkinfo')) as { readonly subversion: string };
    return { node: info.subversion, verdicts: await runScenario(client, scenario) };
  });
}
