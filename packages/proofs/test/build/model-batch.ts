import { equalBytes, evenSecret, pointOf, publicKey, toHex } from '@prometheus-compute/protocol';
import {
  encodeModel,
  type LoadedModel,
  loadModel,
  type Model,
  type ModelOutcome,
  plainEngine,
  refusedChunk,
  rowsOutcome,
} from '@prometheus-compute/sandbox';
import {
  type BatchTerms,
  type ChunkResult,
  checkOpening,
  chunkResult,
  chunksToOpen,
  commitBatch,
  contentHash,
  type Delivery,
  deliveryLeaves,
  exhibitChunk,
  type FreivaldsCheck,
  inputHash,
  inputTree,
  judgeClaim,
  merklePath,
  merkleRoot,
  type Opening,
  openBatch,
  type ProjectChunk,
  projectHere,
  type RunChunk,
  type Verdict,
} from '../../src/index.ts';
import { named, secretOf, testEntropy } from './batch.ts';
import { ORACLE_KERNELS } from './oracle-kernels.ts';

const OUTPUT_BYTES = 4096;
const SEEDS = { client: named('s_C'), verifier: named('s_V') };
const SUBSTITUTES = { client: null, verifier: null };

/** A batch under `freivalds` as a Worker, honest or not, has committed to it and opened it. */
export interface ModelBatch {
  readonly model: LoadedModel;
  readonly terms: BatchTerms;
  readonly inputs: readonly Uint8Array[];
  readonly delivery: Delivery;
  readonly opening: Opening;
  /** What is served, by the hash that the opening names. */
  readonly served: ReadonlyMap<string, Uint8Array>;
  readonly run: RunChunk;
}

/** What a Worker does otherwise than the protocol says. */
export interface Cheat {
  /** What it claims that a chunk gave. */
  readonly outcome?: (honest: ModelOutcome, chunk: number) => ModelOutcome;
  /** What it shows of a chunk, after it has committed. */
  readonly shown?: (records: Uint8Array, chunk: number) => Uint8Array;
  /** What it encrypts in the place of the output that it commits to. */
  readonly encrypted?: (output: Uint8Array, chunk: number) => Uint8Array;
  /** What it opens as the output of a chunk. */
  readonly opened?: (output: Uint8Array, chunk: number) => Uint8Array;
}

/** A run of one chunk by the plain engine. */
export function runModel(model: LoadedModel, input: Uint8Array): ModelOutcome {
  const refused = refusedChunk(model, input, OUTPUT_BYTES);
  if (refused !== undefined) return refused;
  const { output, trace } = plainEngine(model).run(input);
  return rowsOutcome(output, input.length / model.inputBytes, trace);
}

export function modelBatch(graph: Model, inputs: readonly Uint8Array[], cheat: Cheat = {}): ModelBatch {
  const model = loadModel(encodeModel(graph));
  const run: RunChunk = async (input) => runModel(model, input);
  const inputHashes = inputs.map(inputHash);
  const pointSecret = secretOf('h_p');
  const lockSecret = evenSecret(secretOf('u_p'));
  const terms: BatchTerms = {
    contractHash: named('contract'),
    scheme: 'freivalds',
    chunks: inputs.length,
    sampled: inputs.length,
    limits: { memoryPages: model.memoryPages, outputBytes: OUTPUT_BYTES, milliseconds: 60_000 },
    inputRoot: inputTree(inputHashes).root,
    pointLock: pointOf(pointSecret),
    verificationLock: publicKey(lockSecret),
  };
  const outcomes = inputs.map((input, chunk) => {
    const honest = runModel(model, input);
    return cheat.outcome?.(honest, chunk) ?? honest;
  });
  const results = outcomes.map(chunkResult);
  const commitTo = (committed: readonly ChunkResult[]): Delivery =>
    commitBatch({ terms, pointSecret, inputHashes, results: committed }).delivery;
  const encrypted = commitTo(
    results.map((result, chunk) => ({
      ...result,
      output: cheat.encrypted?.(result.output, chunk) ?? result.output,
    })),
  );
  const chunks = commitTo(results).chunks.map(({ inner }, chunk) => ({ ...encrypted.chunks[chunk]!, inner }));
  const delivery: Delivery = { root: merkleRoot(deliveryLeaves(inputHashes, chunks)), chunks };
  const { root } = delivery;
  const served = new Map<string, Uint8Array>();
  const shown = chunksToOpen(terms, root, SEEDS).map((chunk) => {
    const { exhibit, records } = exhibitChunk({ terms, root, seeds: SEEDS }, chunk, outcomes[chunk]!);
    const changed = cheat.shown?.(records!, chunk) ?? records!;
    const scheme = contentHash('records', changed);
    served.set(toHex(scheme), changed);
    const output = cheat.opened?.(exhibit.output, chunk) ?? exhibit.output;
    return [chunk, { ...exhibit, output, scheme }] as const;
  });
  const opening = openBatch({
    ...{ terms, pointSecret, lockSecret, inputHashes, delivery },
    exhibits: new Map(shown),
    seeds: SEEDS,
    entropy: testEntropy('opening'),
  });
  return { model, terms, inputs, delivery, opening, served, run };
}

/** How often V ran a chunk again, and its verdict. `records` takes the place of what is served as its size and hash say. */
export async function verify(
  batch: ModelBatch,
  serves: (chunk: number) => boolean = () => true,
  records?: FreivaldsCheck['records'],
  project: (check: FreivaldsCheck) => ProjectChunk = projectHere,
): Promise<{ readonly verdict: Verdict; readonly reruns: number }> {
  let reruns = 0;
  const freivalds: FreivaldsCheck = {
    model: batch.model,
    engine: plainEngine(batch.model),
    kernels: ORACLE_KERNELS,
    records:
      records ??
      (async (chunk, hash, size) => {
        const bytes = serves(chunk) ? batch.served.get(toHex(hash)) : undefined;
        return bytes?.length === size && equalBytes(contentHash('records', bytes), hash) ? bytes : undefined;
      }),
  };
  const run: RunChunk = (input, seed) => {
    reruns += 1;
    return batch.run(input, seed);
  };
  const verdict = await checkOpening({
    ...batch,
    ...{ answered: SEEDS, substitutes: SUBSTITUTES, run, freivalds: project(freivalds) },
  });
  return { verdict, reruns };
}

/** What an arbiter says to the claim of a verdict. */
export function judge(batch: ModelBatch, verdict: Verdict): Promise<0 | 1> {
  if (verdict.r === 1) throw new Error('there is no claim');
  const { claim } = verdict;
  const path = merklePath(inputTree(batch.inputs.map(inputHash)), claim.chunk);
  return judgeClaim({
    ...batch,
    ...{ root: batch.delivery.root, claim, answered: SEEDS, substitutes: SUBSTITUTES },
    input: { bytes: batch.inputs[claim.chunk]!, path },
  });
}
