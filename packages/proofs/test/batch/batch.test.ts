import { equalBytes, type Hash32, type OpenedChunk, pointOf, taggedHash } from '@prometheus-compute/protocol';
import { decodeFailure, SandboxError, SandboxPool, type WasiOutcome } from '@prometheus-compute/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliveryLeaves } from '../../src/batch/commit.ts';
import {
  type ChunkClaim,
  type ChunkFault,
  checkDelivery,
  checkOpening,
  contentHash,
  decryptBatch,
  inputTree,
  judgeClaim,
  lockDigest,
  merklePath,
  merkleRoot,
  type Opening,
  traceCommitment,
} from '../../src/index.ts';
import { maskShare, recoverShare } from '../../src/lock/shares.ts';
import { type Batch, commitTo, honestBatch, named, openAll, secretOf, testEntropy } from '../build/batch.ts';

/** A program has the same D_i whatever the challenge is. */
const CHALLENGE = named('challenge');
const N = 7;
const M = 4;
const pool = new SandboxPool({ processes: 1 });
let batch: Batch;
beforeAll(async () => {
  batch = await honestBatch(pool, N, M);
});
afterAll(() => pool.close());

type Seeds = Batch['seeds'];
type Answered = Batch['answered'];

/** The batch as another Worker would have committed and opened it. */
function committed(change: Partial<Pick<Batch, 'outcomes' | 'delivery'>>): Batch {
  const changed = { ...batch, ...change };
  const delivery = change.delivery ?? commitTo(changed).delivery;
  return {
    ...changed,
    delivery,
    opening: openAll({ ...changed, delivery, entropy: testEntropy('cheat') }),
  };
}
const withOpened = (cheat: Batch, place: number, change: Partial<OpenedChunk>): Batch => ({
  ...cheat,
  opening: {
    ...cheat.opening,
    chunks: cheat.opening.chunks.map((chunk, at) => (at === place ? { ...chunk, ...change } : chunk)),
  },
});
const check = (cheat: Batch) => checkOpening(cheat);
/** Chunk indexes of the sample: by the seeds and by R, so another commitment has another sample. */
const sampleOf = (cheat: Batch) => cheat.opening.chunks.map(({ index }) => index);

function judge(
  cheat: Batch,
  claim: ChunkClaim,
  change: { opening?: Opening; run?: Batch['run'] } = {},
): Promise<0 | 1> {
  const path = merklePath(inputTree(cheat.inputHashes), claim.chunk);
  const input = { bytes: cheat.inputs[claim.chunk]!, path };
  return judgeClaim({ ...cheat, ...change, root: cheat.delivery.root, claim, input });
}

/** The check names exactly this fault, and a judge who re-runs only that chunk confirms it. */
async function expectFault(cheat: Batch, claim: ChunkClaim): Promise<void> {
  expect(await check(cheat)).toEqual({ r: 0, claim });
  const ran: Uint8Array[] = [];
  const run: Batch['run'] = (input, seed) => {
    ran.push(input);
    return batch.run(input, seed);
  };
  expect(await judge(cheat, claim, { run })).toBe(1);
  for (const input of ran) expect(input).toEqual(cheat.inputs[claim.chunk]);
}

const FAULTS: readonly ChunkFault[] = ['malformed', 'path', 'dleq', 'ciphertext', 'output', 'lock'];
const replaced = (outcomes: readonly WasiOutcome[], chunk: number, outcome: WasiOutcome) =>
  outcomes.map((old, i) => (i === chunk ? outcome : old));

