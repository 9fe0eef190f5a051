import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DEFAULT_PARAMETERS } from '@prometheus-compute/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadJob } from '../../src/job/load.ts';
import { readUserFile } from '../../src/job/read-file.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', '..', 'examples');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prometh-load-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('loadJob', () => {
  it('makes the specification of the example', () => {
    const { specification, labels } = loadJob(join(EXAMPLES, 'fashion-mnist', 'job.yaml'));
    expect(specification).toMatchObject({
      name: 'fashion-mnist',
      sampled: 10,
      reward: 100_000n,
      deliveryBlocks: 120,
      arbiterCount: 12,
      clientFunds: 1_000_000n,
      // The example writes the defaults out (T §Default P).
      parameters: DEFAULT_PARAMETERS,
    });
    expect(specification.batches.map(({ inputs }) => inputs.length)).toEqual([20, 20]);
    expect(
      new Set(specification.batches.flatMap(({ inputs }) => inputs.map((input) => input.length))),
    ).toEqual(new Set([50 * 784]));
    expect(labels).toMatchObject({ recordsPerChunk: 50 });
    expect(labels!.classes).toHaveLength(2000);
    expect(labels!.names).toHaveLength(10);
  });

  it('works without labels, parameters and development', () => {
    const { specification, labels } = loadJob(join(EXAMPLES, 'primes', 'job.yaml'));
    expect(labels).toBeUndefined();
    expect(specification.parameters).toEqual(DEFAULT_PARAMETERS);
    expect(specification.clientFunds).toBeUndefined();
  });
});

describe('readUserFile', () => {
  const request = (name: string) => ({ what: 'The input', path: join(folder, name), maximumBytes: 1000 });

  it('decompresses', () => {
    writeFileSync(join(folder, 'good.gz'), gzipSync('abc'));
    expect(Buffer.from(readUserFile({ ...request('good.gz'), gzip: true })).toString()).toBe('abc');
  });

  it('file-missing', () => {
    expect(() => readUserFile({ ...request('none'), position: 'job.yaml:3: ' })).toThrow(
      expect.objectContaining({
        code: 'file-missing',
        message: expect.stringMatching(/^job\.yaml:3: The input .*none/),
      }),
    );
  });

  it('file-unreadable: a folder, and a broken gzip file', () => {
    writeFileSync(join(folder, 'broken.gz'), gzipSync('abcdefghijklmnop').subarray(0, 20));
    expect(() => readUserFile(request('.'))).toThrow(expect.objectContaining({ code: 'file-unreadable' }));
    expect(() => readUserFile({ ...request('broken.gz'), gzip: true })).toThrow(
      expect.objectContaining({
        code: 'file-unreadable',
        message: expect.stringContaining('not a complete gzip file'),
      }),
    );
  });

  it('file-too-large: as it is, and only once decompressed', () => {
    writeFileSync(join(folder, 'large'), new Uint8Array(1001));
    writeFileSync(join(folder, 'bomb.gz'), gzipSync(new Uint8Array(1_000_000)).subarray(0));
    expect(() => readUserFile(request('large'))).toThrow(expect.objectContaining({ code: 'file-too-large' }));
    expect(() => readUserFile({ ...request('bomb.gz'), maximumBytes: 2000, gzip: true })).toThrow(
      expect.objectContaining({ code: 'file-too-large' }),
    );
  });
});
