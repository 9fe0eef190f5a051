// `npm run soak`: the tests whose budget is small in `npm test`, at length. A day and more; every part can be run alone.
//   npm run soak -- decoders [--cases 1000000] [--seed 1]    hostile bytes for every decoder
//   npm run soak -- crashes                               a process killed at every effect of a contract, before it and after it
//   npm run soak -- processes                             a daemon killed with SIGKILL at every commit of a contract, before it and after it
//   npm run soak -- reorganisations                       1 to 6 blocks, at every moment of contracts, in every manner
//   npm run soak -- links [--seeds 100000] [--first 1]       contracts over networks that lose, delay, repeat and break
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = join(import.meta.dirname, '..');
/** Milliseconds that one hostile input may take. */
const SLOWEST = '50';
const PARTS = ['decoders', 'links', 'crashes', 'processes', 'reorganisations'] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '100000' },
    first: { type: 'string', default: '1' },
  },
});

const TESTS: Readonly<Record<(typeof PARTS)[number], { file: string; environment: Record<string, string> }>> =
  {
    decoders: {
      file: 'test/fuzz/decoders.test.ts',
      environment: { FUZZ_CASES: values.cases, FUZZ_SEED: values.seed, FUZZ_SLOWEST: SLOWEST },
    },
    links: {
      file: 'packages/simulation/test/scenarios/links.test.ts',
      environment: { LINK_SEEDS: values.seeds, LINK_FIRST: values.first },
    },
    crashes: {
      file: 'packages/node/test/crash/killed-anywhere.test.ts',
      environment: { CRASH_POINTS: 'points' },
    },
    processes: {
      file: 'packages/cli/test/killed/killed.test.ts',
      environment: { KILL_POINTS: 'points', KILL_SEED: values.seed },
    },
    reorganisations: {
      file: 'packages/simulation/test/scenarios/reorganisations.test.ts',
      environment: { REORGANISATIONS: 'all' },
    },
  };

const unknown = positionals.find((name) => !PARTS.some((part) => part === name));
if (unknown !== undefined) {
  process.stderr.write(`There is no part ${unknown}; the parts are ${PARTS.join(' and ')}.\n`);
  process.exit(2);
}

let failed = false;
for (const part of PARTS) {
  if (positionals.length > 0 && !positionals.includes(part)) continue;
  const { file, environment } = TESTS[part];
  const { status } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', file, '--testTimeout', '0'],
    { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...environment } },
  );
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
