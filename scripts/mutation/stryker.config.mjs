// How Stryker mutates one part of packages/protocol/src. `npm run mutate` names the part in MUTATE: a folder such as
// `contract`, a folder in it, or a file.
import { nameOf, partOf } from './parts.ts';

const part = process.env.MUTATE ?? 'contract';
const whole = nameOf(partOf(part));
// Tests of a channel run in one process, that has loaded them once: nothing that they share depends on the mutated code but
// `graphOf`. What contracts and transactions compute is remembered with them, so that Vitest loads everything anew each time.
const inProcess = part.startsWith('channel/');
const files = part.endsWith('.ts') ? part : part.endsWith('/*') ? `${part}.ts` : `${part}/**/*.ts`;

/** @public */
export default {
  plugins: ['@stryker-mutator/vitest-runner', './scripts/mutation/prose.ts', './scripts/mutation/runner.ts'],
  ignorers: ['prose'],
  testRunner: inProcess ? 'in-process' : 'vitest',
  // Not `testFiles`: with it, Stryker 10.1.1 activates mutants of constants only after their modules were loaded.
  vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
  mutate: [`packages/protocol/src/${files}`],
  coverageAnalysis: 'perTest',
  concurrency: Number(process.env.MUTATE_CONCURRENCY ?? 1),
  // The rest of the tree is not copied into the sandbox: the tests of protocol read nothing else.
  ignorePatterns: [
    '**',
    '!packages/protocol/**',
    '!scripts/mutation/parts.ts',
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
  incrementalFile: `reports/mutation/${whole}.incremental.json`,
  reporters: ['progress-append-only', 'json'],
  jsonReporter: { fileName: `reports/mutation/${whole}.json` },
  allowConsoleColors: false,
  warnings: { slow: false },
};
