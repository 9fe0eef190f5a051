import { join } from 'node:path';
import type { CeremonyFile, JobReport } from '../engine.ts';
import type { Labels } from '../job/load.ts';
import { jsonText, reportJson } from '../output/json.ts';
import { reportText } from '../output/report-text.ts';
import { terminalColumns } from '../output/terminal.ts';
import { accuracyByBatch } from './accuracy.ts';
import { joinResults } from './result-file.ts';
import { writeWhole } from './write.ts';

/** What was written about a job, for people and for programs. */
export interface PublishedReport {
  readonly text: string;
  readonly document: string;
  readonly resultPath: string;
}

/** File name of a job's result. */
export function resultName(job: string): string {
  return `${job}.result.bin`;
}

/**
 * Writes result, report and draws of a job, each whole or not at all.
 *
 * @param facts.output - an absolute path
 * @param facts.dataFolder - where the job's records are; null: they are gone
 * @throws CliError `output-unwritable`
 */
export function publishReport(
  report: JobReport,
  facts: { readonly labels: Labels | undefined; readonly output: string; readonly dataFolder: string | null },
): PublishedReport {
  const { labels, output, dataFolder } = facts;
  const { name } = report;
  const accuracy = labels === undefined ? undefined : accuracyByBatch(report, labels);
  const result = joinResults(report);
  const resultPath = join(output, resultName(name));
  const ceremonies = report.ceremonies.map((ceremony) => ({
    ...ceremony,
    name: ceremonyName(name, ceremony),
  }));
  const document = jsonText(
    reportJson(report, { accuracy, result, resultPath, dataFolder, ceremonies, output }),
  );
  const [, reportPath] = writeWhole(output, [
    { name: resultName(name), contents: result.contents },
    { name: `${name}.report.json`, contents: document },
    ...ceremonies.map((ceremony) => ({ name: ceremony.name, contents: ceremony.file })),
  ]);
  const text = reportText(report, {
    accuracy,
    chunks: result.chunks,
    resultPath,
    reportPath: reportPath!,
    dataFolder,
    ceremonyPaths: ceremonies.map((ceremony) => join(output, ceremony.name)),
    columns: terminalColumns(process.stdout),
  });
  return { text, document, resultPath };
}

/** `<job>.ceremony-<batch>.cbor`; of an attempt that came to nothing, with its number. */
function ceremonyName(job: string, { batch, attempt, complete }: CeremonyFile): string {
  return complete ? `${job}.ceremony-${batch}.cbor` : `${job}.ceremony-${batch}.failed-${attempt}.cbor`;
}
