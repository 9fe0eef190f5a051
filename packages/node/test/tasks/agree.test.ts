import { SandboxError, type SandboxErrorCode, SandboxPool } from '@prometheus-compute/sandbox';
import { describe, expect, it } from 'vitest';
import { contractOf } from '../../src/engine/addressing.ts';
import { DEVELOPMENT_POLICY } from '../../src/index.ts';
import { mineUntil, startPlay, stateOf } from '../local/play.ts';

/** Runs nothing: it refuses every program with this code, and says how often it was asked. */
class RefusingPool extends SandboxPool {
  asked = 0;
  readonly #code: SandboxErrorCode;

  constructor(code: SandboxErrorCode) {
    super();
    this.#code = code;
  }

  override prepare(): Promise<never> {
    this.asked += 1;
    return Promise.reject(new SandboxError(this.#code, 'not this one'));
  }
}

describe('T §Setup: before a contract is agreed', () => {
  it('the Client finds that a coin of its partner does not exist: nothing is signed, and the partner is named', async () => {
    await using play = await startPlay({
      ports: (party, real) => ({
        ...real,
        chain: {
          tip: () => real.chain.tip(),
          blockAt: (height) => real.chain.blockAt(height),
          transaction: (txid) => real.chain.transaction(txid),
          waiting: (txid) => real.chain.waiting(txid),
          spender: (outpoint) => real.chain.spender(outpoint),
          feeRate: () => real.chain.feeRate(),
          submit: (bytes) => real.chain.submit(bytes),
          submitPackage: (list) => real.chain.submitPackage(list),
          // Worker and Verifier are one, and do not mind.
          output: async (outpoint) => {
            const output = await real.chain.output(outpoint);
            return party === 'client' && output?.amount === 400_000n ? undefined : output;
          },
        },
      }),
    });
    const { network } = play;
    const worker = network.worker.wallet.balance();
    await play.begin();
    await network.mine(2);
    expect(stateOf(network.client)).toMatchObject({
      how: 'abandoned',
      fault: { code: 'coin-missing', culprit: 'worker' },
      before: null,
    });
    // Its stake, and the reserve for the fees of one contract.
    expect(worker).toBe(400_000n + DEVELOPMENT_POLICY.feeReserve);
    for (const { node } of network.arbiters) expect(node.engine.records).toEqual([]);
  });

  it('a program that the sandbox refuses ends the setup, and the Client is named', async () => {
    await using play = await startPlay({}, new RefusingPool('forbidden-import'));
    const { network } = play;
    await play.begin();
    const faults = [network.worker, network.verifier].map((party) => {
      const state = stateOf(party);
      return state.name === 'closed' && state.how === 'abandoned' ? state.fault : undefined;
    });
    // Whoever finds it first tells the others.
    expect(faults).toContainEqual({ code: 'payload-unavailable', culprit: 'client', reason: 'not this one' });
    expect(stateOf(network.client)).toMatchObject({ how: 'abandoned', fault: { code: 'refused-by-peer' } });
  });

  it('D38: an arbiter has program and list of inputs before it signs', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name === 'computation');
    const { inputRoot, programHash } = contractOf(stateOf(network.client))!;
    for (const { node } of network.arbiters) {
      const stored = await Promise.all([inputRoot, programHash].map((hash) => node.ports.blobs.get(hash)));
      const served = await Promise.all(
        [inputRoot, programHash].map((hash) => network.client.node.ports.blobs.get(hash)),
      );
      expect(stored).toEqual(served);
    }
  });

  it('D38: a Client that gives arbiters another program than the others gets no signature from them', async () => {
    let isDrawn = false;
    await using play = await startPlay({
      ports: (party, real) => ({
        ...real,
        blobs: {
          put: (hash, bytes) => real.blobs.put(hash, bytes),
          draft: (...of) => real.blobs.draft(...of),
          get: async (hash) => {
            const bytes = await real.blobs.get(hash);
            return party === 'client' && isDrawn ? bytes?.map((byte) => byte ^ 1) : bytes;
          },
          part: async (...of) => {
            const part = await real.blobs.part(...of);
            const changed = party === 'client' && isDrawn && part !== undefined;
            return changed ? { ...part, bytes: part.bytes.map((byte) => byte ^ 1) } : part;
          },
        },
      }),
    });
    const { network } = play;
    network.client.node.engine.watch((notice) => {
      if (notice.kind === 'moved' && notice.event === 'offers-found') isDrawn = true;
    });
    await play.begin();
    await network.mine(3);
    for (const party of network.arbiters) {
      expect(stateOf(party)).toMatchObject({
        how: 'abandoned',
        fault: { code: 'payload-unavailable', culprit: 'client' },
      });
    }
    // The others are told, and have signed no input of Tx0.
    expect(stateOf(network.worker)).toMatchObject({
      how: 'abandoned',
      fault: { code: 'refused-by-peer' },
      before: null,
    });
  });

  it('a sandbox that has no answer yet is asked again', async () => {
    const executor = new RefusingPool('no-result-yet');
    await using play = await startPlay({}, executor);
    await play.begin();
    const before = executor.asked;
    await play.network.mine();
    expect(stateOf(play.network.worker)).toMatchObject({ step: 'contract' });
    expect(executor.asked).toBeGreaterThan(before);
  });
});
