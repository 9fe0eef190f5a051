import {
  type ChannelEvent,
  clock,
  decodeMessage,
  encodeEnvelope,
  encodeMessage,
  type Hash32,
  hash32,
  type MessageOf,
  openEnvelope,
  openingHash,
  postReceiptHash,
  type SealedMessage,
  schnorrVerify,
  sealedHash,
  sealMessage,
  type Task,
} from '@prometheus-compute/protocol';
import { SandboxError, SandboxPool } from '@prometheus-compute/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChannelRecord } from '../../src/engine/channel-record.ts';
import { keepDocument } from '../../src/engine/documents.ts';
import { OfferIndex } from '../../src/engine/offer-index.ts';
import { PayloadExchange } from '../../src/engine/payload.ts';
import type { TaskContext } from '../../src/engine/tasks/context.ts';
import { runTask } from '../../src/engine/tasks/run-task.ts';
import type { LocalParty } from '../../src/local/party.ts';
import { mineUntil, type Play, startPlay, stateOf } from '../local/play.ts';

const NO_SUBSTITUTES = { client: null, verifier: null } as const;
const NOWHERE = hash32(new Uint8Array(32).fill(1));

const pool = new SandboxPool();
let play: Play;
let delivery: MessageOf<'delivery'>;
let opening: MessageOf<'opening'>;
beforeAll(async () => {
  play = await startPlay();
  await play.begin();
  await mineUntil(play.network, () => stateOf(play.network.client).name === 'closed');
  const { blobs } = play.network.client.node.ports;
  const known = before(play.network.client);
  delivery = decodeMessage('delivery', (await blobs.get(known.delivery.hash))!);
  opening = decodeMessage('opening', (await blobs.get(known.opening.hash))!);
});
afterAll(async () => {
  await play[Symbol.asyncDispose]();
  await pool.close();
});

const recordOf = ({ node }: LocalParty): ChannelRecord => node.engine.records[0]!;

/** What happened in the channel, as a party that is done with it has it. */
function before(party: LocalParty) {
  const state = stateOf(party);
  if (state.name !== 'closed' || state.how !== 'settled') throw new RangeError('not settled');
  const { delivery, opening, agreement, checked } = state.before;
  return { delivery: delivery!, opening: opening!, contract: agreement.contract, checked };
}

function contextOf({ node }: LocalParty, change: Partial<TaskContext> = {}): TaskContext {
  const { ports, policy } = node;
  return {
    ports,
    offers: new OfferIndex(ports.chain),
    payload: new PayloadExchange(ports),
    peersOf: () => [],
    executor: pool,
    entropy: ports.entropy,
    policy,
    history: node.history,
    channels: () => node.engine.records,
    onProgress: () => {},
    ...change,
  };
}

type EventOf<K extends ChannelEvent['kind']> = Extract<ChannelEvent, { readonly kind: K }>;

/** The event in which a task of a party ends. */
async function run<K extends ChannelEvent['kind']>(
  party: LocalParty,
  task: Task,
  kind: K,
  change: Partial<TaskContext> = {},
): Promise<EventOf<K>> {
  const event = await runTask(recordOf(party), task, contextOf(party, change));
  if (event?.kind !== kind) throw new RangeError(`${task.kind} ended in ${event?.kind}`);
  return event as EventOf<K>;
}

const missing = expect.objectContaining({ code: 'payload-missing' });

