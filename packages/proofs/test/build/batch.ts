import { createHash } from 'node:crypto';
import {
  type AnsweredSeeds,
  evenSecret,
  littleEndian,
  pointOf,
  publicKey,
  type SeedSubstitutes,
  secretScalar,
  taggedHash,
  text,
  utf8,
} from '@prometheus-compute/protocol';
import {
  type ChunkOutcome,
  PROFILE,
  type ProgramLimits,
  type SandboxPool,
  type WasiOutcome,
} from '@prometheus-compute/sandbox';
import { main } from 'assemblyscript/asc';
import {
  type BatchTerms,
  type ChallengeSeeds,
  chunkResult,
  chunksToOpen,
  commitBatch,
  type Delivery,
  type Entropy,
  exhibitChunk,
  inputHash,
  inputTree,
  type Opening,
  openBatch,
  type RunChunk,
} from '../../src/index.ts';

/** Source of randomness for tests: SHA-256 of a name and a counter. */
export function testEntropy(name: string): Entropy {
  let counter = 0;
  return (length) => {
    const blocks: Buffer[] = [];
    for (let left = length; left > 0; left -= 32) {
      blocks.push(createHash('sha256').update(name).update(littleEndian(counter++, 8)).digest());
    }
    return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
  };
}

export const named = (name: string) => taggedHash('test', text(name));
export const secretOf = (name: string) => secretScalar(named(name));

const SOURCE = `
  @external("wasi_snapshot_preview1", "fd_read")
  declare function fd_read(fd: i32, vectors: usize, count: i32, read: usize): i32;
  @external("wasi_snapshot_preview1", "fd_write")
  declare function fd_write(fd: i32, vectors: usize, count: i32, written: usize): i32;
  const bytes = memory.data(256), vector = memory.data(8), moved = memory.data(4), sum = memory.data(8);
  store<u32>(vector, <u32>bytes, 0); store<u32>(vector, 256, 4);
  fd_read(0, vector, 1, moved);
  if (load<u8>(bytes) == 0xff) unreachable();
  let state: u64 = 1;
  for (let i: u32 = 0; i < load<u32>(moved); i++) {
    state = state * 6364136223846793005 + load<u8>(bytes + i);
    store<u8>(bytes + i, <u8>(state >> 32));
  }
  store<u64>(sum, state);
  store<u32>(vector, <u32>sum, 0); store<u32>(vector, 8, 4);
  fd_write(1, vector, 1, moved);
`;

const LIMITS: ProgramLimits = { memoryPages: 4, outputBytes: 1000, milliseconds: 60_000 };

/** A program that mixes its input into 8 bytes and leaves its work in its memory; traps where the input begins with ff. */
async function mixer(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await main(
    [
      'mixer.ts',
      '--outFile',
      'mixer.wasm',
      '--runtime',
      'stub',
      '--exportStart',
      '_start',
      '--use',
      'abort=',
    ],
    {
      readFile: (name) => (name === 'mixer.ts' ? SOURCE : null),
      writeFile: (name, contents) => {
        if (name === 'mixer.wasm' && typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) throw new Error(`AssemblyScript: ${stderr.toString()}`);
  return binary;
}

/** Everything about one honest batch. */
export interface Batch {
  readonly terms: BatchTerms;
  readonly pointSecret: ReturnType<typeof secretOf>;
  readonly lockSecret: ReturnType<typeof secretOf>;
  readonly inputs: readonly Uint8Array[];
  readonly inputHashes: readonly ReturnType<typeof inputHash>[];
  readonly outcomes: readonly WasiOutcome[];
  readonly seeds: ChallengeSeeds;
  /** What C's receipt names, which the opening shows. */
  readonly answered: AnsweredSeeds | null;
  readonly substitutes: SeedSubstitutes;
  readonly run: RunChunk;
  readonly delivery: Delivery;
  readonly ciphertexts: readonly Uint8Array[];
  readonly opening: Opening;
}

interface Outcomes {
  readonly outcomes: readonly ChunkOutcome[];
}

/** W commits to what it ran. */
export function commitTo(batch: Pick<Batch, 'terms' | 'pointSecret' | 'inputHashes'> & Outcomes) {
  return commitBatch({ ...batch, results: batch.outcomes.map(chunkResult) });
}

/** W opens what it committed to. */
export function openAll(batch: Omit<Parameters<typeof openBatch>[0], 'exhibits'> & Outcomes): Opening {
  const { terms, delivery, seeds, outcomes } = batch;
  const shown = chunksToOpen(terms, delivery.root, seeds).map((chunk) => {
    const { exhibit } = exhibitChunk({ terms, root: delivery.root, seeds }, chunk, outcomes[chunk]!);
    return [chunk, exhibit] as const;
  });
  return openBatch({ ...batch, exhibits: new Map(shown) });
}

/** A batch of N chunks of which m are sampled, computed in `pool`; the last chunk traps. */
export async function honestBatch(pool: SandboxPool, chunks: number, sampled: number): Promise<Batch> {
  const program = { profile: PROFILE, code: await mixer(), arguments: [] };
  const run: RunChunk = (input, seed) => pool.run(program, input, LIMITS, seed);
  const inputs = Array.from({ length: chunks }, (_, i) =>
    i === chunks - 1 ? Uint8Array.of(0xff) : utf8(`input of chunk ${i}`),
  );
  const inputHashes = inputs.map(inputHash);
  const outcomes = (await Promise.all(
    inputs.map((input, i) => run(input, inputHashes[i]!)),
  )) as readonly WasiOutcome[];
  const pointSecret = secretOf('h_p');
  const lockSecret = evenSecret(secretOf('u_p'));
  const seeds = { client: named('s_C'), verifier: named('s_V') };
  const terms: BatchTerms = {
    contractHash: named('contract'),
    scheme: 'replay',
    chunks,
    sampled,
    limits: LIMITS,
    inputRoot: inputTree(inputHashes).root,
    pointLock: pointOf(pointSecret),
    verificationLock: publicKey(lockSecret),
  };
  const { delivery, ciphertexts } = commitTo({ terms, pointSecret, inputHashes, outcomes });
  const entropy = testEntropy('opening');
  const opening = openAll({
    terms,
    pointSecret,
    lockSecret,
    inputHashes,
    outcomes,
    delivery,
    seeds,
    entropy,
  });
  return {
    terms,
    pointSecret,
    lockSecret,
    inputs,
    inputHashes,
    outcomes,
    seeds,
    answered: seeds,
    substitutes: { client: null, verifier: null },
    run,
    delivery,
    ciphertexts,
    opening,
  };
}
