import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { configureGlobal } from 'fast-check';
import { collect, hookModules, type Test } from './collect.ts';
import { testFiles } from './parts.ts';

/** The part of Stryker's API that is used; its types are not installed with this project. */
interface Coverage {
  readonly static: Record<string, number>;
  readonly perTest: Record<string, Record<string, number>>;
}

interface TestResult {
  readonly id: string;
  readonly name: string;
  readonly fileName: string;
  readonly startPosition: { readonly line: number; readonly column: number };
  readonly timeSpentMs: number;
  readonly status: 0 | 1;
  readonly failureMessage?: string;
}

interface MutantRun {
  readonly testFilter?: readonly string[];
  readonly hitLimit?: number;
  readonly activeMutant: { readonly id: string };
  readonly mutantActivation: 'runtime' | 'static';
}

type MutantResult =
  | {
      readonly status: 'killed';
      readonly killedBy: readonly string[];
      readonly failureMessage: string;
      readonly nrOfTests: number;
    }
  | { readonly status: 'survived'; readonly nrOfTests: number }
  | { readonly status: 'timeout'; readonly reason: string }
  | { readonly status: 'error'; readonly errorMessage: string };

/** What mutated code looks at, and counts in. */
interface Switches {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: Coverage;
}

/** Where the mutated tree is; the process goes there after it has loaded this. */
const sandbox = (): string => `${process.cwd()}${sep}`;
/** What the tests took in the first run, in the sandbox, for processes that follow on one that was ended. */
const DURATIONS = 'durations.json';
const code = globalThis as typeof globalThis & { __stryker__?: Switches };

const idOf = ({ file, name }: Test): string => `${relative(sandbox(), file)} > ${name}`;

/** Runs one test; what it failed with, undefined where it passed. */
async function failureOf(test: Test): Promise<string | undefined> {
  try {
    await test.run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Runs the tests in its own process, which has loaded them once: Vitest loads them anew for each mutant, and that takes longer
 * than to run them. Only mutants of constants need it.
 */
class InProcess {
  readonly #switches: Switches;
  #tests: readonly Test[] = [];
  #isFresh = false;
  /** By test. */
  #milliseconds: Readonly<Record<string, number>> = {};

  constructor() {
    code.__stryker__ ??= {};
    this.#switches = code.__stryker__;
  }

  capabilities(): { readonly reloadEnvironment: boolean } {
    return { reloadEnvironment: true };
  }

  init(): void {
    hookModules(join(sandbox(), 'packages', sep));
    // The same values for every mutant, so that a rate can be measured again; the first counterexample is enough.
    configureGlobal({ seed: 1, endOnFailure: true });
    if (existsSync(DURATIONS)) this.#milliseconds = JSON.parse(readFileSync(DURATIONS, 'utf8'));
  }

  async dryRun(): Promise<object> {
    const switches = this.#switches;
    const mutantCoverage: Coverage = { static: {}, perTest: {} };
    switches.mutantCoverage = mutantCoverage;
    await this.#load();
    const tests: TestResult[] = [];
    for (const test of this.#tests) {
      const id = idOf(test);
      switches.currentTestId = id;
      const start = performance.now();
      const failureMessage = await failureOf(test);
      const timeSpentMs = performance.now() - start;
      const startPosition = { line: test.line, column: 0 };
      const result = { id, name: id, fileName: test.file, startPosition, timeSpentMs };
      tests.push(
        failureMessage === undefined ? { ...result, status: 0 } : { ...result, status: 1, failureMessage },
      );
    }
    switches.currentTestId = undefined;
    this.#milliseconds = Object.fromEntries(tests.map(({ id, timeSpentMs }) => [id, timeSpentMs]));
    writeFileSync(DURATIONS, JSON.stringify(this.#milliseconds));
    return { status: 'complete', tests, mutantCoverage };
  }

  async mutantRun(options: MutantRun): Promise<MutantResult> {
    const { activeMutant, hitLimit, mutantActivation, testFilter } = options;
    const switches = this.#switches;
    const isStatic = mutantActivation === 'static';
    // What it counts is of no use here, and would grow.
    switches.mutantCoverage = { static: {}, perTest: {} };
    try {
      if (!isStatic && !this.#isFresh) await this.#load();
      Object.assign(switches, { activeMutant: activeMutant.id, hitCount: 0, hitLimit });
      if (isStatic) await this.#load();
      const result = await this.#attempt(testFilter);
      const { hitCount = 0 } = switches;
      const isEndless = hitLimit !== undefined && hitCount > hitLimit;
      return isEndless ? { status: 'timeout', reason: `reached ${hitCount} times` } : result;
    } catch (error) {
      return { status: 'error', errorMessage: String(error) };
    } finally {
      Object.assign(switches, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined });
      if (isStatic) this.#isFresh = false;
    }
  }

  async dispose(): Promise<void> {}

  async #load(): Promise<void> {
    this.#tests = await collect(testFiles(sandbox(), process.env.MUTATE ?? ''));
    this.#isFresh = true;
  }

  /** Runs the quickest tests first, up to the first that fails. */
  async #attempt(filter: readonly string[] | undefined): Promise<MutantResult> {
    const wanted = filter === undefined ? undefined : new Set(filter);
    const took = (test: Test): number => this.#milliseconds[idOf(test)] ?? 0;
    const tests = this.#tests
      .filter((test) => wanted?.has(idOf(test)) ?? true)
      .sort((a, b) => took(a) - took(b));
    for (const [i, test] of tests.entries()) {
      const failureMessage = await failureOf(test);
      if (failureMessage === undefined) continue;
      return { status: 'killed', killedBy: [idOf(test)], failureMessage, nrOfTests: i + 1 };
    }
    return { status: 'survived', nrOfTests: tests.length };
  }
}

/** What Stryker looks for in a plugin. @public */
export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', injectableClass: InProcess }];
