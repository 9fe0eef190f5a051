import { SandboxError, type SandboxErrorCode, SandboxPool } from '@prometheus-compute/sandbox';
import { describe, expect, it } from 'vitest';
import { DEVELOPMENT_POLICY } from '../../src/index.ts';
import { startPlay, stateOf } from '../local/play.ts';

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
