import { createHash } from 'node:crypto';
import { fromHex, hash32, toHex } from '@prometheus-compute/protocol';
import {
  decodeFailure,
  encodeFailure,
  type FailureKind,
  type WasiOutcome,
} from '@prometheus-compute/sandbox';
import { describe, expect, it } from 'vitest';
import { lockDigest, traceCommitment } from '../../src/index.ts';
import { replayVectors } from '../build/vectors.ts';

interface Traced {
  readonly outcome: 'done' | FailureKind;
  readonly exitCode: number;
  readonly memoryPages: number;
  readonly memoryFill: string;
  readonly globals: string;
}

/** The digests of `wasi-0` do not depend on it. */
const CHALLENGE = hash32(new Uint8Array(32));

function outcomeOf(given: Traced): WasiOutcome {
  const fill = Buffer.from(given.memoryFill, 'hex');
  const memory = Buffer.alloc(65_536 * given.memoryPages, fill);
  const memoryDigest = new Uint8Array(createHash('sha256').update(memory).digest());
  const trace = {
    kind: 'wasi',
    memoryPages: given.memoryPages,
    memoryDigest,
    globals: fromHex(given.globals),
  } as const;
  const output = new Uint8Array(0);
  if (given.outcome === 'done') return { kind: 'done', output, trace };
  return { kind: 'failed', failure: { kind: given.outcome, exitCode: given.exitCode }, output, trace };
}

describe('scheme replay', () => {
  it('vectors: τ_i and D_i from a trace', () => {
    for (const { in: given, out } of replayVectors<Traced>('replay')) {
      const outcome = outcomeOf(given);
      expect({
        memoryDigest: toHex(outcome.trace.memoryDigest),
        tau: toHex(traceCommitment(outcome)),
        D: toHex(lockDigest(outcome, CHALLENGE, 0)),
      }).toEqual(out);
    }
  });

  it('vectors: failure records, y_i of a failed chunk', () => {
    for (const { in: given, out } of replayVectors<{ kind: FailureKind; exitCode: number }, { y: string }>(
      'failureRecord',
    )) {
      const failure = { kind: given.kind, exitCode: given.exitCode };
      expect(toHex(encodeFailure(failure))).toBe(out.y);
      expect(decodeFailure(fromHex(out.y))).toEqual(failure);
    }
  });

  it('reads no failure out of near misses of a record', () => {
    const record = encodeFailure({ kind: 'trap', exitCode: 0 });
    for (const wrong of [
      record.slice(1),
      record.with(15, 0),
      record.with(16, 2),
      record.with(17, 7),
      record.with(18, 1),
    ]) {
      expect(decodeFailure(wrong)).toBeUndefined();
    }
    expect(decodeFailure(encodeFailure({ kind: 'exit', exitCode: 0 }))).toBeUndefined();
  });
});
