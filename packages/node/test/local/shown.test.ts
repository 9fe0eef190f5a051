import { describe, expect, it } from 'vitest';
import type { LocalNetwork } from '../../src/index.ts';
import type { SubmitOutcome } from '../../src/ports/chain.ts';
import { commitmentHeight, mineUntil, PARAMETERS, type Play, startPlay, stateOf } from './play.ts';
import { type Ports, uninformed } from './prices.ts';

/** A contract in which the Worker has to show h_p with Tx3, since the Verifier is gone. */
interface Silent {
  readonly play: Play;
  readonly network: LocalNetwork;
  /** What the Worker did about Tx3, and at which tip. */
  readonly done: readonly (readonly [string, number])[];
  /** M §Honest strategy: the last tip at which h_p is shown for the first time. */
  readonly until: number;
}

/** @param submit - what the Worker's backend makes of a transaction; undefined: what the chain does */
async function silentVerifier(
  submit: (network: LocalNetwork) => Promise<SubmitOutcome> | undefined,
): Promise<Silent> {
  const done: [string, number][] = [];
  const ports = (party: string, real: Ports): Ports => {
    const told = uninformed(party, real);
    if (party !== 'worker') return told;
    const chain: Ports['chain'] = {
      ...told.chain,
      submit: (bytes) => submit(play.network) ?? real.chain.submit(bytes),
      submitPackage: (list) => submit(play.network) ?? real.chain.submitPackage(list),
    };
    return { ...told, chain };
  };
  const play = await startPlay({
    ports,
    onDuty: ({ name, node }, { duty, did }) => {
      if (name === 'worker' && duty.transaction === 'Tx3')
        done.push([did, node.engine.records[0]!.state.tip]);
    },
  });
  const { network } = play;
  await play.begin();
  await mineUntil(network, () => stateOf(network.client).name !== 'setup');
  const h0 = commitmentHeight(stateOf(network.client));
  for (const party of [network.verifier, ...network.arbiters]) await network.stop(party);
  await network.mine(h0 + PARAMETERS.t1 - 3 - network.height);
  return { play, network, done, until: h0 + PARAMETERS.t3 - 48 };
}

describe('D9: from the moment at which a backend has Tx3, C may know h_p', () => {
  it('a Worker that dies right there, and comes back past the last tip for showing it, goes on: the intent was stored before', async () => {
    let died = false;
    const { play, network, done, until } = await silentVerifier((running) => {
      if (died) return undefined;
      died = true;
      // The backend has it and forgets it; nobody here learns what became of it.
      return running.stop(running.worker).then(() => Promise.reject(new Error('the process has ended')));
    });
    await using _ = play;
    await mineUntil(network, () => died);
    expect(done).toEqual([]);
    await network.mine(until + 1 - network.height);
    await network.restart(network.worker);
    expect(done).toEqual([['handed', until + 1]]);
    await network.mine();
    expect(stateOf(network.worker)).toMatchObject({ transaction: 'Tx3', height: until + 2 });
  });

  it('what the chain did not take was not shown: past its time it stays unshown', async () => {
    let refusing = true;
    const { play, network, done, until } = await silentVerifier(() =>
      refusing ? Promise.resolve({ kind: 'rejected', reason: 'full' }) : undefined,
    );
    await using _ = play;
    await mineUntil(network, () => done.length > 0);
    await network.mine(until - network.height);
    expect(done.at(-1)).toEqual(['refused', until]);
    refusing = false;
    await network.mine(2);
    expect(done.at(-1)).toEqual(['refused', until]);
  });
});
