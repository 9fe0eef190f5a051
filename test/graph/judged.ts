import { expect } from 'vitest';
import { expectSameVerdicts } from '../../packages/bitcoin/test/differential/compare.ts';
import type { Verdicts } from '../../packages/bitcoin/test/differential/verdicts.ts';
import { type GraphScenario, graphScenario } from './scenario.ts';
import { verdictTable, verdictText } from './verdict-table.ts';

const FIXTURES = new URL('fixtures/', import.meta.url);

/** A graph and what the development chain says about its transactions; bitcoind says the same. */
export class JudgedGraph {
  readonly #asked: GraphScenario;
  #verdicts: Promise<Verdicts> | undefined;

  constructor(...asked: Parameters<typeof graphScenario>) {
    this.#asked = graphScenario(...asked);
  }

  get graph(): GraphScenario['graph'] {
    return this.#asked.graph;
  }

  /** All verdicts by label. Fails when bitcoind, or the fixture recorded from it, says otherwise. */
  verdicts(): Promise<Verdicts> {
    this.#verdicts ??= expectSameVerdicts(this.#asked.scenario, FIXTURES, verdictTable);
    return this.#verdicts;
  }

  /** The verdict of one label, in a line. */
  async verdict(label: string): Promise<string> {
    const verdicts = await this.verdicts();
    expect(Object.keys(verdicts)).toContain(label);
    return verdictText(verdicts[label]!);
  }

  async expectAllowed(...labels: readonly string[]): Promise<void> {
    for (const label of labels)
      expect([label, await this.verdict(label)]).toEqual([label, expect.stringMatching(ALLOWED)]);
  }

  async expectRefused(reason: RegExp, ...labels: readonly string[]): Promise<void> {
    for (const label of labels) {
      const verdict = await this.verdict(label);
      expect([label, verdict]).toEqual([label, expect.stringMatching(reason)]);
      expect([label, verdict]).toEqual([label, expect.not.stringMatching(ALLOWED)]);
    }
  }

  /** vB of a transaction that was allowed. */
  async vsize(label: string): Promise<number> {
    return Number(/(?:allowed|in), (\d+) vB/.exec(await this.verdict(label))?.[1]);
  }
}

/** How an answer begins that takes everything that was offered. */
export const ALLOWED = /^(?:allowed|message: success|connected)/;
