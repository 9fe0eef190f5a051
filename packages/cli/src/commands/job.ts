import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CliError } from '../errors/cli-error.ts';
import { EXIT, type ExitCode } from '../errors/exit-codes.ts';
import { loadJob } from '../job/load.ts';
import { type Caller, fetchReport, hasEnded, jobStatus, submitJob, watchJob } from '../job/remote.ts';
import { loadNode } from '../node-package.ts';
import { jobListText, jobStatusText, type ListedJob } from '../output/job-text.ts';
import { answeredText, jsonText, planJson } from '../output/json.ts';
import { planText } from '../output/plan-text.ts';
import { grouped } from '../output/satoshis.ts';
import { terminalColumns } from '../output/terminal.ts';
import { progressView } from '../progress/view.ts';
import { publishReport, resultName } from '../result/publish.ts';
import { checkOutputFolder } from '../result/write.ts';
import { calling } from './calling.ts';
import { confirmSpending } from './confirm.ts';
import { DEFAULT_OUTPUT } from './folders.ts';
import { guarded } from './guard.ts';
import { interruptible } from './interruption.ts';
import { confirmOverwrite } from './overwrite.ts';
import { type PlaceOptions, placeConfig, withPlace } from './place.ts';

interface SubmitOptions extends PlaceOptions {
  readonly id?: string;
  readonly parameters?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly input: boolean;
}

interface ResultOptions extends PlaceOptions {
  readonly output: string;
  readonly job?: string;
  readonly yes?: boolean;
  readonly input: boolean;
}

/** `prometh job …`: jobs of a running Client's node. */
export function addJobCommands(program: Command, setExit: (code: ExitCode) => void): void {
  const job = program
    .command('job')
    .description('give a running node jobs, follow them, and fetch what they came to')
    .addHelpText('before', 'Example: prometh job submit job.yaml\n');
  const command = (usage: string, description: string, example: string): Command =>
    withPlace(job.command(usage))
      .description(description)
      .addHelpText('before', `Example: prometh ${example}\n`);
  command('submit <file>', 'hand a job to the node, which begins at once', 'job submit job.yaml --dry-run')
    .option(
      '--dry-run',
      'stop before anything is signed; show cost, every way it can end, and who sees the data',
    )
    .option('--id <id>', 'names the job in this node; the same job under the same id is handed over once')
    .option('--parameters <txid>', 'T_P whose P the contracts take (default: arbiter.parameters_txid)')
    .option('--yes', 'spend without a question')
    .option('--no-input', 'never ask anything')
    .action(async (file: string, options: SubmitOptions) =>
      setExit(await guarded(options, () => submitCommand(file, options))),
    );
  command('list', 'every job of the node', 'job list').action(async (options: PlaceOptions) =>
    setExit(await guarded(options, () => listCommand(options))),
  );
  command('status <id>', 'where each batch of a job is', 'job status primes-1f2e3d').action(
    async (id: string, options: PlaceOptions) =>
      setExit(await guarded(options, () => statusCommand(id, options))),
  );
  command('logs <id>', 'what has happened to a job since the node was started', 'job logs -f primes-1f2e3d')
    .option('-f, --follow', 'go on until it has ended; Ctrl-C leaves it alone')
    .action(async (id: string, options: PlaceOptions & { readonly follow?: boolean }) => {
      let found: ExitCode = EXIT.done;
      const outcome = await guarded(options, async () => {
        found = await logsCommand(id, options);
      });
      setExit(outcome === EXIT.done ? found : outcome);
    });
  command('result <id>', 'write what a job came to', 'job result primes-1f2e3d -o results')
    .option('-o, --output <folder>', 'where the result goes', DEFAULT_OUTPUT)
    .option('--job <file>', 'the job file, whose labels show how much of the result is right')
    .option('--yes', 'replace an earlier result without a question')
    .option('--no-input', 'never ask anything')
    .action(async (id: string, options: ResultOptions) =>
      setExit(await guarded(options, () => resultCommand(id, options))),
    );
  command('cancel <id>', 'begin nothing new for a job', 'job cancel primes-1f2e3d').action(
    async (id: string, options: PlaceOptions) =>
      setExit(await guarded(options, () => cancelCommand(id, options))),
  );
}

