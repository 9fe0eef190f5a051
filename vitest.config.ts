import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    environment: 'node',
    // All cores: the default leaves one of them idle, which is half of a small machine.
    maxWorkers: availableParallelism(),
    // Far above what any test takes alone: a slow or busy machine is no failure.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