describe('relay', () => {
  const deliveryOf = (party: LocalParty): SealedMessage => {
    const { hash, signature } = before(party).delivery;
    return { kind: 'delivery', author: 'worker', sealed: hash, signature };
  };

  it('gives back what the author sealed, with the own receipt for it at the height that it was accepted', async () => {
    const { verifier } = play.network;
    const message = deliveryOf(verifier);
    const made = await run(verifier, { kind: 'relay', message, height: 77, only: 'arbiter:1' }, 'relay-made');
    const shown = openEnvelope(made.envelope);
    const { contract } = before(verifier);
    expect(shown.message).toEqual(delivery);
    expect(shown.envelope.from).toEqual(contract.worker.messageKey);
    expect(made).toMatchObject({ sealed: message.sealed, only: 'arbiter:1' });
    const author = contract.worker.messageKey;
    const hash = postReceiptHash({ channel: delivery.channel, author, message: message.sealed, height: 77 });
    expect(made.receipt?.height).toBe(77);
    expect(schnorrVerify(made.receipt!.signature, hash, contract.verifier.messageKey)).toBe(true);
  });

  it('gives no receipt where none is due, and fails where the body is lost', async () => {
    const { worker } = play.network;
    const message = deliveryOf(worker);
    const made = await run(worker, { kind: 'relay', message, height: null }, 'relay-made');
    expect(made.receipt).toBeNull();
    const lost = { ...message, sealed: NOWHERE };
    await expect(run(worker, { kind: 'relay', message: lost, height: 1 }, 'relay-made')).rejects.toThrow(
      missing,
    );
  });
});

/** The Worker seals another opening, and the Verifier claims a fault of its chunk. */
async function claimed(
  change: Partial<MessageOf<'opening'>>,
  fault: 'lock' | 'output',
  sealedBy: LocalParty = play.network.worker,
) {
  const { worker, verifier } = play.network;
  const message: MessageOf<'opening'> = { ...opening, ...change };
  const { keys } = recordOf(sealedBy);
  const { signer } = sealedBy.node.ports;
  const envelope = sealMessage(message, signer.messageKey(keys), (hash) => signer.signMessage(keys, hash));
  await keepDocument(verifier.node.ports.blobs, message);
  const { body, signature } = envelope;
  const sealed = sealedHash('opening', body);
  const named = openingHash(body);
  const record = { ...before(worker).opening, hash: named, sealed, signature };
  const [chunk] = opening.chunks;
  const task = { kind: 'make-claim', court: 'TxA', fault, chunk: chunk!.index, opening: record } as const;
  const { claim } = await run(verifier, task, 'claim-made');
  return { claim: { ...claim, opening: encodeEnvelope(envelope) }, named };
}

const otherShare = () => {
  const [first, ...rest] = opening.chunks;
  return { chunks: [{ ...first!, maskedShare: NOWHERE }, ...rest] };
};

/** What an arbiter finds about claims that it has accepted. */
async function judged(
  claims: readonly Omit<MessageOf<'claim'>, 'kind' | 'channel' | 'court'>[],
  change: Partial<Extract<Task, { readonly kind: 'judge' }>> = {},
): Promise<EventOf<'judged'>> {
  const [arbiter] = play.network.arbiters;
  const hashes: Hash32[] = [];
  for (const claim of claims) {
    const message = {
      kind: 'claim',
      channel: delivery.channel,
      court: 'TxA',
      ...claim,
    } as MessageOf<'claim'>;
    await keepDocument(arbiter!.node.ports.blobs, message);
    hashes.push(sealedHash('claim', encodeMessage(message)));
  }
  const { root } = delivery;
  const task: Task = {
    kind: 'judge',
    court: 'TxA',
    claims: hashes,
    root,
    named: null,
    substitutes: NO_SUBSTITUTES,
    ...change,
  };
  return run(arbiter!, task, 'judged');
}

