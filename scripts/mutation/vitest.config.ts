import { defineConfig } from 'vitest/config';
import {
  BaseSequencer,
  type Reporter,
  type TestModule,
  type TestSpecification,
  type Vitest,
} from 'vitest/node';
import { testPatterns } from './parts.ts';

const { include, exclude } = testPatterns(process.env.MUTATE ?? 'contract');

/** Milliseconds that each file took when it was first run, before any mutant cut it short. */
const durations = new Map<string, number>();

/** Runs the quickest files first: most mutants fail there, and the rest is then not run. */
class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    for (const file of files) {
      const duration = this.ctx.cache.getTestSpecificationResult(file)?.duration;
      if (duration !== undefined && !durations.has(file.moduleId)) durations.set(file.moduleId, duration);
    }
    const of = ({ moduleId }: TestSpecification): number => durations.get(moduleId) ?? 0;
    return [...files].sort((a, b) => of(a) - of(b));
  }
}

/** Ends a run at the first file that does not even load; by itself Vitest does so for tests that fail only. */
class FirstFailure implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestModuleEnd(module: TestModule): void {
    if (module.state() === 'failed') void this.#vitest?.cancelCurrentRun('test-failure');
  }
}

/** As the tests run otherwise: each file loads its modules anew, which mutants of constants need. @public */
export default defineConfig({
  test: {
    include: [...include],
    exclude: [exclude],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: ['scripts/mutation/vitest.setup.ts'],
    reporters: [new FirstFailure()],
    sequence: { sequencer: QuickestFirst },
  },
});
