// `npm run mutate`: changes the code of packages/protocol in one place at a time and shows which changes no test notices.
// `npm run mutate -- contract` mutates one folder, `-- channel/post` a folder in it, `-- contract/clock.ts` a file.
// `--report` shows the last results again; `--force` forgets them; `--write` puts them into docs/mutation.md.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installTools } from './mutation/install.ts';
import { partsIn, WHOLE_PARTS } from './mutation/parts.ts';
import { readReport, reportFile, SOURCES, unusedReasons } from './mutation/report.ts';
import { renderTables, summaryOf, writeSection } from './mutation/tables.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Part of the mutants of a folder that its tests notice, in per cent. */
const AIM = 85;
const PAGE = join(ROOT, 'docs', 'mutation.md');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    report: { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

/** Mutates one part; whether Stryker came to an end. */
function mutate(part: string): boolean {
  const stryker = join(
    'scripts',
    'mutation',
    'node_modules',
    '@stryker-mutator',
    'core',
    'bin',
    'stryker.js',
  );
  const force = values.force ? ['--force'] : [];
  const { status } = spawnSync(
    process.execPath,
    [stryker, 'run', 'scripts/mutation/stryker.config.mjs', ...force],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, MUTATE: part },
    },
  );
  return status === 0;
}

function run(part: string): boolean {
  const whole = WHOLE_PARTS.includes(part);
  // Of the files of a folder, `channel/*`, its path.
  const path = part.replace(/\/\*$/, '');
  if (!existsSync(join(ROOT, SOURCES, path))) {
    process.stderr.write(`${SOURCES}${part} does not exist.\n`);
    return false;
  }
  if (!values.report && !mutate(part)) return false;
  const file = join(ROOT, reportFile(part));
  if (!existsSync(file)) {
    process.stderr.write(`${part} was not mutated yet.\n`);
    return false;
  }
  // Results of the rest of the part are kept beside those of a run of a file.
  const results = readReport(readFileSync(file, 'utf8')).filter(
    (result) => result.file === path || result.file.startsWith(`${path}/`),
  );
  process.stdout.write(`\n${renderTables(results)}\n`);
  if (whole) {
    for (const { file: source, original } of unusedReasons(part, results)) {
      process.stdout.write(
        `scripts/mutation/reasons.ts explains a mutant that no longer survives: ${source}: ${original}\n`,
      );
    }
    if (values.write) writeFileSync(PAGE, writeSection(readFileSync(PAGE, 'utf8'), part, results));
  }
  const { rate, unexplained } = summaryOf(results);
  process.stdout.write(`${part}: ${rate.toFixed(1)} %, ${unexplained} survivors without a reason\n`);
  return rate >= AIM;
}

if (!values.report && !installTools(join(ROOT, 'scripts', 'mutation'))) process.exit(1);
const parts = positionals.length === 0 ? WHOLE_PARTS : positionals.flatMap(partsIn);
process.exitCode = parts.map(run).every(Boolean) ? 0 : 1;
