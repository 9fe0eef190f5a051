import { DevchainBackend, parseTransaction } from '@prometheus-compute/bitcoin';
import { clock, type Hash32, hash32, transactionOf } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { collectPayouts } from '../../src/engine/collect.ts';
import { DEVELOPMENT_POLICY, type LocalNetwork } from '../../src/index.ts';
import type { LocalParty } from '../../src/local/party.ts';
import { type Bundle, decodeBundle, encodeBundle } from '../../src/tower/bundle.ts';
import { exportBundle } from '../../src/tower/export.ts';
import { Tower, type TowerNotice } from '../../src/tower/tower.ts';
import {
  commitmentHeight,
  FUNDS,
  graphIn,
  mineUntil,
  PARAMETERS,
  type Play,
  startPlay,
  stateOf,
} from '../local/play.ts';

const { t1, t3 } = PARAMETERS;
const { feeReserve } = DEVELOPMENT_POLICY;

/** A bundle as it comes to the tower: in bytes. */
async function bundleOf({ node }: LocalParty): Promise<Bundle> {
  const { records } = node.engine;
  const reserveOf = (record: (typeof records)[number]) => node.watcher.reserveOf(record);
  const bundle = await exportBundle({ records, reserveOf, policy: node.policy }, node.ports);
  return decodeBundle(encodeBundle(bundle));
}

/** A tower that sees every block, with what it has published. */
function startTower(network: LocalNetwork, bundle: Bundle) {
  const notices: TowerNotice[] = [];
  const genesis = network.client.node.ports.genesis;
  const tower = new Tower(bundle, new DevchainBackend(network.chain), genesis, (notice) =>
    notices.push(notice),
  );
  return {
    notices,
    async mineTo(height: number): Promise<void> {
      while (network.height < height) {
        await network.mine();
        await tower.follow();
      }
    },
  };
}

/** V has found the result right, and the Worker is gone before it can take its pay. */
async function checked(play: Play): Promise<void> {
  const { network } = play;
  let gone: Promise<void> | undefined;
  network.verifier.node.engine.watch((notice) => {
    if (notice.kind !== 'moved' || !('verdict' in notice.record.state)) return;
    if (notice.record.state.verdict === 1) gone ??= network.stop(network.worker);
  });
  await play.begin();
  await mineUntil(network, () => gone !== undefined);
  await gone;
}

const heightOf = async (network: LocalNetwork, txid: string): Promise<number | undefined> =>
  (await new DevchainBackend(network.chain).transaction(txid as never))?.height;

describe('a watchtower', () => {
  it("publishes TxV1 and Tx1' for a Verifier that is away, with a child that was signed in advance: exact balances", async () => {
    await using play = await startPlay();
    const { network } = play;
    await checked(play);
    const { verifier, client } = network;
    const state = stateOf(verifier);
    const graph = graphIn(state);
    const h0 = commitmentHeight(state);
    const bundle = await bundleOf(verifier);
    expect(bundle.exits.map(({ name }) => name)).toEqual(['TxV1', 'Tx1', "Tx1'", 'Tx5', 'Tx6', 'Tx6c']);
    await network.stop(verifier);
    await network.stop(client);

    const tower = startTower(network, bundle);
    const { verdictLatest, timeoutAfterVerdict } = clock(graph.terms.parameters, graph.terms.contract);
    await tower.mineTo(h0 + verdictLatest - 1);
    expect(tower.notices).toEqual([]);
    await tower.mineTo(h0 + verdictLatest + 2);
    const hv = await heightOf(network, transactionOf(graph, 'TxV1').txid);
    expect(hv).toBe(h0 + verdictLatest + 1);
    await tower.mineTo(hv! + timeoutAfterVerdict + 1);
    expect(await heightOf(network, transactionOf(graph, "Tx1'").txid)).toBe(hv! + timeoutAfterVerdict);
    expect(tower.notices.map(({ exit, outcome, child }) => [exit.name, outcome, child])).toEqual([
      ['TxV1', 'accepted', 0],
      ["Tx1'", 'accepted', null],
    ]);

    const back = await network.restart(verifier);
    const [child] = bundle.exits[0]!.children;
    const [left] = parseTransaction(child!).outputs;
    expect(back.wallet.balance()).toBe(left!.amount);
    expect(left!.amount).toBeGreaterThan(feeReserve - 10_000n);
    const collection = await collectPayouts(back.node.engine.records[0]!, back.node.ports);
    await network.mine();
    expect(back.wallet.balance()).toBe(left!.amount + FUNDS.verifier - collection!.fee);
  });

  it('publishes Tx1 for a Client that is away when the Worker never delivered', async () => {
    await using play = await startPlay();
    const { network } = play;
    await play.begin();
    await mineUntil(network, () => stateOf(network.client).name !== 'setup');
    const graph = graphIn(stateOf(network.client));
    const h0 = commitmentHeight(stateOf(network.client));
    const bundle = await bundleOf(network.client);
    for (const party of [network.worker, network.verifier, network.client]) await network.stop(party);
    const tower = startTower(network, bundle);
    await tower.mineTo(h0 + t3 + 1);
    expect(await heightOf(network, transactionOf(graph, 'Tx1').txid)).toBe(h0 + t3);
    const back = await network.restart(network.client);
    const before = back.wallet.balance();
    const collection = await collectPayouts(back.node.engine.records[0]!, back.node.ports);
    await network.mine();
    expect(back.wallet.balance() - before).toBe(100_000n - collection!.fee);
  });

  it('D9: shows h_p for a Worker that is away from t1 on, and never for the first time after t3 − 2Δ', async () => {
    await using play = await startPlay();
    const { network } = play;
    await checked(play);
    const graph = graphIn(stateOf(network.client));
    const h0 = commitmentHeight(stateOf(network.client));
    const worker = await network.restart(network.worker);
    await network.stop(network.client);
    const bundle = await bundleOf(worker);
    for (const party of [worker, network.verifier]) await network.stop(party);
    const tx3 = bundle.exits.find(({ name }) => name === 'Tx3');
    const { contract } = graph.terms;
    expect(tx3).toMatchObject({ from: t1 - 1, until: t3 - 2 * contract.confirmationBlocks });
    await network.mine(h0 + t3 - 2 * contract.confirmationBlocks + 1 - network.height);
    const late = startTower(network, bundle);
    await late.mineTo(network.height + 3);
    expect(late.notices).toEqual([]);
    await late.mineTo(h0 + t3);
    expect(late.notices.map(({ exit }) => exit.name)).toEqual(['Tx1']);
  });

  it('refuses a bundle of another chain, an empty one, and what is no bundle', async () => {
    await using play = await startPlay();
    const { network } = play;
    const chain = new DevchainBackend(network.chain);
    const genesis = network.client.node.ports.genesis;
    const other: Hash32 = hash32(new Uint8Array(32));
    const empty = await bundleOf(network.client);
    expect(empty.exits).toEqual([]);
    expect(() => new Tower(empty, chain, other, () => {})).toThrow(
      expect.objectContaining({ code: 'other-chain' }),
    );
    expect(() => new Tower(empty, chain, genesis, () => {})).toThrow(
      expect.objectContaining({ code: 'nothing-to-watch' }),
    );
    const bytes = encodeBundle(empty);
    for (const wrong of [new Uint8Array(0), bytes.subarray(1), Uint8Array.of(...bytes, 0)]) {
      expect(() => decodeBundle(wrong)).toThrow(expect.objectContaining({ code: 'bundle-malformed' }));
    }
  });
});
