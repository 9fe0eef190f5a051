import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { idxBytes } from '../../scripts/fashion-mnist/idx.ts';
import { seededRandom } from '../../scripts/fashion-mnist/random.ts';
import { type EpochReport, readCheckpoint } from '../../scripts/train/checkpoint.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'scripts', 'train', 'main.ts');
interface Report {
  readonly sha256: string;
  readonly command: string;
  readonly data: { readonly training: number; readonly test: number };
  readonly test: { readonly accuracy: number };
  readonly history: readonly EpochReport[];
}

const folder = mkdtempSync(join(tmpdir(), 'train-'));
const data = join(folder, 'data');

/** Runs the command; `onText` sees all that it has written to standard error so far, and may stop it. */
function train(parameters: readonly string[], onText?: (text: string, stop: () => void) => void) {
  return new Promise<{ code: number | null; text: string; output: string }>((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...parameters]);
    let text = '';
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => {
      output += bytes;
    });
    child.stderr.on('data', (bytes: Buffer) => {
      text += bytes;
      onText?.(text, () => child.kill('SIGINT'));
    });
    child.on('close', (code) => resolve({ code, text, output }));
  });
}

/** Pictures whose lit row names their class. */
function writeSet(name: string, count: number, seed: number): void {
  const random = seededRandom(seed);
  const labels = Uint8Array.from({ length: count }, (_, at) => at % 10);
  const images = new Uint8Array(784 * count).map((_, at) => {
    const row = Math.floor((at % 784) / 28);
    const lit = Math.floor(row / 2) - 4 === labels[Math.floor(at / 784)];
    return Math.floor(random() * 60) + (lit ? 150 : 0);
  });
  writeFileSync(join(data, `${name}-images-idx3-ubyte.gz`), gzipSync(idxBytes(images, 3)));
  writeFileSync(join(data, `${name}-labels-idx1-ubyte.gz`), gzipSync(idxBytes(labels, 1)));
}

beforeAll(() => {
  mkdirSync(data);
  writeSet('train', 270, 1);
  writeSet('t10k', 40, 2);
});

describe('npm run train', () => {
  it('writes the model, and beside it how it was made', async () => {
    const out = join(folder, 'ended');
    const { code, output } = await train([
      'mlp',
      '--data',
      data,
      '--epochs',
      '3',
      '--seed',
      '3',
      '--out',
      out,
    ]);
    expect(code).toBe(0);
    const model = readFileSync(join(out, 'fashion-mlp.onnx'));
    const made = JSON.parse(readFileSync(join(out, 'fashion-mlp.json'), 'utf8')) as Report;
    expect(made.sha256).toBe(createHash('sha256').update(model).digest('hex'));
    expect(made.command).toBe('npm run train -- mlp --seed 3 --epochs 3');
    expect(made.data).toMatchObject({ training: 270, test: 40 });
    expect(made.history).toHaveLength(3);
    expect(made.history[2]!.test.accuracy).toBe(made.test.accuracy);
    expect(output).toContain(`${(100 * made.test.accuracy).toFixed(2)} % of the test set`);
  });

  const out = join(folder, 'stopped');
  const kept = join(out, 'fashion-mlp.checkpoint');
  let command = '';

  it('keeps the last epoch when it is stopped, and says how to go on', async () => {
    const usual = ['mlp', '--data', data, '--epochs', '5000', '--out', out];
    const { code, text } = await train(usual, (line, stop) => {
      if (line.includes('epoch 1 of 5000: loss')) stop();
    });
    expect(code).toBe(130);
    expect(text).toContain(`Epoch ${readCheckpoint(kept).history.length} is kept`);
    command = /To go on: npm run train -- (.*)/.exec(text)![1]!;
  });

  it('goes on where it was stopped', async () => {
    const done = readCheckpoint(kept).history.length;
    const resumed = await train([...command.split(' '), '--threads', '1'], (line, stop) => {
      if (line.includes(`epoch ${done + 1} of 5000: loss`)) stop();
    });
    expect(resumed.code).toBe(130);
    expect(readCheckpoint(kept).history.length).toBeGreaterThan(done);
  });

  it.each([
    ['an unknown network', ['rnn'], /usage/],
    ['a number that is none', ['mlp', '--epochs', '0'], /--epochs wants a number/],
    ['a seed for a checkpoint', ['--resume', 'any', '--seed', '2'], /its own network/],
    ['a folder without data', ['mlp', '--data', folder], /train-images-idx3-ubyte.gz(?:.|\n)*--data/],
    ['a file that is no checkpoint', ['--resume', MAIN], /no checkpoint/],
  ])('refuses %s', async (_, parameters, message) => {
    const { code, text } = await train(parameters);
    expect(code).toBe(2);
    expect(text).toMatch(message);
  });
});
