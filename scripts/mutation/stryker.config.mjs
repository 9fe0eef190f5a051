// How Stryker mutates one part of packages/protocol/src. `npm run mutate` names the part in MUTATE: a folder such as
// `contract`, a folder in it, or a file.
const part = process.env.MUTATE ?? 'contract';
const [folder] = part.split('/');
const name = part.replaceAll('/', '.');

/** @public */
export default {
  plugins: ['@stryker-mutator/vitest-runner', './scripts/mutation/prose.ts'],
  ignorers: ['prose'],
  testRunner: 'vitest',
  vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
  mutate: [`packages/protocol/src/${part}${part.endsWith('.ts') ? '' : '/**/*.ts'}`],
  // A folder has to be held by its own tests, and its hashes by the vectors: what only a play of the whole protocol
  // notices is hard to find from there.
  testFiles: [
    `packages/protocol/test/${folder}/**/*.test.ts`,
    'packages/protocol/test/primitives/vectors.test.ts',
  ],
  coverageAnalysis: 'perTest',
  concurrency: Number(process.env.MUTATE_CONCURRENCY ?? 1),
  // The rest of the tree is not copied into the sandbox: the tests of protocol read nothing else.
  ignorePatterns: [
    '**',
    '!packages/protocol/**',
    '!scripts/mutation/vitest.config.ts',
    '!scripts/mutation/vitest.setup.ts',
    '!docs/protocol/**',
    '!package.json',
  ],
  // Node.js erases types without looking at them, so a mutant may have wrong ones.
  disableTypeChecks: false,
  // A mutant that never ends is caught; a machine with other work must not be taken for one.
  timeoutMS: 20_000,
  timeoutFactor: 3,
  incremental: true,
  incrementalFile: `reports/mutation/${folder}.incremental.json`,
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: `reports/mutation/${name}.json` },
  allowConsoleColors: false,
  warnings: { slow: false },
};