describe('an honest batch', () => {
  it('is delivered, and R is rebuilt from it', () => {
    const bytes = batch.ciphertexts.reduce((sum, ciphertext) => sum + ciphertext.length, 0);
    expect(checkDelivery(batch)).toEqual({ kind: 'complete', bytes });
  });

  it('opens to r = 1 with u_p', async () => {
    expect(await check(batch)).toEqual({ r: 1, lockSecret: batch.lockSecret });
  });

  it('opens for every sample, also of all chunks, and of one', async () => {
    for (const sampled of [1, N]) {
      const terms = { ...batch.terms, sampled };
      const opening = openAll({ ...batch, terms, entropy: testEntropy('other sample') });
      expect(await check({ ...batch, terms, opening })).toEqual({ r: 1, lockSecret: batch.lockSecret });
    }
  });

  const substitutes = { client: named('block'), verifier: named('earlier block') };
  const nothing = { client: null, verifier: null };
  const opensFor = (seeds: Seeds) => openAll({ ...batch, seeds, entropy: testEntropy('substitute') });

  it.each([
    ['the seeds that C’s receipt names', (): Seeds => batch.seeds, (seeds: Seeds) => seeds, nothing],
    [
      'them, whatever blocks would stand for them',
      (): Seeds => batch.seeds,
      (seeds: Seeds) => seeds,
      substitutes,
    ],
    [
      'a block hash in place of s_V, where C’s receipt names none',
      (): Seeds => ({ ...batch.seeds, verifier: substitutes.verifier }),
      ({ client }: Seeds) => ({ client, verifier: null }),
      { ...substitutes, client: null },
    ],
    [
      'two block hashes, where C opened nothing in time',
      () => substitutes,
      (): Answered => null,
      substitutes,
    ],
  ] as const)('D37: opens for %s', async (_, seedsOf, answeredBy, counting) => {
    const seeds = seedsOf();
    const opening = opensFor(seeds);
    const honest = { ...batch, opening, answered: answeredBy(seeds), substitutes: counting };
    expect(await check(honest)).toEqual({ r: 1, lockSecret: batch.lockSecret });
    for (let chunk = 0; chunk < N; chunk++) {
      for (const kind of FAULTS) expect(await judge(honest, { chunk, kind })).toBe(0);
    }
  });

  it.each([
    ['both seeds, but no receipt of C', (): Seeds => batch.seeds, (): Answered => null, substitutes],
    [
      'a block hash in place of s_V, which C’s receipt names',
      (): Seeds => ({ ...batch.seeds, verifier: substitutes.verifier }),
      (): Seeds => batch.seeds,
      substitutes,
    ],
    [
      's_V in place of the block hash, which C’s receipt leaves to it',
      (): Seeds => batch.seeds,
      (): Answered => ({ ...batch.seeds, verifier: null }),
      substitutes,
    ],
    [
      'a block hash in place of s_C, with C’s receipt',
      (): Seeds => ({ ...batch.seeds, client: substitutes.client }),
      (): Seeds => batch.seeds,
      substitutes,
    ],
    ['two block hashes, with C’s receipt', () => substitutes, (): Seeds => batch.seeds, substitutes],
    [
      'two block hashes, where C opened its seed in time',
      (): Seeds => substitutes,
      (): Answered => null,
      { ...substitutes, client: null },
    ],
    [
      'a block hash and s_V, without a receipt',
      (): Seeds => ({ ...batch.seeds, client: substitutes.client }),
      (): Answered => null,
      substitutes,
    ],
    [
      's_C and a block hash, without a receipt',
      (): Seeds => ({ ...batch.seeds, verifier: substitutes.verifier }),
      (): Answered => null,
      substitutes,
    ],
    [
      'the seeds exchanged',
      () => ({ client: batch.seeds.verifier, verifier: batch.seeds.client }),
      (): Seeds => batch.seeds,
      nothing,
    ],
    [
      'the hash of another block',
      () => ({ ...substitutes, verifier: named('other block') }),
      (): Answered => null,
      substitutes,
    ],
    [
      'a block hash that nobody knows yet',
      (): Seeds => ({ ...batch.seeds, verifier: substitutes.verifier }),
      (): Answered => ({ ...batch.seeds, verifier: null }),
      nothing,
    ],
  ] as const)('D37: is malformed with %s', async (_, seedsOf, answeredBy, counting) => {
    const opening = opensFor(seedsOf());
    const chunk = opening.chunks[0]!.index;
    const cheat = { ...batch, opening, answered: answeredBy(), substitutes: counting };
    await expectFault(cheat, { chunk, kind: 'malformed' });
  });

  it('no claim against it is confirmed, of any kind, for any chunk', async () => {
    for (let chunk = 0; chunk < N; chunk++) {
      for (const kind of FAULTS) expect(await judge(batch, { chunk, kind })).toBe(0);
    }
  });

  it('decrypts for whoever knows h_p, and the failed chunk is a result', () => {
    const results = decryptBatch(batch);
    expect(results).toEqual(
      batch.outcomes.map(({ output }) => ({ kind: 'output', output, verified: false })),
    );
    const last = results.at(-1)!;
    expect(last.kind === 'output' && decodeFailure(last.output)).toEqual({ kind: 'trap', exitCode: 0 });
  });

  it('is compared with what the Client ran itself', () => {
    const right = decryptBatch({ ...batch, ownOutcomes: new Map([[2, batch.outcomes[2]!]]) });
    expect(right[2]).toMatchObject({ kind: 'output', verified: true });
    const wrong = decryptBatch({ ...batch, ownOutcomes: new Map([[2, batch.outcomes[3]!]]) });
    expect(wrong[2]).toEqual({ kind: 'wrong', output: batch.outcomes[2]!.output });
    const swapped = batch.ciphertexts.with(0, batch.ciphertexts[1]!);
    expect(decryptBatch({ ...batch, ciphertexts: swapped })[0]).toEqual({ kind: 'unreadable' });
  });
});

