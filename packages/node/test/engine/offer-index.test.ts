import { parseTransaction, transactionId } from '@prometheus-compute/bitcoin';
import { encodeOffer, opReturnScript, type Txid } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { OfferIndex } from '../../src/engine/offer-index.ts';
import type { Payment } from '../../src/ports/wallet.ts';
import { FUNDS, PARAMETERS, startPlay } from '../local/play.ts';

const { a } = PARAMETERS;

describe('T §T_O: what counts as an offer', () => {
  it('is a stake of exactly a at out0 whose purpose stands at out1, and nothing else', async () => {
    const coins = Array(4).fill(3n * a);
    await using play = await startPlay({
      funds: { client: coins, worker: [FUNDS.worker], verifier: [FUNDS.verifier] },
    });
    const { network } = play;
    const { wallet, node } = network.client;
    const purpose: Payment = {
      amount: 0n,
      script: opReturnScript(encodeOffer(network.parametersTxid)),
    };
    const stake = (amount: bigint): Payment => ({ amount, script: wallet.freshScript() });
    const offer = async (...outputs: readonly Payment[]): Promise<string> => {
      const bytes = wallet.pay(outputs, 2_000n);
      expect(network.chain.submitTransaction(bytes)).toMatchObject({ kind: 'accepted' });
      await network.mine();
      return transactionId(parseTransaction(bytes));
    };
    const right = await offer(stake(a), purpose);
    const wrong = [
      await offer(stake(a + 1n), purpose),
      await offer(stake(a), stake(1_000n), purpose),
      await offer(purpose, stake(a)),
    ];

    const index = new OfferIndex(node.ports.chain);
    const found = await index.stakesAt(network.parametersTxid, network.height, 0);
    const txids = found.map(({ coin }) => coin.outpoint.txid as string);
    expect(txids).toHaveLength(network.arbiters.length + 1);
    expect(txids).toContain(right);
    for (const txid of wrong) expect(txids).not.toContain(txid);

    const at = (vout: number) => ({ txid: right as Txid, vout });
    expect(await index.stake(at(0))).toEqual(found.find(({ coin }) => coin.outpoint.txid === right));
    expect(await index.stake(at(1))).toBeUndefined();
  });

  it('is read once, however many ask at a time', async () => {
    await using play = await startPlay();
    const { network } = play;
    const { chain } = network.client.node.ports;
    const reads: number[] = [];
    const index = new OfferIndex({
      tip: () => chain.tip(),
      blockAt: (height) => {
        reads.push(height);
        return chain.blockAt(height);
      },
    });
    const [stakes, parameters, again] = await Promise.all([
      index.stakesAt(network.parametersTxid, network.height, 0),
      index.parameters(network.parametersTxid),
      index.stakesAt(network.parametersTxid, network.height, 0),
    ]);
    expect(stakes).toHaveLength(network.arbiters.length);
    expect(again).toEqual(stakes);
    expect(parameters).toEqual(PARAMETERS);
    // The top is looked at again, since it may have left the chain.
    const below = reads.filter((height) => height < network.height);
    expect(below).toEqual(Array.from({ length: network.height }, (_, height) => height));
  });
});
