import { type FileResult, isAlive, type Mutant } from './report.ts';

/** Counts of the mutants of some files. */
export interface Summary {
  /** Mutants that a test could notice: all but the text that is left out. */
  readonly mutants: number;
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  readonly notReached: number;
  readonly leftOut: number;
  /** Killed or timed out, in per cent of `mutants`. */
  readonly rate: number;
  /** Survivors that no reason is given for. */
  readonly unexplained: number;
}

/** Counts over all `results`. */
export function summaryOf(results: readonly FileResult[]): Summary {
  const all = results.flatMap(({ mutants }) => mutants);
  const count = (outcome: Mutant['outcome']): number =>
    all.filter((mutant) => mutant.outcome === outcome).length;
  const leftOut = count('left out');
  const mutants = all.length - leftOut;
  const [killed, timedOut] = [count('killed'), count('timed out')];
  return {
    mutants,
    killed,
    timedOut,
    survived: count('survived'),
    notReached: count('reached by no test'),
    leftOut,
    rate: mutants === 0 ? 100 : (100 * (killed + timedOut)) / mutants,
    unexplained: all.filter((mutant) => isAlive(mutant) && mutant.reason === undefined).length,
  };
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
const LONGEST = 90;
const code = (text: string): string => {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  const fence = short.includes('`') ? '``' : '`';
  return short === '' ? 'nothing' : cell(`${fence}${fence === '``' ? ` ${short} ` : short}${fence}`);
};

function rowOf(name: string, results: readonly FileResult[]): string {
  const { mutants, killed, timedOut, survived, notReached, leftOut, rate } = summaryOf(results);
  const shown = mutants === 0 ? '' : `${rate.toFixed(1)} %`;
  return `| ${name} | ${mutants} | ${killed} | ${timedOut} | ${survived} | ${notReached} | ${leftOut} | ${shown} |`;
}

/** Markdown: a row for each file, then the survivors with their reasons. */
export function renderTables(results: readonly FileResult[]): string {
  const files = [...results]
    .sort((a, b) => (a.file < b.file ? -1 : 1))
    .filter(({ mutants }) => mutants.length > 0);
  const survivors = files.flatMap(({ file, mutants }) =>
    mutants
      .filter(isAlive)
      .map(
        ({ line, original, replacement, reason }) =>
          `| ${file}:${line} | ${code(original)} | ${code(replacement)} | ${cell(reason ?? '**none yet**')} |`,
      ),
  );
  return [
    '| file | mutants | killed | timed out | survived | reached by no test | text left out | rate |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...files.map((result) => rowOf(result.file, [result])),
    rowOf('all', files),
    '',
    ...(survivors.length === 0
      ? ['No mutant survives.']
      : ['| survivor | code | mutant | reason |', '| --- | --- | --- | --- |', ...survivors]),
    '',
  ].join('\n');
}

/** The page with the section of `folder` written anew, between the comments that mark it. */
export function writeSection(page: string, folder: string, results: readonly FileResult[]): string {
  const begin = `<!-- begin: written by \`npm run mutate -- ${folder} --write\` -->`;
  const end = `<!-- end: ${folder} -->`;
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/mutation.md has no section for ${folder}`);
  return `${page.slice(0, from + begin.length)}\n\n${renderTables(results)}\n${page.slice(to)}`;
}