describe('deliveries that are none', () => {
  it('tells what is missing or does not fit', () => {
    const { delivery, ciphertexts } = batch;
    const chunk = delivery.chunks[3]!;
    const withChunk = (change: Partial<typeof chunk>) => ({
      ...delivery,
      chunks: delivery.chunks.with(3, { ...chunk, ...change }),
    });
    const of = (change: Partial<Parameters<typeof checkDelivery>[0]>) =>
      checkDelivery({ ...batch, ...change });
    expect(of({ delivery: { ...delivery, chunks: delivery.chunks.slice(1) } })).toEqual({ kind: 'count' });
    expect(of({ ciphertexts: ciphertexts.with(3, ciphertexts[2]!) })).toEqual({
      kind: 'ciphertext',
      chunk: 3,
    });
    expect(of({ ciphertexts: ciphertexts.slice(0, 3) })).toEqual({ kind: 'ciphertext', chunk: 3 });
    expect(of({ delivery: withChunk({ size: chunk.size + 1 }) })).toEqual({ kind: 'ciphertext', chunk: 3 });
    const long = new Uint8Array(1_017);
    const oversized = withChunk({ ciphertext: contentHash('ct', long), size: long.length });
    expect(of({ delivery: oversized, ciphertexts: ciphertexts.with(3, long) })).toEqual({
      kind: 'ciphertext',
      chunk: 3,
    });
    const longest = long.slice(1);
    const fitting = withChunk({ ciphertext: contentHash('ct', longest), size: longest.length });
    expect(of({ delivery: fitting, ciphertexts: ciphertexts.with(3, longest) })).toEqual({ kind: 'root' });
    expect(of({ delivery: withChunk({ inner: named('inner') }) })).toEqual({ kind: 'root' });
    expect(of({ delivery: { ...delivery, root: named('R') } })).toEqual({ kind: 'root' });
    expect(of({ inputHashes: batch.inputHashes.with(0, named('x')) })).toEqual({ kind: 'root' });
  });
});

