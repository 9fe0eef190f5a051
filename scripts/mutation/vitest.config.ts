import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

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

/** As the tests run otherwise: each file loads its modules anew, which mutants of constants need. @public */
export default defineConfig({
  test: {
    include: ['packages/protocol/test/**/*.test.ts'],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: ['scripts/mutation/vitest.setup.ts'],
    sequence: { sequencer: QuickestFirst },
  },
});
