// Trains a network on Fashion-MNIST and writes it as an ONNX file: npm run train -- cnn
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Checkpoint, type EpochReport, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { exportNetwork } from './onnx/export.ts';
import { writeOnnx } from './onnx/write.ts';
import { readDataSet } from './pictures.ts';
import { planNetwork } from './plan.ts';
import { progressLine, resultLine, scoreText } from './progress.ts';
import { RECIPES } from './recipes.ts';
import { openTraining, type TrainingState } from './training.ts';

const USAGE = `usage: npm run train -- cnn|mlp [--data FOLDER] [--out FOLDER] [--seed N] [--epochs N] [--threads N]
       npm run train -- --resume FILE.checkpoint [--data FOLDER] [--out FOLDER] [--threads N]

FOLDER of --data holds the four files of Fashion-MNIST (Debian: apt-get install dataset-fashion-mnist).
Writes NAME.onnx, NAME.json (how it was made) and NAME.checkpoint (to go on after a stop) to the folder of --out.
`;

const { values, positionals } = readArguments();
const start = startOf();
const { recipe, seed } = start;
const data = orFail(() => readDataSet(values.data), 'Name the folder of the data with --data');
if (start.data !== undefined && start.data !== data.sha256)
  fail('the data is not that of the checkpoint; name its folder with --data');
mkdirSync(values.out, { recursive: true });
const checkpointPath = join(values.out, `${recipe.name}.checkpoint`);
const history: EpochReport[] = [...start.history];
const threads = numberOf('threads', values.threads, availableParallelism());
process.stderr.write(`${recipe.name}: ${recipe.epochs} epochs, seed ${seed}; compiling the kernels ...\n`);
const training = await openTraining({
  ...{ recipe, seed, data, threads },
  ...(start.state === undefined ? {} : { from: start.state }),
});
process.on('SIGINT', () => {
  const resume =
    history.length === 0
      ? 'No epoch was complete: nothing is kept.'
      : `Epoch ${history.length} is kept. To go on: npm run train -- --resume ${checkpointPath} --data ${values.data} --out ${values.out}`;
  process.stderr.write(`\nStopped. ${resume}\n`);
  process.exit(130);
});

const began = performance.now();
const done = history.length;
while (history.length < recipe.epochs) {
  const epoch = history.length;
  const score = await training.epoch(({ step, steps }) => {
    const share = (epoch - done + step / steps) / (recipe.epochs - done);
    progressLine(`epoch ${epoch + 1} of ${recipe.epochs}, step ${step} of ${steps}`, share, began);
  });
  history.push({ training: score, test: await training.measure('test') });
  writeCheckpoint(checkpointPath, { recipe, seed, data: data.sha256, history, state: training.state() });
  resultLine(`epoch ${epoch + 1} of ${recipe.epochs}: ${scoreText(history.at(-1)!)}`);
}
const { parameters } = training.state();
await training.close();

const model = writeOnnx(exportNetwork(recipe.name, planNetwork(recipe.input, recipe.layers), parameters));
const modelPath = join(values.out, `${recipe.name}.onnx`);
writeFileSync(modelPath, model);
const report = {
  model: `${recipe.name}.onnx`,
  sha256: createHash('sha256').update(model).digest('hex'),
  // The score after the last epoch: no epoch was chosen by what it gave on the test set.
  test: { samples: data.test.count, ...history.at(-1)!.test },
  command: `npm run train -- ${positionals[0] ?? nameOf()} --seed ${seed} --epochs ${recipe.epochs}`,
  seed,
  recipe,
  data: { sha256: data.sha256, training: data.training.count, test: data.test.count },
  history,
};
writeFileSync(join(values.out, `${recipe.name}.json`), `${JSON.stringify(report, null, 2)}\n`);
process.stdout.write(`${modelPath}: ${(100 * report.test.accuracy).toFixed(2)} % of the test set\n`);

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        data: { type: 'string', default: '/usr/share/datasets/fashion-mnist' },
        out: { type: 'string', default: 'models' },
        seed: { type: 'string' },
        epochs: { type: 'string' },
        threads: { type: 'string' },
        resume: { type: 'string' },
      },
    });
  } catch (error) {
    return fail(`${(error as Error).message}\n${USAGE}`);
  }
}

/** The training as it is to start: new, or from a checkpoint. */
function startOf(): Omit<Checkpoint, 'data' | 'state'> & { data?: string; state?: TrainingState } {
  if (values.resume !== undefined) {
    if (positionals.length > 0 || values.seed !== undefined || values.epochs !== undefined)
      fail('a checkpoint has its own network, seed and epochs');
    const path = values.resume;
    return orFail(() => readCheckpoint(path), 'Start anew, or name another checkpoint');
  }
  const [name] = positionals;
  if (positionals.length !== 1 || (name !== 'cnn' && name !== 'mlp')) return fail(USAGE);
  const recipe = { ...RECIPES[name], epochs: numberOf('epochs', values.epochs, RECIPES[name].epochs) };
  return { recipe, seed: numberOf('seed', values.seed, 1), history: [] };
}

function nameOf(): string {
  return Object.entries(RECIPES).find(([, { name }]) => name === recipe.name)?.[0] ?? recipe.name;
}

function numberOf(option: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  const number = Number(text);
  if (!/^[1-9][0-9]{0,8}$/.test(text)) fail(`--${option} wants a number from 1 on`);
  return number;
}

/** What `read` gives; when it fails, the process ends with its message and what to do about it. */
function orFail<T>(read: () => T, remedy: string): T {
  try {
    return read();
  } catch (error) {
    return fail(`${(error as Error).message}\n${remedy}.`);
  }
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
