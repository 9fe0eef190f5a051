import { defineConfig } from 'vitest/config';

/** As the tests run otherwise, in one process per mutant: modules are loaded once for all files. @public */
export default defineConfig({
  test: {
    include: ['packages/protocol/test/**/*.test.ts'],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    isolate: false,
    setupFiles: ['scripts/mutation/vitest.setup.ts'],
  },
});
