import { contractHash, encodeEnvelope, type Message, sealMessage, utf8 } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { contractOf } from '../../src/engine/addressing.ts';
import { mineUntil, startPlay, stateOf } from './play.ts';

describe('M §Sequence: the addresses of a contract', () => {
  it('are the Client’s to name, once: a Verifier that names others later leads nobody astray', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.worker).name === 'computation');
    const { engine, ports } = network.verifier.node;
    const { keys, state } = engine.records[0]!;
    const channel = contractHash(contractOf(state)!);
    const peers = { client: 'nowhere', worker: 'nowhere', verifier: 'nowhere' };
    const contract = utf8('x');
    const lies: readonly Message[] = [
      { kind: 'contract', channel, contract, peers },
      { kind: 'acceptanceRequest', channel, contract, peers, offer: stakeOf(state) },
    ];
    const others = network.parties.filter((party) => party !== network.verifier);
    for (const lie of lies) {
      const sealed = sealMessage(lie, ports.signer.messageKey(keys), (hash) =>
        ports.signer.signMessage(keys, hash),
      );
      for (const { name } of others) await ports.transport.send(name, encodeEnvelope(sealed));
    }
    await network.settle();
    for (const { node } of others) {
      expect(node.engine.records[0]!.peers).toMatchObject({
        client: 'client',
        worker: 'worker',
        verifier: 'verifier',
      });
    }
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    expect(stateOf(network.client)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
  });
});

/** The stake of the first arbiter. */
function stakeOf(state: ReturnType<typeof stateOf>) {
  if (!('agreement' in state) || !('arbiters' in state.agreement)) throw new RangeError('no arbiters yet');
  return state.agreement.arbiters[0]!.stake.coin.outpoint;
}