describe('what a Worker can do wrong before it commits', () => {
  it('output: another result', async () => {
    let tried = 0;
    for (const place of [0, M - 1]) {
      // the sample depends on R, so the cheat is tried on every chunk until it is sampled at this place
      for (let chunk = 0; chunk < N - 1; chunk++) {
        const output = Uint8Array.of(1, 2, 3);
        const cheat = committed({
          outcomes: replaced(batch.outcomes, chunk, { ...batch.outcomes[chunk]!, kind: 'done', output }),
        });
        if (sampleOf(cheat)[place] !== chunk) continue;
        await expectFault(cheat, { chunk, kind: 'output' });
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(0);
  });

  it('output: the right result without the run behind it (a wrong trace)', async () => {
    const forged = batch.outcomes.map((outcome) => ({
      ...outcome,
      trace: { ...outcome.trace, memoryDigest: named('never run') },
    }));
    const cheat = committed({ outcomes: forged });
    await expectFault(cheat, { chunk: sampleOf(cheat)[0]!, kind: 'output' });
  });

  it('output: a failure that did not happen, and a result where the program fails', async () => {
    const swapped = batch.outcomes.map(() => batch.outcomes[N - 1]!);
    const lazy = committed({ outcomes: swapped });
    const chunk = sampleOf(lazy).find((index) => index !== N - 1)!;
    await expectFault(lazy, { chunk, kind: 'output' });
    const all = { ...batch.terms, sampled: N };
    const hidden = committed({ outcomes: replaced(batch.outcomes, N - 1, batch.outcomes[0]!) });
    const opening = openAll({ ...hidden, terms: all, entropy: testEntropy('all') });
    await expectFault({ ...hidden, terms: all, opening }, { chunk: N - 1, kind: 'output' });
  });

  it('output: chunks swapped', async () => {
    const cheat = committed({ outcomes: [...batch.outcomes].reverse() });
    const chunk = sampleOf(cheat).find((index) => index !== (N - 1) / 2)!;
    await expectFault(cheat, { chunk, kind: 'output' });
  });

  it('D9: ciphertext: committed to noise, and not to the encryption of the result', async () => {
    const noise = batch.delivery.chunks.map((chunk) => ({ ...chunk, ciphertext: named('noise') }));
    const root = merkleRoot(deliveryLeaves(batch.inputHashes, noise));
    const cheat = committed({ delivery: { root, chunks: noise } });
    await expectFault(cheat, { chunk: sampleOf(cheat)[0]!, kind: 'ciphertext' });
  });
});

describe('what a Worker can do wrong in its opening', () => {
  const at = 1;
  const claimOf = (kind: ChunkFault) => ({ chunk: sampleOf(batch)[at]!, kind });
  const openedAt = () => batch.opening.chunks[at]!;

  it('path: of another leaf, too short, too long', async () => {
    const { path } = openedAt();
    for (const wrong of [batch.opening.chunks[0]!.path, path.slice(1), [...path, named('more')], []]) {
      await expectFault(withOpened(batch, at, { path: wrong }), claimOf('path'));
    }
  });

  it('D9: dleq: the key of another chunk, a random key, a proof for another statement, a forged one', async () => {
    const other = batch.opening.chunks[0]!;
    const forged = { e: named('e'), s: secretOf('s') };
    for (const change of [
      { chunkPoint: other.chunkPoint },
      { chunkPoint: other.chunkPoint, dleq: other.dleq },
      { chunkPoint: pointOf(secretOf('random')) },
      { dleq: other.dleq },
      { dleq: forged },
      { dleq: { e: openedAt().dleq.e, s: new Uint8Array(32).fill(0xff) } },
    ]) {
      await expectFault(withOpened(batch, at, change), claimOf('dleq'));
    }
  });

  it('ciphertext: another output than the encrypted one', async () => {
    await expectFault(withOpened(batch, at, { output: Uint8Array.of(1) }), claimOf('ciphertext'));
  });

  it('lock: a share that no run recovers', async () => {
    const { maskedShare } = openedAt();
    for (const wrong of [maskedShare.with(0, maskedShare[0]! ^ 1), named('noise'), new Uint8Array(32)]) {
      await expectFault(withOpened(batch, at, { maskedShare: wrong }), claimOf('lock'));
    }
  });

  it('lock: shares that do not make U, named at the first sampled chunk', async () => {
    const share = secretOf('other share');
    const { index } = openedAt();
    const digest = lockDigest(batch.outcomes[index]!, CHALLENGE, index);
    const cheat = withOpened(batch, at, {
      lockShare: pointOf(share),
      maskedShare: maskShare(share, batch.terms.contractHash, index, digest),
    });
    await expectFault(cheat, { chunk: sampleOf(batch)[0]!, kind: 'lock' });
  });

  it('malformed: fields that are none', async () => {
    const none = new Uint8Array(33) as OpenedChunk['chunkPoint'];
    const short = new Uint8Array(31);
    for (const change of [
      { index: sampleOf(batch)[0]! },
      { chunkPoint: none },
      { lockShare: none },
      { maskedShare: short },
      { dleq: { e: short, s: openedAt().dleq.s } },
      { dleq: { e: openedAt().dleq.e, s: short } },
      { scheme: Uint8Array.of(0) },
      { path: [short as Hash32] },
    ]) {
      await expectFault(withOpened(batch, at, change), claimOf('malformed'));
    }
  });

  it('malformed as a whole: chunks missing, added, reordered; another R; other seeds', async () => {
    const { chunks } = batch.opening;
    const first = { chunk: sampleOf(batch)[0]!, kind: 'malformed' } as const;
    for (const wrong of [
      chunks.slice(1),
      chunks.slice(0, -1),
      [...chunks, chunks[0]!],
      [...chunks].reverse(),
    ]) {
      await expectFault({ ...batch, opening: { ...batch.opening, chunks: wrong } }, first);
    }
    for (const change of [
      { root: named('R') },
      { challengeClient: named('wanted') },
      { challengeVerifier: named('wanted') },
    ]) {
      const cheat = { ...batch, opening: { ...batch.opening, ...change } };
      const verdict = await check(cheat);
      expect(verdict).toMatchObject({ r: 0, claim: { kind: 'malformed' } });
      expect(await judge(cheat, first)).toBe(1);
      expect(await judge(cheat, { ...first, kind: 'lock' })).toBe(0);
    }
  });
});

describe('judges', () => {
  it('confirm no claim about a chunk that is not in the sample', async () => {
    const outside = [...Array(N).keys()].find((chunk) => !sampleOf(batch).includes(chunk))!;
    const cheat = withOpened(batch, 0, { maskedShare: named('noise') });
    for (const kind of FAULTS) expect(await judge(cheat, { chunk: outside, kind })).toBe(0);
  });

  it('confirm nothing on an input that is not the contract’s', async () => {
    const cheat = withOpened(batch, 0, { maskedShare: named('noise') });
    const claim = { chunk: sampleOf(batch)[0]!, kind: 'lock' } as const;
    const path = merklePath(inputTree(batch.inputHashes), claim.chunk);
    const root = batch.delivery.root;
    expect(await judgeClaim({ ...cheat, root, claim, input: { bytes: Uint8Array.of(1), path } })).toBe(0);
    expect(await judgeClaim({ ...cheat, root, claim, input: null })).toBe(0);
    expect(await judge(cheat, claim)).toBe(1);
  });

  it('need no delivery, and confirm output, path and ciphertext by the same leaf', async () => {
    const cheat = withOpened(batch, 0, { path: [] });
    const chunk = sampleOf(batch)[0]!;
    for (const kind of ['path', 'output', 'ciphertext'] as const)
      expect(await judge(cheat, { chunk, kind })).toBe(1);
    for (const kind of ['malformed', 'dleq', 'lock'] as const)
      expect(await judge(cheat, { chunk, kind })).toBe(0);
  });
});

describe('verifiers', () => {
  it('have no verdict while there is no result yet', async () => {
    const run = () => Promise.reject(new SandboxError('no-result-yet', 'the clock ran out'));
    await expect(checkOpening({ ...batch, run })).rejects.toMatchObject({ code: 'no-result-yet' });
    const claim = { chunk: sampleOf(batch)[0]!, kind: 'output' } as const;
    await expect(judge(batch, claim, { run })).rejects.toMatchObject({ code: 'no-result-yet' });
  });

  it('that do not run the program cannot recover u_p from what they were sent', () => {
    // everything a lazy Verifier has: outputs, τ-free hashes, everybody's points; it guesses D_i from them
    const { contractHash } = batch.terms;
    for (const opened of batch.opening.chunks) {
      const outcome = batch.outcomes[opened.index]!;
      const guesses = [
        batch.delivery.chunks[opened.index]!.inner,
        traceCommitment(outcome), // not even sent
        lockDigest({ ...outcome, trace: { ...outcome.trace, memoryDigest: named('guess') } }, CHALLENGE, 0),
        taggedHash('lock'),
      ];
      for (const digest of guesses) {
        const { maskedShare, index, lockShare } = opened;
        expect(recoverShare(maskedShare, contractHash, index, digest, lockShare)).toBeUndefined();
      }
      expect(equalBytes(opened.maskedShare, batch.lockSecret)).toBe(false);
    }
  });

  it('run each sampled chunk once, seeded by its hash, and no other', async () => {
    const ran: string[] = [];
    await checkOpening({
      ...batch,
      run: (input, seed) => {
        ran.push(
          `${batch.inputs.indexOf(input)} ${batch.inputHashes.findIndex((hash) => equalBytes(hash, seed))}`,
        );
        return batch.run(input, seed);
      },
    });
    expect(ran.sort()).toEqual(
      sampleOf(batch)
        .map((index) => `${index} ${index}`)
        .sort(),
    );
  });
});

describe('callers’ mistakes', () => {
  const code = (code: string) => expect.objectContaining({ code });

  it('count-wrong', async () => {
    const short = batch.inputs.slice(1);
    expect(() => commitTo({ ...batch, outcomes: batch.outcomes.slice(1) })).toThrowError(code('count-wrong'));
    expect(() => checkDelivery({ ...batch, inputHashes: [] })).toThrowError(code('count-wrong'));
    expect(() => decryptBatch({ ...batch, ciphertexts: [] })).toThrowError(code('count-wrong'));
    await expect(checkOpening({ ...batch, inputs: short })).rejects.toMatchObject({ code: 'count-wrong' });
  });

  it('secret-wrong', () => {
    const wrong = secretOf('wrong');
    const entropy = testEntropy('');
    expect(() => commitTo({ ...batch, pointSecret: wrong })).toThrowError(code('secret-wrong'));
    expect(() => decryptBatch({ ...batch, pointSecret: wrong })).toThrowError(code('secret-wrong'));
    expect(() => openAll({ ...batch, entropy, lockSecret: wrong })).toThrowError(code('secret-wrong'));
  });
});