describe('M §Claims: a claim, and what an arbiter makes of it', () => {
  it('holds what an arbiter needs: the opening as the Worker signed it, x_i and its path', async () => {
    const { claim } = await claimed({}, 'output');
    const { contract } = before(play.network.client);
    expect(claim).toMatchObject({ fault: 'output', root: delivery.root, index: opening.chunks[0]!.index });
    expect(claim.programHash).toEqual(contract.programHash);
    expect(openEnvelope(claim.opening).message).toEqual(opening);
    expect(claim.input?.path).toHaveLength(2);
  });

  it('is not confirmed against a right opening', async () => {
    const { claim } = await claimed({}, 'output');
    expect(await judged([claim])).toMatchObject({ confirmed: false });
    expect(await judged([{ ...claim, fault: 'lock' }])).toMatchObject({ confirmed: false });
  });

  it('is confirmed by running the chunk that it names, whichever other claims are void', async () => {
    const right = await claimed({}, 'output');
    const { claim, named } = await claimed(otherShare(), 'lock');
    expect(await judged([claim])).toMatchObject({ confirmed: true });
    expect(await judged([right.claim, claim])).toMatchObject({ confirmed: true });
    expect(await judged([claim], { named, root: null })).toMatchObject({ confirmed: true });
  });

  it('D31: counts for nothing where V’s verdict names another opening', async () => {
    const { claim } = await claimed(otherShare(), 'lock');
    const { hash } = before(play.network.client).opening;
    expect(await judged([claim], { named: hash })).toMatchObject({ confirmed: false });
  });

  it('counts for nothing with an opening that the Worker did not sign for this contract', async () => {
    const forged = await claimed(otherShare(), 'lock', play.network.verifier);
    expect(await judged([forged.claim])).toMatchObject({ confirmed: false });
    const elsewhere = await claimed({ ...otherShare(), channel: NOWHERE }, 'lock');
    expect(await judged([elsewhere.claim])).toMatchObject({ confirmed: false });
    const { claim } = await claimed(otherShare(), 'lock');
    const broken = { ...claim, opening: claim.opening.slice(1) };
    expect(await judged([broken])).toMatchObject({ confirmed: false });
  });

  it('D37: is judged with the block hashes that stand for seeds', async () => {
    const blocks = { challengeClient: NOWHERE, challengeVerifier: delivery.root };
    const substitutes = { client: NOWHERE, verifier: delivery.root };
    const { claim } = await claimed({ ...blocks, answers: null }, 'lock');
    const malformed = { ...claim, fault: 'malformed' } as const;
    expect(await judged([malformed])).toMatchObject({ confirmed: true });
    // With these substitutes the seeds count, and the chunk may be none of the sample.
    const chunks = await judged([{ ...malformed, fault: 'dleq' }], { substitutes });
    expect(chunks).toMatchObject({ confirmed: false });
    // With C's receipt shown, nothing but what it names counts.
    const shown = await claimed(blocks, 'lock');
    const other = { ...shown.claim, fault: 'malformed' } as const;
    expect(await judged([other], { substitutes })).toMatchObject({ confirmed: true });
  });

  it('D37: the right opening shows C’s receipt; without it, it is malformed', async () => {
    expect(opening.answers).not.toBeNull();
    const { claim } = await claimed({}, 'lock');
    const malformed = { ...claim, fault: 'malformed' } as const;
    expect(await judged([malformed])).toMatchObject({ confirmed: false });
    const silent = await claimed({ answers: null }, 'lock');
    const other = { ...silent.claim, fault: 'malformed' } as const;
    expect(await judged([other])).toMatchObject({ confirmed: true });
  });

  describe('that gives no result in time', () => {
    /** An arbiter whose sandbox overruns the clock in the first runs, in a dispute at this tip. */
    const slow = async (claims: readonly MessageOf<'claim'>[], runs: number, blocksSinceAppeal: number) => {
      const [arbiter] = play.network.arbiters;
      const hashes = claims.map((claim) => sealedHash('claim', encodeMessage(claim)));
      for (const claim of claims) await keepDocument(arbiter!.node.ports.blobs, claim);
      const record = recordOf(arbiter!);
      const state = stateOf(arbiter!);
      if (state.name !== 'closed' || state.how !== 'settled') throw new RangeError('not settled');
      const { height } = await arbiter!.node.ports.chain.tip();
      const court = { transaction: 'TxA', height: height - blocksSinceAppeal } as const;
      const { before } = state;
      const disputed = {
        ...before,
        name: 'arbitration',
        disputes: [court],
        arbitration: { ...before.arbitration, court },
      } as unknown as ChannelRecord['state'];
      let left = runs;
      const executor: TaskContext['executor'] = {
        prepare: (program, limits) => pool.prepare(program, limits),
        run: async (program, input, limits, seed) => {
          left -= 1;
          if (left >= 0) throw new SandboxError('no-result-yet', 'no result within 1 ms');
          return pool.run(program, input, limits, seed);
        },
      };
      const { root } = delivery;
      const task = {
        kind: 'judge',
        court: 'TxA',
        claims: hashes,
        root,
        named: null,
        substitutes: NO_SUBSTITUTES,
      } as const;
      return runTask({ ...record, state: disputed }, task, contextOf(arbiter!, { executor }));
    };
    const claimOf = async (...of: Parameters<typeof claimed>) => {
      const { claim } = await claimed(...of);
      return { kind: 'claim', channel: delivery.channel, court: 'TxA', ...claim } as MessageOf<'claim'>;
    };
    const times = () => {
      const state = stateOf(play.network.client);
      if (state.name !== 'closed' || state.how !== 'settled') throw new RangeError('not settled');
      const { agreement } = state.before;
      return clock(agreement.parameters, agreement.contract);
    };

    it('keeps no other claim from being confirmed', async () => {
      const claims = [await claimOf({}, 'output'), await claimOf(otherShare(), 'lock')];
      expect(await slow(claims, 1, 30)).toMatchObject({ confirmed: true });
    });

    it('is tried again for half of the time, and then not confirmed: an arbiter votes', async () => {
      const claims = [await claimOf(otherShare(), 'lock')];
      const { claim, B, voteCommitment } = times();
      const half = Math.floor((claim + B + voteCommitment) / 2);
      await expect(slow(claims, 1, half - 1)).rejects.toMatchObject({ code: 'no-result-yet' });
      expect(await slow(claims, 1, half)).toMatchObject({ confirmed: false });
      expect(await slow(claims, 0, half)).toMatchObject({ confirmed: true });
    });
  });

  it('is voted on under a nonce that is the same after a restart', async () => {
    const none = await judged([]);
    expect(none.confirmed).toBe(false);
    expect(none.nonce).toHaveLength(32);
    expect((await judged([])).nonce).toEqual(none.nonce);
    const [, other] = play.network.arbiters;
    const task: Task = {
      kind: 'judge',
      court: 'TxA',
      claims: [],
      root: null,
      named: null,
      substitutes: NO_SUBSTITUTES,
    };
    expect((await run(other!, task, 'judged')).nonce).not.toEqual(none.nonce);
  });
});

