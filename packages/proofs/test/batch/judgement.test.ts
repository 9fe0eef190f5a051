import { equalBytes, type OpenedChunk, pointOf, type SeedSubstitutes } from '@prometheus-compute/protocol';
import { SandboxPool } from '@prometheus-compute/sandbox';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliveryLeaves } from '../../src/batch/commit.ts';
import {
  type ChunkClaim,
  checkOpening,
  inputTree,
  judgeClaim,
  merklePath,
  merkleRoot,
  type Opening,
  type RunChunk,
} from '../../src/index.ts';
import { type Batch, commitTo, honestBatch, named, openAll, secretOf, testEntropy } from '../build/batch.ts';

const N = 6;
const pool = new SandboxPool({ processes: 1 });
let batch: Batch;
/** The program's results by input, so that many cases run in a short time. */
let run: RunChunk;
beforeAll(async () => {
  batch = await honestBatch(pool, N, 3);
  run = async (input) => batch.outcomes[batch.inputs.findIndex((known) => equalBytes(known, input))]!;
});
afterAll(() => pool.close());

const opened = (
  opening: Opening,
  at: number,
  change: (chunk: OpenedChunk) => Partial<OpenedChunk>,
): Opening => ({
  ...opening,
  chunks: opening.chunks.map((chunk, place) => (place === at ? { ...chunk, ...change(chunk) } : chunk)),
});
const flipped = <Bytes extends Uint8Array>(bytes: Bytes, bit: number): Bytes => {
  const copy = bytes.slice() as Bytes;
  const place = bit % Math.max(1, copy.length * 8);
  copy[place >> 3]! ^= 1 << (place & 7);
  return copy;
};

/** What a Worker can change after it has committed to a right batch. */
const IN_OPENING: Readonly<Record<string, (opening: Opening, at: number, bit: number) => Opening>> = {
  'a bit of the output': (opening, at, bit) =>
    opened(opening, at, ({ output }) => ({
      output: flipped(output.length > 0 ? output : new Uint8Array(1), bit),
    })),
  'a bit of the path': (opening, at, bit) =>
    opened(opening, at, ({ path }) => ({ path: path.with(0, flipped(path[0]!, bit)) })),
  'a shorter path': (opening, at) => opened(opening, at, ({ path }) => ({ path: path.slice(1) })),
  'a bit of the chunk key': (opening, at, bit) =>
    opened(opening, at, ({ chunkPoint }) => ({ chunkPoint: flipped(chunkPoint, bit) })),
  'another chunk key': (opening, at) => opened(opening, at, () => ({ chunkPoint: pointOf(secretOf('k')) })),
  'a bit of the proof of the key': (opening, at, bit) =>
    opened(opening, at, ({ dleq }) => ({ dleq: { ...dleq, s: flipped(dleq.s, bit) } })),
  'a bit of the masked share': (opening, at, bit) =>
    opened(opening, at, ({ maskedShare }) => ({ maskedShare: flipped(maskedShare, bit) })),
  'another lock share': (opening, at) => opened(opening, at, () => ({ lockShare: pointOf(secretOf('u')) })),
  'something for a scheme': (opening, at) => opened(opening, at, () => ({ scheme: new Uint8Array(1) })),
  'another index': (opening, at) => opened(opening, at, ({ index }) => ({ index: (index + 1) % N })),
  'one chunk less': (opening, at) => ({
    ...opening,
    chunks: opening.chunks.filter((_, place) => place !== at),
  }),
  'one chunk twice': (opening, at) => ({ ...opening, chunks: [...opening.chunks, opening.chunks[at]!] }),
  'another R': (opening, _, bit) => ({ ...opening, root: flipped(opening.root, bit) }),
  'another seed of the Client': (opening, _, bit) => ({
    ...opening,
    challengeClient: flipped(opening.challengeClient, bit),
  }),
  'another seed of the Verifier': (opening, _, bit) => ({
    ...opening,
    challengeVerifier: flipped(opening.challengeVerifier, bit),
  }),
};

