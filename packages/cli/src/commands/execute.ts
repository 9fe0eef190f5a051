import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type Engine,
  type EngineOptions,
  type JobPlan,
  type JobProgress,
  type JobReport,
  type JobSpecification,
  loadEngine,
} from '../engine.ts';
import { CliError } from '../errors/cli-error.ts';
import { type LoadedJob, loadJob } from '../job/load.ts';
import { jsonText, planJson } from '../output/json.ts';
import { planText } from '../output/plan-text.ts';
import { grouped } from '../output/satoshis.ts';
import { terminalColumns } from '../output/terminal.ts';
import { wrapped } from '../output/wrap.ts';
import { type ProgressView, progressView } from '../progress/view.ts';
import { publishReport, resultName } from '../result/publish.ts';
import { checkOutputFolder } from '../result/write.ts';
import { createRunFolder, DEFAULT_OUTPUT, dataDirectory } from './folders.ts';
import { interruptible } from './interruption.ts';
import type { RunOptions } from './options.ts';
import { confirmOverwrite } from './overwrite.ts';

/** A job that was done, with what was written about it. */
export interface FinishedJob {
  readonly job: LoadedJob;
  readonly report: JobReport;
  readonly text: string;
  readonly resultPath: string;
}

/** Stands between the engine's progress and the view: the demo explains each stage there. */
export type Narrator = (view: ProgressView) => ProgressView;

/** Runs a job that was planned, wherever its network is. */
export type JobRun = (
  job: JobSpecification,
  plan: JobPlan,
  given: { readonly onProgress: (progress: JobProgress) => void; readonly signal: AbortSignal },
) => Promise<JobReport>;

/** How a job is run where it is not as `prometh run` does it. */
export interface JobManner {
  /** Wraps the progress view. */
  readonly narrate?: Narrator;
  /** By default in this process, with its records in a data folder. */
  readonly run?: JobRun;
}

/**
 * Runs a job from its file to its result: `prometh run`.
 * @returns undefined after `--dry-run` and with `--json`, when everything has been printed
 * @throws CliError, RuleError and the engine's errors
 */
export async function executeJob(
  path: string,
  options: RunOptions,
  manner: JobManner = {},
): Promise<FinishedJob | undefined> {
  const job = loadJob(path);
  const { specification } = job;
  const engine = await loadEngine();
  const plan = await engine.planJob(specification);
  if (options.dryRun) {
    const { name } = specification;
    process.stdout.write(
      options.json
        ? jsonText(planJson(plan, name))
        : `${planText(plan, name, terminalColumns(process.stdout))}\n`,
    );
    return undefined;
  }
  const output = resolve(options.output ?? DEFAULT_OUTPUT);
  checkOutputFolder(output);
  await confirmOverwrite(join(output, resultName(specification.name)), options);
  const { run } = manner;
  const dataFolder =
    run === undefined
      ? createRunFolder(dataDirectory(options.dataDir, process.env), specification.name, new Date())
      : null;
  const report = await runWatched(job, plan, {
    narrate: manner.narrate ?? ((view) => view),
    run: run ?? inThisProcess(engine, dataFolder!, options),
    discard: () => {
      if (dataFolder === null) return;
      if (options.verbose) process.stderr.write(`The records of this run are in ${dataFolder}\n`);
      else rmSync(dataFolder, { recursive: true, force: true });
    },
  });
  const published = publishReport(report, { labels: job.labels, output, dataFolder });
  if (options.json) {
    process.stdout.write(published.document);
    return undefined;
  }
  return { job, report, text: published.text, resultPath: published.resultPath };
}

/** The engine `onnxruntime`: installed in the folder that ONNXRUNTIME names, or beside our own dependencies. */
function onnxruntime({ ONNXRUNTIME: folder }: NodeJS.ProcessEnv): NonNullable<EngineOptions['workerEngine']> {
  return { name: 'onnxruntime', ...(folder === undefined || folder === '' ? {} : { folder }) };
}

function inThisProcess(engine: Engine, dataFolder: string, options: RunOptions): JobRun {
  return (job, _, given) =>
    engine.runJob(job, {
      dataFolder,
      ...given,
      ...(options.engine === 'onnxruntime' && { workerEngine: onnxruntime(process.env) }),
    });
}

/** Runs the job with progress and Ctrl-C. @param how.discard - removes its records when it does not succeed */
async function runWatched(
  { specification }: LoadedJob,
  plan: JobPlan,
  how: Required<JobManner> & { readonly discard: () => void },
): Promise<JobReport> {
  const view = how.narrate(progressView(process.stderr));
  const start = `${specification.name}: ${grouped(plan.cost.total)} satoshis of a development chain, where coins are worth nothing. (--dry-run shows every way it can end.)`;
  view.note(wrapped(start, terminalColumns(process.stderr)));
  const interruption = interruptible({
    onInterrupt: () => view.note('Interrupted: stopping in good order …'),
    onImpatience: () => {
      view.stop(false);
      how.discard();
    },
  });
  try {
    const onProgress = (progress: JobProgress): void => view.update(progress);
    const report = await how.run(specification, plan, { onProgress, signal: interruption.signal });
    view.stop(true);
    return report;
  } catch (cause) {
    view.stop(false);
    how.discard();
    if (!interruption.signal.aborted) throw cause;
    throw new CliError('interrupted', 'The job was interrupted.', { cause });
  } finally {
    interruption.release();
  }
}