describe('blocks that stand for seeds', () => {
  it('are found by their height, and waited for', async () => {
    const { client } = play.network;
    const { chain } = client.node.ports;
    const { height } = await chain.tip();
    const found = await run(client, { kind: 'find-block', height: height - 1 }, 'block-found');
    expect(found).toEqual({
      kind: 'block-found',
      height: height - 1,
      hash: (await chain.blockAt(height - 1))!.hash,
    });
    const later = run(client, { kind: 'find-block', height: height + 1 }, 'block-found');
    await expect(later).rejects.toMatchObject({ code: 'not-finished' });
  });
});

describe('a check of an opening', () => {
  it('is left to chance by the Client until there is a dispute, and then made', async () => {
    const { client, verifier } = play.network;
    const { delivery, opening } = before(client);
    const hashes = { openingHash: opening.hash, deliveryHash: delivery.hash };
    const policy = { ...client.node.policy, auditRate: 0 };
    const fresh = { ...recordOf(client), id: 'never audited' };
    const check = (thorough: boolean) => {
      const task: Task = { kind: 'check-opening', ...hashes, thorough, substitutes: NO_SUBSTITUTES };
      return runTask(fresh, task, contextOf(client, { policy }));
    };
    const unseen = { r: 1, lockSecret: null };
    const told = { kind: 'opening-checked', ...hashes };
    expect(await check(false)).toEqual({ ...told, thorough: false, verdict: unseen });
    const { checked } = before(verifier);
    expect(checked).toMatchObject({ r: 1 });
    expect(await check(true)).toEqual({ ...told, thorough: true, verdict: checked });
  });
});
