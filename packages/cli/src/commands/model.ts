import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { LoadedModel } from '@prometheus-compute/sandbox';
import { type Command, InvalidArgumentError } from 'commander';
import { CliError } from '../errors/cli-error.ts';
import type { ExitCode } from '../errors/exit-codes.ts';
import { readUserFile } from '../job/read-file.ts';
import { type Share, shareOf } from '../model/facts.ts';
import { type Rows, readLabels, readRows, spreadRows } from '../model/rows.ts';
import { jsonText } from '../output/json.ts';
import { importJson, importText, inspectionJson, inspectionText, type ModelFile } from '../output/model.ts';
import { terminalColumns } from '../output/terminal.ts';
import { writeWhole } from '../result/write.ts';
import { guarded } from './guard.ts';

/** Options of `prometh model import`, as commander gives them. */
interface ImportOptions {
  readonly calibrate?: string;
  readonly rows: number;
  readonly data?: string;
  readonly labels?: string;
  readonly inputScale: number;
  readonly inputZero: number;
  readonly sevenBit?: boolean;
  readonly logits?: boolean;
  readonly output: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Options of `prometh model inspect`. */
interface InspectOptions {
  readonly data?: string;
  readonly labels?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Most bytes of the files that are read; the sandbox has limits of its own. */
const MAXIMUM_BYTES = 134_217_728;
/** Rows on which ranges are observed: enough for ranges that more of them hardly change. */
const CALIBRATION_ROWS = 512;
const DATA = 'a file of rows, IDX or raw bytes, also in gzip';

/** Adds `prometh model …` to the command line. */
export function addModelCommands(program: Command, done: (code: ExitCode) => void): void {
  const model = program
    .command('model')
    .description('make models of neural networks, and look into them')
    .addHelpText('before', 'Example: prometh model inspect examples/fashion-cnn/fashion-cnn.pmodel\n');
  model
    .command('import <file>')
    .description(
      'quantise a network in an ONNX file into a model that anybody can check (docs/model-import.md)',
    )
    .addHelpText(
      'before',
      'Example: prometh model import net.onnx --calibrate train.idx3.gz --data test.idx3.gz --labels test.idx1.gz --output net.pmodel\n',
    )
    .requiredOption('--output <file>', 'where the model goes')
    .option('--calibrate <file>', `${DATA}, on which ranges are observed; a quantised network needs none`)
    .option('--rows <number>', 'how many of them, evenly spread', wholeNumber(1, 1_000_000), CALIBRATION_ROWS)
    .option('--data <file>', `${DATA}, on which the accuracy is measured (default: those of --calibrate)`)
    .option('--labels <file>', 'the right class of each of these rows, a byte each, IDX or raw')
    .option('--input-scale <number>', 'what one step of an input byte stands for', positive, 1 / 255)
    .option('--input-zero <byte>', 'the input byte that stands for 0', wholeNumber(0, 255), 0)
    .option('--seven-bit', 'weights of seven bits: what fast engines of x86 need')
    .option('--logits', 'the output as it is, instead of the number of its largest value')
    .option('--yes', 'replace an older file without a question')
    .option('--json', 'print one JSON document on standard output (docs/model-import.md)')
    .option('--verbose', 'show causes and stack traces of failures')
    .action(async (path: string, options: ImportOptions) => {
      done(await guarded(options, () => importModelCommand(path, options)));
    });
  model
    .command('inspect <file>')
    .description('show the layers of a model, and what they come to')
    .addHelpText('before', 'Example: prometh model inspect examples/fashion-cnn/fashion-cnn.pmodel\n')
    .option('--data <file>', `${DATA}, on which the accuracy is measured`)
    .option('--labels <file>', 'the right class of each of these rows, a byte each, IDX or raw')
    .option('--json', 'print one JSON document on standard output (docs/model-import.md)')
    .option('--verbose', 'show causes and stack traces of failures')
    .action(async (path: string, options: InspectOptions) => {
      done(await guarded(options, () => inspectModelCommand(path, options)));
    });
}

/**
 * `prometh model import`: ONNX in, model file out.
 * @throws CliError for what the user must correct, SandboxError where no model can be made of the network
 */
async function importModelCommand(path: string, options: ImportOptions): Promise<void> {
  const { output, sevenBit = false, logits = false } = options;
  if (existsSync(output) && options.yes !== true) {
    throw new CliError('output-exists', `${output} is there already and was not touched.`, {
      remedy: 'Name another file with --output, or allow replacing it with --yes.',
    });
  }
  const sandbox = await import('@prometheus-compute/sandbox');
  const bytes = readUserFile({ what: 'the network', path, maximumBytes: MAXIMUM_BYTES });
  const network = sandbox.importOnnx(bytes, {
    scale: options.inputScale,
    zeroPoint: options.inputZero - 128,
  });
  const { height, width, channels } = network.tensors[0]!.shape;
  const rowBytes = height * width * channels;
  const calibrating =
    options.calibrate === undefined
      ? undefined
      : readRows('the calibration data', options.calibrate, rowBytes);
  const judged = labelled(options, calibrating, rowBytes);
  const calibration = calibrating === undefined ? undefined : spreadRows(calibrating, options.rows);
  const contents = sandbox.encodeModel(
    sandbox.quantiseNetwork(network, {
      calibration: calibration?.bytes ?? new Uint8Array(),
      sevenBit,
      logits,
    }),
  );
  const model = sandbox.loadModel(contents);
  const accuracy =
    judged === undefined
      ? null
      : {
          float: shareOf(sandbox.networkClasses(network, judged.rows.bytes), judged.labels),
          quantised: shareOf(sandbox.modelClasses(model, judged.rows.bytes), judged.labels),
        };
  writeWhole(dirname(output), [{ name: basename(output), contents }]);
  const facts = {
    file: fileFacts(output, contents),
    model,
    calibrationRows: calibration?.count ?? 0,
    accuracy,
  };
  process.stdout.write(
    options.json ? jsonText(importJson(facts)) : `${importText(facts, terminalColumns(process.stdout))}\n`,
  );
}

/**
 * `prometh model inspect`.
 * @throws CliError for what the user must correct, SandboxError where the file is no model
 */
async function inspectModelCommand(path: string, options: InspectOptions): Promise<void> {
  const sandbox = await import('@prometheus-compute/sandbox');
  const contents = readUserFile({ what: 'the model', path, maximumBytes: MAXIMUM_BYTES });
  const model: LoadedModel = sandbox.loadModel(contents);
  const judged = labelled(options, undefined, model.inputBytes);
  const accuracy: Share | null =
    judged === undefined ? null : shareOf(sandbox.modelClasses(model, judged.rows.bytes), judged.labels);
  const file = fileFacts(path, contents);
  process.stdout.write(
    options.json
      ? jsonText(inspectionJson(file, model, accuracy))
      : `${inspectionText(file, model, accuracy, terminalColumns(process.stdout))}\n`,
  );
}

/** Rows with their labels, where the user named both. */
function labelled(
  { data, labels }: { readonly data?: string; readonly labels?: string },
  otherwise: Rows | undefined,
  rowBytes: number,
): { readonly rows: Rows; readonly labels: Uint8Array } | undefined {
  if (labels === undefined && data === undefined) return undefined;
  const rows = data === undefined ? otherwise : readRows('the data', data, rowBytes);
  if (rows === undefined || labels === undefined) {
    throw new CliError('labels-wrong', 'The accuracy needs rows and labels.', {
      remedy: 'Name the rows with --data and their labels with --labels.',
    });
  }
  return { rows, labels: readLabels(labels, rows.count) };
}

function fileFacts(path: string, contents: Uint8Array): ModelFile {
  return { path, bytes: contents.length, sha256: createHash('sha256').update(contents).digest('hex') };
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('It must be a positive number.');
  return value;
}
