import { describe, expect, it } from 'vitest';
import { failureJson, jsonText, planJson, reportJson } from '../../src/output/json.ts';
import { planText } from '../../src/output/plan-text.ts';
import { reportText } from '../../src/output/report-text.ts';
import { accuracyByBatch } from '../../src/result/accuracy.ts';
import { joinResults } from '../../src/result/result-file.ts';
import { SAMPLE_LABELS, SAMPLE_PLAN, SAMPLE_REPORT } from './sample-report.ts';

const result = joinResults(SAMPLE_REPORT);
const accuracy = accuracyByBatch(SAMPLE_REPORT, SAMPLE_LABELS);
const extras = {
  chunks: result.chunks,
  resultPath: '/out/sample.result.bin',
  reportPath: '/out/sample.report.json',
  dataFolder: '/data/x',
  ceremonyPaths: ['/out/sample.ceremony-1.cbor'],
  columns: 200,
};

describe('reportText', () => {
  const text = reportText(SAMPLE_REPORT, { ...extras, accuracy });

  it('has a row for each batch with scheme, checks, accuracy and every party’s satoshis', () => {
    const row = text.split('\n').find((line) => /^ +1 {2}#3/.test(line))!;
    expect(row.trim().split(/ {2,}/)).toEqual([
      ...['1', '#3', '2 of 3', '1: 50 %, 2: 76.3 %', '83.33 %'],
      ...['-109,834', '+90,000', '+10,000', '+5,000', '0', '+4,834'],
    ]);
  });

  it('names both transactions of each batch by their whole ids', () => {
    for (const { tx0, tx4 } of SAMPLE_REPORT.batches) {
      expect(text).toMatch(new RegExp(`Tx0 +${tx0.txid} +120 +917 +1,834`));
      expect(text).toMatch(new RegExp(`Tx4 +${tx4.txid} +124 +283 +3,000`));
    }
  });

  it('says that a chunk failed, the accuracy, and where the result is', () => {
    expect(text).toContain('Batch 2, chunk 1 failed: trap. That is its result.');
    expect(text).toContain('Accuracy against the labels: 75.00 % (9 of 12).');
    expect(text).toContain('Result: /out/sample.result.bin');
  });

  it('leaves the accuracy out when there are no labels', () => {
    expect(reportText(SAMPLE_REPORT, { ...extras, accuracy: undefined })).not.toMatch(/accuracy/i);
  });
});

describe('planText', () => {
  const text = planText(SAMPLE_PLAN, 'sample', 200);

  it('shows cost, exits, locks, reserve, detection and who sees the data', () => {
    expect(text).toMatch(/all together +109,834 +219,668/);
    expect(text).toMatch(
      /#4 +Tx5 +TxV0 \+ 144 blocks +312 blocks \(about 2\.2 days\) +-8,000 +-290,000 +\+10,000 +\+5,000 +\+280,000/,
    );
    expect(text).toMatch(/#3 +Tx4 +verdict and release +at once +-108,000/);
    expect(text).toMatch(/client +128,000 +1,152 blocks \(about 8 days\) +payment and bond/);
    expect(text).toContain('10,000 sat: a challenge');
    expect(text).toMatch(/2 +76\.3 %/);
    expect(text).toContain('loses 290,000 sat (#4)');
    expect(text).toContain('- The Verifier sees all inputs.');
  });
});

describe('on a terminal of 80 columns', () => {
  it.each([
    ['the report', reportText(SAMPLE_REPORT, { ...extras, accuracy, columns: 80 })],
    ['the plan', planText(SAMPLE_PLAN, 'sample', 80)],
  ])('%s fits', (_, text) => {
    const widest = text.split('\n').reduce((most, line) => Math.max(most, [...line].length), 0);
    expect(widest).toBeLessThanOrEqual(80);
  });
});

describe('JSON', () => {
  it('reports a job with stable names and satoshis as integers', () => {
    const document = reportJson(SAMPLE_REPORT, {
      accuracy,
      result,
      resultPath: '/out/sample.result.bin',
      dataFolder: '/data/x',
      output: '/out',
      ceremonies: SAMPLE_REPORT.ceremonies.map((one) => ({
        ...one,
        name: `sample.${one.batch}.${one.attempt}`,
      })),
    });
    expect(JSON.parse(jsonText(document))).toMatchObject({
      format: 'prometheus/job-report/1',
      name: 'sample',
      network: 'devchain',
      batches: [
        {
          batch: 1,
          scheme: '#3',
          tx0: { fee: 1834, height: 120 },
          released: [],
          changes: { client: -109_834, miners: 4834 },
        },
        {
          batch: 2,
          released: [{ party: 'arbiter:1', height: 130, vsize: 187, fee: 374 }],
          accuracy: { right: 4, records: 6 },
        },
      ],
      ceremonies: [
        { batch: 1, attempt: 1, complete: true, file: '/out/sample.1.1' },
        { batch: 2, attempt: 1, complete: false, file: '/out/sample.2.1' },
        { batch: 2, attempt: 2, complete: true, file: '/out/sample.2.2' },
      ],
      balances: [{ party: 'client', before: 1_000_000, after: 780_332 }],
      accuracy: { right: 9, records: 12, share: 0.75 },
      result: { file: '/out/sample.result.bin', bytes: 10, sha256: result.sha256 },
    });
  });

  it('lists where each chunk lies in the result file; a failed one has no bytes', () => {
    expect(result.chunks.slice(3)).toEqual([
      { batch: 2, chunk: 0, offset: 6, bytes: 2 },
      { batch: 2, chunk: 1, offset: 8, bytes: 0, failure: 'trap' },
      { batch: 2, chunk: 2, offset: 8, bytes: 2 },
    ]);
    expect([...result.contents]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('prints the plan and a failure', () => {
    expect(JSON.parse(jsonText(planJson(SAMPLE_PLAN, 'sample')))).toMatchObject({
      format: 'prometheus/job-plan/1',
      cost: { perBatch: { reward: 100_000 }, total: 219_668 },
      exits: [{ scheme: '#3', blocks: null }, { changes: { fund: 280_000 } }],
    });
    expect(failureJson({ code: 'P6', message: 'm', rule: undefined, remedy: 'r', exitCode: 3 })).toEqual({
      format: 'prometheus/error/1',
      code: 'P6',
      message: 'm',
      rule: null,
      remedy: 'r',
      exitCode: 3,
    });
  });
});

describe('accuracyByBatch', () => {
  it('counts the records of failed chunks, and of chunks of a wrong length, as wrong', () => {
    expect(accuracy).toEqual([
      { right: 5, records: 6 },
      { right: 4, records: 6 },
    ]);
    const short = {
      ...SAMPLE_REPORT,
      results: [[Uint8Array.of(0)]],
      outcomes: [[{ kind: 'done' } as const]],
    };
    expect(accuracyByBatch(short, SAMPLE_LABELS)).toEqual([{ right: 0, records: 2 }]);
  });
});
