import { nameOf, partOf } from './parts.ts';
import { type Explained, REASONS } from './reasons.ts';

/** Where the mutated code is. */
export const SOURCES = 'packages/protocol/src/';

/** Path from the root of the results of the part that a file or folder belongs to, as stryker.config.mjs names it. */
export const reportFile = (path: string): string => `reports/mutation/${nameOf(partOf(path))}.json`;

/** What became of a mutant: `reached by no test` counts like `survived`; `left out` is text for people. */
export type Outcome = 'killed' | 'timed out' | 'survived' | 'reached by no test' | 'left out';

/** One change of the code. */
export interface Mutant {
  readonly line: number;
  /** The code that was changed, on one line. */
  readonly original: string;
  readonly replacement: string;
  readonly outcome: Outcome;
  /** Why a survivor is none that a test could notice; undefined where nobody has given a reason. */
  readonly reason: string | undefined;
}

/** The mutants of a file; its path from {@link SOURCES}. */
export interface FileResult {
  readonly file: string;
  readonly mutants: readonly Mutant[];
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** The part of a mutation testing report that is read (its schema: `mutation-testing-report-schema`). */
interface Report {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: string;
        readonly mutants: readonly {
          readonly replacement?: string;
          readonly status: string;
          readonly location: { readonly start: Position; readonly end: Position };
        }[];
      }
    >
  >;
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  Killed: 'killed',
  RuntimeError: 'killed',
  CompileError: 'killed',
  Timeout: 'timed out',
  Survived: 'survived',
  NoCoverage: 'reached by no test',
  Ignored: 'left out',
};

const oneLine = (code: string): string => code.replaceAll(/\s+/g, ' ').trim();

function offsetOf(source: string, { line, column }: Position): number {
  let offset = 0;
  for (let at = 1; at < line; at++) offset = source.indexOf('\n', offset) + 1;
  return offset + column - 1;
}

const explains = (reason: Explained, file: string, original: string, replacement: string): boolean =>
  reason.file === file &&
  oneLine(reason.original) === original &&
  reason.replacements.some((text) => oneLine(text) === replacement);

/** The results of a run, by file. */
export function readReport(json: string): readonly FileResult[] {
  const { files } = JSON.parse(json) as Report;
  return Object.entries(files).map(([path, { source, mutants }]) => {
    const file = path.slice(path.indexOf(SOURCES) + SOURCES.length);
    return {
      file,
      mutants: mutants.map(({ replacement = '', status, location }): Mutant => {
        const { start, end } = location;
        const original = oneLine(source.slice(offsetOf(source, start), offsetOf(source, end)));
        const changed = oneLine(replacement);
        const outcome = OUTCOMES[status];
        if (outcome === undefined)
          throw new Error(`${path}: a mutant of status ${status}; the run was cut short`);
        const { reason } = REASONS.find((entry) => explains(entry, file, original, changed)) ?? {};
        return { line: start.line, original, replacement: changed, outcome, reason };
      }),
    };
  });
}

/** Whether no test noticed a mutant. */
export const isAlive = ({ outcome }: Mutant): boolean =>
  outcome === 'survived' || outcome === 'reached by no test';

/** Reasons for mutants of a part that do not survive any more. */
export function unusedReasons(part: string, results: readonly FileResult[]): readonly Explained[] {
  return REASONS.filter((entry) => partOf(entry.file) === part).filter(
    (entry) =>
      !results.some(({ file, mutants }) =>
        mutants.some(
          (mutant) => isAlive(mutant) && explains(entry, file, mutant.original, mutant.replacement),
        ),
      ),
  );
}