/** What a Worker can commit to that is not what the program gives. */
const IN_DELIVERY: Readonly<Record<string, (bit: number) => Batch['delivery']>> = {
  outputs: (bit) => {
    const outcomes = batch.outcomes.map((outcome) => ({ ...outcome, output: flipped(outcome.output, bit) }));
    return commitTo({ ...batch, outcomes }).delivery;
  },
  traces: (bit) => {
    const outcomes = batch.outcomes.map((outcome) => {
      const { trace } = outcome;
      return { ...outcome, trace: { ...trace, memoryDigest: flipped(trace.memoryDigest, bit) } };
    });
    return commitTo({ ...batch, outcomes }).delivery;
  },
  ciphertexts: (bit) => {
    const chunks = batch.delivery.chunks.map((chunk) => ({
      ...chunk,
      ciphertext: flipped(chunk.ciphertext, bit),
    }));
    return { root: merkleRoot(deliveryLeaves(batch.inputHashes, chunks)), chunks };
  },
};

/** What an honest Worker answers: C's receipt with both seeds, or with its own alone, or two block hashes. */
type Naming = 'both' | 'own' | 'none';
const naming = fc.constantFrom<Naming>('both', 'own', 'none');
const bits = fc.integer({ min: 0, max: 1_000_000 });
const sizes = fc.integer({ min: 1, max: N });

/** An opening by an honest Worker of what it delivered, right or not; for the seeds that count. */
function open(names: Naming, sampled: number, delivery = batch.delivery) {
  const terms = { ...batch.terms, sampled };
  const { client, verifier } = batch.seeds;
  const answered = names === 'none' ? null : { client, verifier: names === 'both' ? verifier : null };
  const blocks = { client: named('block'), verifier: named('earlier block') };
  const substitutes: SeedSubstitutes = names === 'none' ? blocks : { ...blocks, client: null };
  const seeds = {
    client: answered?.client ?? blocks.client,
    verifier: answered?.verifier ?? blocks.verifier,
  };
  const opening = openAll({ ...batch, terms, delivery, seeds, entropy: testEntropy('open') });
  return { terms, opening, delivery, answered, substitutes };
}
type Case = ReturnType<typeof open>;

function judge({ terms, opening, delivery, answered, substitutes }: Case, claim: ChunkClaim): Promise<0 | 1> {
  const path = merklePath(inputTree(batch.inputHashes), claim.chunk);
  const input = { bytes: batch.inputs[claim.chunk]!, path };
  return judgeClaim({ terms, root: delivery.root, opening, claim, input, answered, substitutes, run });
}

/** V finds a fault, and an arbiter that runs only the chunk that it names confirms it. */
async function expectFound(cheat: Case): Promise<void> {
  const verdict = await checkOpening({ ...cheat, inputs: batch.inputs, run });
  expect(verdict.r).toBe(0);
  if (verdict.r === 0) expect(await judge(cheat, verdict.claim)).toBe(1);
}

const FAULTS = ['malformed', 'path', 'dleq', 'ciphertext', 'output', 'lock'] as const;

describe('M §Claims: V’s check and an arbiter’s judgement agree, whichever seeds count', () => {
  it('an honest opening passes, gives u_p, and no claim against it is confirmed', async () => {
    await fc.assert(
      fc.asyncProperty(naming, sizes, bits, async (names, sampled, pick) => {
        const honest = open(names, sampled);
        const verdict = await checkOpening({ ...honest, inputs: batch.inputs, run });
        expect(verdict).toEqual({ r: 1, lockSecret: batch.lockSecret });
        const { index } = honest.opening.chunks[pick % sampled]!;
        for (const kind of FAULTS) expect(await judge(honest, { chunk: index, kind })).toBe(0);
      }),
      { numRuns: 12 },
    );
  });

  it.each(Object.entries(IN_OPENING))('%s in the opening is found, and confirmed', async (_, tamper) => {
    await fc.assert(
      fc.asyncProperty(naming, sizes, bits, bits, async (names, sampled, place, bit) => {
        const honest = open(names, sampled);
        await expectFound({ ...honest, opening: tamper(honest.opening, place % sampled, bit) });
      }),
      { numRuns: 6 },
    );
  });

  it.each(Object.entries(IN_DELIVERY))(
    'wrong %s in the delivery are found, and confirmed',
    async (_, tamper) => {
      await fc.assert(
        fc.asyncProperty(naming, sizes, bits, async (names, sampled, bit) => {
          await expectFound(open(names, sampled, tamper(bit)));
        }),
        { numRuns: 6 },
      );
    },
  );
});