/** @throws CliError for whatever is wrong with the file; RuleError, EngineError, ControlError */
async function submitCommand(file: string, options: SubmitOptions): Promise<void> {
  const job = loadJob(file);
  const { name } = job.specification;
  const config = await placeConfig(options);
  const { planJob, policyOf } = await loadNode();
  const plan = planJob(job.specification, policyOf(config));
  if (options.dryRun) {
    const columns = terminalColumns(process.stdout);
    process.stdout.write(
      options.json ? jsonText(planJson(plan, name)) : `${planText(plan, name, columns)}\n`,
    );
    return;
  }
  const parametersTxid = options.parameters ?? config.values.arbiter.parameters_txid;
  if (parametersTxid === '') {
    throw new CliError('field-wrong', 'No T_P is named, whose P the contracts would take.', {
      remedy: 'Give its txid with --parameters, or set arbiter.parameters_txid.',
    });
  }
  const { batches } = job.specification;
  const cost = grouped(plan.cost.total);
  await confirmSpending(
    `${name} costs ${cost} satoshis for ${batches.length} batches when everybody cooperates; --dry-run shows every other way it can end. Begin?`,
    `Nothing was begun: ${name} would cost ${cost} satoshis.`,
    options,
  );
  const id = options.id ?? `${name}-${randomBytes(3).toString('hex')}`;
  await calling(config, (caller) =>
    submitJob(caller, { id, specification: job.specification, parametersTxid }, config.folders.node),
  );
  const place = placeWords(options);
  process.stdout.write(options.json ? jsonText({ format: 'prometheus/job-submitted/1', id }) : `${id}\n`);
  process.stderr.write(`The node has it. Follow it with: prometh job logs -f ${id}${place}\n`);
}

async function listCommand(options: PlaceOptions): Promise<void> {
  const answer = await calling(await placeConfig(options), (caller) => caller.call('job.list'));
  const { jobs } = answer as { jobs: readonly ListedJob[] };
  process.stdout.write(
    options.json ? answeredText({ format: 'prometheus/jobs/1', jobs }) : `${jobListText(jobs)}\n`,
  );
}

async function statusCommand(id: string, options: PlaceOptions): Promise<void> {
  const job = await calling(await placeConfig(options), (caller) => jobStatus(caller, id));
  writeStatus(job, options);
}

function writeStatus(job: Awaited<ReturnType<typeof jobStatus>>, { json }: PlaceOptions): void {
  process.stdout.write(
    json ? answeredText({ format: 'prometheus/job-status/1', ...job }) : `${jobStatusText(job)}\n`,
  );
}

async function logsCommand(
  id: string,
  options: PlaceOptions & { readonly follow?: boolean },
): Promise<ExitCode> {
  const view = progressView(process.stderr);
  const interruption = interruptible({ onInterrupt: () => {} });
  try {
    const work = (caller: Caller) => watchJob(caller, id, view, options.follow ?? false);
    const job = await calling(await placeConfig(options), work, interruption.signal);
    view.stop(job.state === 'done');
    writeStatus(job, options);
    return !hasEnded(job) || job.state === 'done' ? EXIT.done : EXIT.failed;
  } catch (cause) {
    view.stop(false);
    if (!interruption.signal.aborted) throw cause;
    process.stderr.write(
      `The job goes on in its node. Follow it again with: prometh job logs -f ${id}${placeWords(options)}\n`,
    );
    return EXIT.interrupted;
  } finally {
    interruption.release();
  }
}

async function resultCommand(id: string, options: ResultOptions): Promise<void> {
  const labels = options.job === undefined ? undefined : loadJob(options.job).labels;
  const output = resolve(options.output);
  checkOutputFolder(output);
  const config = await placeConfig(options);
  const dataFolder = config.folders.node;
  const report = await calling(config, (caller) => fetchReport(caller, id, dataFolder));
  await confirmOverwrite(resolve(output, resultName(report.name)), options);
  const { text, document } = publishReport(report, { labels, output, dataFolder });
  process.stdout.write(options.json ? document : `${text}\n`);
}

async function cancelCommand(id: string, options: PlaceOptions): Promise<void> {
  const answer = (await calling(await placeConfig(options), (caller) =>
    caller.call('job.cancel', { id }),
  )) as { readonly going_on: readonly { readonly batch: number; readonly state: string }[] };
  if (options.json) {
    process.stdout.write(answeredText({ format: 'prometheus/job-cancelled/1', ...(answer as object) }));
    return;
  }
  const lines = answer.going_on.map(({ batch, state }) =>
    state === 'locked'
      ? `Batch ${batch} goes on to its end: its money is locked, and what was signed decides who gets it.`
      : `Batch ${batch} is being contracted: it goes on if the others have signed, and costs nothing if not.`,
  );
  process.stdout.write(`${['Nothing new is begun for it.', ...lines].join('\n')}\n`);
}

/** The words with which the same node is found again. */
function placeWords({ network, dataDir, config }: PlaceOptions): string {
  const words = [
    ...(network === undefined ? [] : ['--network', network]),
    ...(dataDir === undefined ? [] : ['--data-dir', dataDir]),
    ...(config === undefined ? [] : ['--config', config]),
  ];
  return words.map((word) => ` ${word}`).join('');
}
