import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import {
  type BatchTerms,
  checkDelivery,
  checkOpening,
  chunkResult,
  chunksToOpen,
  commitBatch,
  exhibitChunk,
  inputHash,
  inputTree,
  openBatch,
} from '@prometheus-compute/proofs';
import { type GraphTerms, hash32, pointOf, publicKey, secretScalar } from '@prometheus-compute/protocol';
import { type ChunkOutcome, PROFILE, SandboxPool } from '@prometheus-compute/sandbox';
import { BenchError } from '../bench-error.ts';
import { exampleJob } from '../example-job.ts';
import { compare, median, milliseconds } from '../measure.ts';
import type { Section } from '../report/section.ts';

const ROUNDS = 5;
const job = exampleJob(5);
const program = { profile: PROFILE, code: job.program, arguments: [] };
const inputs = job.batches[0]!.inputs;
const inputHashes = inputs.map((input) => inputHash(input));

/** Running the chunks of the Fashion-MNIST example, and proving them. */
export async function workSections(base: GraphTerms): Promise<readonly Section[]> {
  const outcomes = await runAll(new SandboxPool());
  return [await sandboxSection(), await proofSection(base, outcomes)];
}

/** Runs every chunk, then closes the pool. */
async function runAll(pool: SandboxPool): Promise<readonly ChunkOutcome[]> {
  try {
    return await runChunks(pool);
  } finally {
    await pool.close();
  }
}

function runChunks(pool: SandboxPool): Promise<readonly ChunkOutcome[]> {
  return Promise.all(inputs.map((input, i) => pool.run(program, input, job.limits, inputHashes[i]!)));
}

async function sandboxSection(): Promise<Section> {
  const cores = availableParallelism();
  const starts: number[] = [];
  const one: number[] = [];
  const all: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const single = new SandboxPool({ processes: 1 });
    starts.push(await milliseconds(() => single.prepare(program, job.limits)));
    one.push(await milliseconds(() => runChunks(single)));
    await single.close();
    const pool = new SandboxPool({ processes: cores });
    await runChunks(pool);
    all.push(await milliseconds(() => runChunks(pool)));
    await pool.close();
  }
  const row = (work: string, ms: number, count: number) => [work, ms / count, (1000 * count) / ms];
  return {
    title: 'Sandbox',
    notes: [
      `A chunk of the Fashion-MNIST example classifies 50 images. Each gets a fresh instance of its program. Medians of ${ROUNDS} runs.`,
    ],
    table: {
      columns: [{ name: 'work' }, { name: 'ms each', digits: 1 }, { name: 'a second', digits: 1 }],
      rows: [
        row('start of a child process, with the program compiled', median(starts), 1),
        row('chunks in one process', median(one), inputs.length),
        row(`chunks in ${cores} processes`, median(all), inputs.length),
      ],
    },
  };
}

async function proofSection({ contract }: GraphTerms, outcomes: readonly ChunkOutcome[]): Promise<Section> {
  const pointSecret = secretScalar(new Uint8Array(32).fill(9));
  // The generator has even Y, so U = G is normalised.
  const lockSecret = secretScalar(new Uint8Array([...new Uint8Array(31), 1]));
  const seeds = { client: hash32(new Uint8Array(32).fill(1)), verifier: hash32(new Uint8Array(32).fill(2)) };
  const terms: BatchTerms = {
    ...contract,
    chunks: inputs.length,
    sampled: job.sampled,
    inputRoot: inputTree(inputHashes).root,
    pointLock: pointOf(pointSecret),
    verificationLock: publicKey(lockSecret),
    contractHash: hash32(new Uint8Array(32).fill(4)),
  };
  const entropy = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
  const commit = () => commitBatch({ terms, pointSecret, inputHashes, results: outcomes.map(chunkResult) });
  const { delivery, ciphertexts } = commit();
  const open = () => {
    const { root } = delivery;
    const sample = chunksToOpen(terms, root, seeds);
    const exhibits = new Map(
      sample.map((chunk) => [chunk, exhibitChunk({ terms, root, seeds }, chunk, outcomes[chunk]!).exhibit]),
    );
    return openBatch({ terms, pointSecret, lockSecret, inputHashes, exhibits, delivery, seeds, entropy });
  };
  const opening = open();
  const substitutes = { client: null, verifier: null };
  const byInput = new Map(inputs.map((input, i) => [input, outcomes[i]!]));
  const times = await compare(1, {
    commit,
    receive: () => {
      const { kind } = checkDelivery({ terms, inputHashes, delivery, ciphertexts });
      if (kind !== 'complete') throw new BenchError(`a good delivery was refused: ${kind}`);
    },
    open,
    check: async () => {
      const run = async (input: Uint8Array): Promise<ChunkOutcome> => byInput.get(input)!;
      const { r } = await checkOpening({
        terms,
        inputs,
        delivery,
        opening,
        answered: seeds,
        substitutes,
        run,
      });
      if (r !== 1) throw new BenchError('a good opening was refused');
    },
  });
  const row = (work: string, ms: number, chunks: number) => [work, ms, chunks, ms / chunks];
  return {
    title: 'Proofs',
    notes: [
      'For one batch of the example. Running the chunks is not in these numbers: here the check gets the outcomes from a table.',
    ],
    table: {
      columns: [
        { name: 'work' },
        { name: 'ms a batch', digits: 1 },
        { name: 'chunks' },
        { name: 'ms a chunk', digits: 2 },
      ],
      rows: [
        row('W: encrypt every chunk, commit', times.commit, inputs.length),
        row('C, V: check the delivery', times.receive, inputs.length),
        row('W: open the sample', times.open, job.sampled),
        row('V: check the opening', times.check, job.sampled),
      ],
    },
  };
}
