import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..', '..');
const EXAMPLES = join(PACKAGE, '..', '..', 'examples');
/** Pictures for this test: float arithmetic in plain TypeScript takes its time. */
const ROWS = 60;
let folder = '';

function prometh(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(PACKAGE, 'src', 'main.ts'), 'model', ...words],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
    },
  );
  return { status, stdout, stderr };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prometh-model-'));
  cpSync(join(EXAMPLES, 'fashion-mlp', 'fashion-mlp.onnx'), join(folder, 'net.onnx'));
  const data = (name: string) => gunzipSync(readFileSync(join(EXAMPLES, 'fashion-mnist', 'data', name)));
  // The pictures as raw rows, the labels as IDX.
  writeFileSync(join(folder, 'rows.bin'), data('images.idx3.gz').subarray(16, 16 + ROWS * 784));
  const labels = data('labels.idx1.gz').subarray(0, 8 + ROWS);
  labels.writeUInt32BE(ROWS, 4);
  writeFileSync(join(folder, 'labels.idx1'), labels);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LABELLED = ['--calibrate', 'rows.bin', '--labels', 'labels.idx1'] as const;

describe('prometh model', () => {
  it('import: writes the model, and says what it is and how much accuracy it lost', () => {
    const { status, stdout, stderr } = prometh(
      'import',
      'net.onnx',
      ...LABELLED,
      '--rows',
      '20',
      '--output',
      'a.pmodel',
    );
    expect([status, stderr]).toEqual([0, '']);
    const bytes = readFileSync(join(folder, 'a.pmodel'));
    const text = stdout.replaceAll('\n', ' ');
    expect(text).toContain(createHash('sha256').update(bytes).digest('hex'));
    expect(text).toContain(
      '535,818 parameters of eight bits, 535,040 multiplications for a row of 784 bytes',
    );
    expect(text).toMatch(
      /Calibrated on 20 rows\. Right in \d\d\.\d\d % before, \d\d\.\d\d % after quantising, of 60 rows/,
    );
  });

  it('import --json: one document; the same files give the same model', () => {
    const { stdout } = prometh(
      'import',
      'net.onnx',
      ...LABELLED,
      '--rows',
      '20',
      '--output',
      'b.pmodel',
      '--json',
    );
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      format: 'prometheus/model-import/1',
      file: 'b.pmodel',
      calibrationRows: 20,
      output: 'index',
      outputBytes: 1,
      accuracy: { float: { rows: ROWS }, quantised: { rows: ROWS } },
    });
    const { float, quantised, lossInPoints } = report.accuracy;
    expect(float.right).toBeGreaterThan(48);
    expect(lossInPoints).toBeCloseTo((100 * (float.right - quantised.right)) / ROWS, 9);
    expect(readFileSync(join(folder, 'b.pmodel')).equals(readFileSync(join(folder, 'a.pmodel')))).toBe(true);
  });

  it('import: seven bits and logits when asked; an older file stays unless --yes', () => {
    const words = [
      'import',
      'net.onnx',
      '--calibrate',
      'rows.bin',
      '--rows',
      '5',
      '--output',
      'a.pmodel',
      '--json',
    ];
    const kept = prometh(...words);
    expect(kept.status).toBe(2);
    expect(JSON.parse(kept.stdout)).toMatchObject({ code: 'output-exists' });
    const replaced = prometh(...words, '--seven-bit', '--logits', '--yes');
    expect(JSON.parse(replaced.stdout)).toMatchObject({
      sevenBit: true,
      output: 'int8',
      outputBytes: 10,
      accuracy: null,
    });
  });

  it('inspect: every layer, what is checked, the totals, and the accuracy', () => {
    const { status, stdout } = prometh(
      'inspect',
      'b.pmodel',
      '--data',
      'rows.bin',
      '--labels',
      'labels.idx1',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/0 {2}gemm +1×1×512 +int32 +784×512 +401,408 +checked +\d/);
    expect(stdout).toMatch(/4 {2}gemm +1×1×10 +int32 +256×10 +2,560 +recomputed +\d/);
    expect(stdout).toContain('5  argmax');
    expect(stdout).toContain('2,304 bytes');
    expect(stdout).toMatch(/Right in \d\d\.\d\d % of 60 rows\./);
    const document = JSON.parse(prometh('inspect', 'b.pmodel', '--json').stdout);
    expect(document).toMatchObject({
      format: 'prometheus/model-inspection/1',
      macs: 535_040,
      rowTraceBytes: 2304,
      accuracy: null,
    });
    expect(document.layers[0].linear).toMatchObject({ K: 784, N: 512, macs: 401_408, checked: true });
    expect(document.layers[1]).toMatchObject({ operator: 'requant', type: 'int8', linear: null });
  });

  it.each([
    [['import', 'rows.bin', '--calibrate', 'rows.bin', '--output', 'c.pmodel'], 3, 'onnx-malformed'],
    [['import', 'net.onnx', '--output', 'c.pmodel'], 3, 'calibration-unusable'],
    [['import', 'net.onnx', '--calibrate', 'labels.idx1', '--output', 'c.pmodel'], 2, 'input-wrong'],
    [['import', 'net.onnx', '--calibrate', 'none', '--output', 'c.pmodel'], 2, 'file-missing'],
    [['import', 'net.onnx', '--labels', 'labels.idx1', '--output', 'c.pmodel'], 2, 'labels-wrong'],
    [['import', 'net.onnx', ...LABELLED.slice(0, 3), 'rows.bin', '--output', 'c.pmodel'], 2, 'labels-wrong'],
    [['inspect', 'net.onnx'], 3, 'model-malformed'],
    [['inspect', 'b.pmodel', '--data', 'rows.bin'], 2, 'labels-wrong'],
  ])('%j fails with exit code %i and the code %s, and writes nothing', (words, exitCode, code) => {
    const { status, stdout, stderr } = prometh(...words, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ format: 'prometheus/error/1', code, exitCode });
    expect(status).toBe(exitCode);
    expect(stderr).toMatch(/^prometh: .*\. What to do: .*\.\n$/);
    expect(existsSync(join(folder, 'c.pmodel'))).toBe(false);
  });

  it('shows help with an example first', () => {
    for (const command of ['import', 'inspect']) {
      expect(prometh(command, '--help').stdout).toMatch(new RegExp(`^Example: prometh model ${command} `));
    }
  });
});
