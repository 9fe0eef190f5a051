import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CliError } from '../../src/errors/cli-error.ts';
import { parseJob } from '../../src/job/parse.ts';

const EXAMPLE = readFileSync(
  join(import.meta.dirname, '..', '..', '..', '..', 'examples', 'fashion-mnist', 'job.yaml'),
  'utf8',
);

/** The error of the example with one change, which must change something. */
function failureOf(change: string | RegExp, replacement: string): CliError {
  const text = EXAMPLE.replace(change, replacement);
  expect(text).not.toBe(EXAMPLE);
  return failure(text);
}

function failure(text: string): CliError {
  try {
    parseJob(text, 'job.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(CliError);
    return error as CliError;
  }
  throw new Error('the job file was accepted');
}

const lineOf = (text: string): number => EXAMPLE.split('\n').findIndex((line) => line.includes(text)) + 1;

describe('parseJob', () => {
  it('reads every field of the example and finds their lines', () => {
    const { job, position } = parseJob(EXAMPLE, 'job.yaml');
    expect(job.input.layout).toEqual({ kind: 'records', headerBytes: 16, recordBytes: 784 });
    expect(job.parameters).toMatchObject({ w: 400_000, alpha: 0.25, t4: 1152 });
    expect(position('input', 'file')).toBe(`job.yaml:${lineOf('data/images')}: `);
  });

  it('fills in what may be left out', () => {
    const text = EXAMPLE.replace(/^parameters:[\s\S]*/m, '')
      .replace(/^labels:\n(?: .*\n)*/m, '')
      .replace('  gzip: true\n', '');
    const { job } = parseJob(text, 'job.yaml');
    expect(job).toMatchObject({
      parameters: {},
      development: {},
      input: { gzip: false },
      program: { arguments: [] },
    });
    expect(job.labels).toBeUndefined();
  });

  it('field-unknown: names the line, the field and what was meant', () => {
    const error = failureOf('sampled: 10', 'sampeld: 10');
    expect(error.code).toBe('field-unknown');
    expect(error.message).toBe(
      `job.yaml:${lineOf('sampled: 10')}: There is no field \`verification.sampeld\`.`,
    );
    expect(error.remedy).toContain('Did you mean `sampled`?');
  });

  it('field-unknown: suggests nothing when nothing is near', () => {
    const error = failureOf('sampled: 10', 'sampled: 10\nwhatever-this-is: 3');
    expect(error.code).toBe('field-unknown');
    expect(error.remedy).toMatch(/^Remove it\./);
  });

  it.each([
    ['sampled: 10', 'sampled: ten', '`verification.sampled` must be a number and not "ten".'],
    ['sampled: 10', 'sampled: 1.5', '`verification.sampled` must be a whole number and not 1.5.'],
    ['sampled: 10', 'sampled: 0', '`verification.sampled` must be at least 1 and not 0.'],
    ['reward: 100000', 'reward: -1', '`money.reward` must be at least 0 and not -1.'],
    [
      'reward: 100000',
      'reward: 2100000000000001',
      '`money.reward` must be at most 2100000000000000 and not 2100000000000001.',
    ],
    ['kind: records', 'kind: recrods', '`input.layout.kind` must be `records` or `lines`.'],
    ['alpha: 0.25', 'alpha: 0.12345', '`parameters.alpha` has more than four decimal places.'],
    ['file: classify.wasm', "file: ''", '`program.file` must not be empty.'],
    ['gzip: true', 'gzip: 1', '`input.gzip` must be `true` or `false` and not 1.'],
    [
      'name: fashion-mnist',
      'name: ../up',
      '`name` must be lower-case letters, digits and hyphens, at most 64 of them.',
    ],
  ])('field-wrong: %s → %s', (before, after, complaint) => {
    const error = failureOf(before, after);
    expect(error.code).toBe('field-wrong');
    expect(error.message).toBe(`job.yaml:${lineOf(before)}: ${complaint}`);
  });

  it('field-wrong: a missing field is reported at its group', () => {
    const error = failureOf('  bond: 20000\n', '');
    expect(error.message).toBe(`job.yaml:${lineOf('money:')}: The field \`money.bond\` is missing.`);
  });

  it.each(['', '[]', 'text', '7', '# nothing'])('field-wrong: %j is no job file', (text) => {
    expect(failure(text).code).toBe('field-wrong');
  });

  it.each([
    ['a tab for indentation', 'name: a\nprogram:\n\tfile: b\n', 3],
    ['a field given twice', 'name: a\nname: b\n', 2],
    ['an open quotation mark', 'name: "a\n', 2],
  ])('yaml-malformed: %s', (_, text, line) => {
    const error = failure(text);
    expect(error.code).toBe('yaml-malformed');
    expect(error.message).toMatch(new RegExp(`^job\\.yaml:${line}: This is not YAML: `));
  });

  it('yaml-malformed: aliases that would grow without end are refused', () => {
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0 ? 'l0: &l0 [x, x]' : `l${level}: &l${level} [${`*l${level - 1}, `.repeat(9)}]`,
    );
    expect(failure(levels.join('\n')).code).toBe('yaml-malformed');
  });
});
