import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DevchainBackend,
  parseTransaction,
  RpcClientError,
  RpcServer,
  serializeTransaction,
  transactionId,
} from '@prometheus-compute/bitcoin';
import { hash32, type Txid, txidFromInternal } from '@prometheus-compute/protocol';
import { describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { runTower } from '../../src/daemon/alone.ts';
import type { Chain } from '../../src/ports/chain.ts';
import { type Bundle, decodeBundle, encodeBundle, type SignedExit } from '../../src/tower/bundle.ts';
import { exportBundle } from '../../src/tower/export.ts';
import { Tower, type TowerNotice } from '../../src/tower/tower.ts';
import {
  commitmentHeight,
  graphIn,
  mineUntil,
  PARAMETERS,
  type Play,
  startPlay,
  stateOf,
} from '../local/play.ts';

const SOON = { timeout: 20_000, interval: 20 };

/** A Client that is away, whose Worker never delivers: Tx1 is due at the height that is returned. */
async function clientAway({
  network,
  begin,
}: Play): Promise<{ readonly bundle: Bundle; readonly due: number }> {
  await begin();
  await mineUntil(network, () => stateOf(network.client).name !== 'setup');
  const due = commitmentHeight(stateOf(network.client)) + PARAMETERS.t3 - 1;
  expect(graphIn(stateOf(network.client))).toBeDefined();
  const { node } = network.client;
  const reserveOf = (record: (typeof node.engine.records)[number]) => node.watcher.reserveOf(record);
  const order = { records: node.engine.records, reserveOf, policy: node.policy };
  const bundle = await exportBundle(order, node.ports);
  for (const party of network.parties) await network.stop(party);
  return { bundle, due };
}

const EMPTY: Bundle = { genesis: hash32(new Uint8Array(32)), height: 0, exits: [] };

/** A transaction of one input and one output. */
function spending(txid: Txid): { readonly bytes: Uint8Array; readonly txid: Txid } {
  const input = { txid, vout: 0, scriptSig: new Uint8Array(0), sequence: 0, witness: [] };
  const outputs = [{ amount: 1_000n, script: new Uint8Array(34) }];
  const transaction = { version: 3, inputs: [input], outputs, lockTime: 0 };
  return { bytes: serializeTransaction(transaction), txid: transactionId(transaction) };
}

function exit(): SignedExit {
  const parent = txidFromInternal(new Uint8Array(32).fill(9));
  const { bytes: transaction, txid } = spending(parent);
  const children = [spending(txid).bytes];
  return { name: 'Tx1', txid, parent, from: 1, until: null, transaction, alone: true, children };
}

describe('a watchtower in trouble', () => {
  it('a Bitcoin node that is restarted ends no watch: it is told, waited for, and what is due is published', async () => {
    await using play = await startPlay();
    const { network } = play;
    const { bundle, due } = await clientAway(play);
    const folder = await mkdtemp(join(tmpdir(), 'prometh-tower-'));
    const cookieFile = join(folder, 'cookie');
    let server = await RpcServer.start(network.chain, { port: 0, cookieFile });
    const { port } = server;
    const set = [`chain.rpc_url=http://127.0.0.1:${port}`, `chain.rpc_cookie_file=${cookieFile}`];
    const config = await loadConfig({ network: 'dev', mainnet: false, dataDir: folder, set }, {});
    const ended = new AbortController();
    const notices: TowerNotice[] = [];
    const troubles: string[] = [];
    const tower = runTower({
      config,
      bundle: encodeBundle(bundle),
      signal: ended.signal,
      once: false,
      onTrouble: ({ code }) => troubles.push(code),
      onNotice: (notice) => notices.push(notice),
    });
    try {
      await network.mine(due - 1 - network.height);
      await server.close();
      await vi.waitFor(() => expect(troubles).toEqual(['rpc-unreachable']), SOON);
      server = await RpcServer.start(network.chain, { port, cookieFile });
      await network.mine();
      await vi.waitFor(
        () => expect(notices).toMatchObject([{ exit: { name: 'Tx1' }, outcome: 'accepted' }]),
        SOON,
      );
    } finally {
      ended.abort();
      await tower;
      await server.close();
      await rm(folder, { recursive: true });
    }
  });

  it('what the Bitcoin node refuses to hear of one contract keeps back nothing of another', async () => {
    await using play = await startPlay();
    const { network } = play;
    const { bundle, due } = await clientAway(play);
    const backend = new DevchainBackend(network.chain);
    const tx1 = bundle.exits.find(({ name }) => name === 'Tx1')!;
    const broken: SignedExit = { ...tx1, name: 'TxV1', txid: txidFromInternal(new Uint8Array(32).fill(1)) };
    const chain: Chain = {
      tip: () => backend.tip(),
      blockAt: (height) => backend.blockAt(height),
      output: (outpoint) => backend.output(outpoint),
      waiting: (txid) => backend.waiting(txid),
      spender: (outpoint) => backend.spender(outpoint),
      feeRate: () => backend.feeRate(),
      submit: (bytes) => backend.submit(bytes),
      submitPackage: (all) => backend.submitPackage(all),
      transaction: async (txid) => {
        if (txid === broken.txid) throw new RpcClientError('rpc-refused', 'a block is missing');
        return backend.transaction(txid);
      },
    };
    const notices: TowerNotice[] = [];
    const { genesis } = network.client.node.ports;
    const both = { ...bundle, exits: [broken, tx1] };
    const tower = new Tower(both, chain, genesis, (notice) => notices.push(notice));
    await network.mine(due - network.height);
    await expect(tower.follow()).rejects.toThrow('a block is missing');
    expect(notices).toMatchObject([{ exit: { name: 'Tx1' }, outcome: 'accepted' }]);
  });

  it('raises the fee of what waits, however many blocks come between two looks', async () => {
    await using play = await startPlay();
    const { network } = play;
    const { bundle, due } = await clientAway(play);
    const notices: TowerNotice[] = [];
    const { genesis } = network.client.node.ports;
    const tower = new Tower(bundle, new DevchainBackend(network.chain), genesis, (notice) =>
      notices.push(notice),
    );
    await network.mine(due - network.height);
    await tower.follow();
    const script = parseTransaction(network.chain.tip().block.transactions[0]!.bytes).outputs[0]!.script;
    for (let i = 0; i < 3; i++) network.chain.submitParsedBlock(network.chain.assembleBlock(script, []));
    await tower.follow();
    expect(notices.map(({ tip, outcome, child }) => [tip - due, outcome, child])).toEqual([
      [0, 'accepted', null],
      [3, 'accepted', 0],
    ]);
  });
});

describe('a bundle of somebody hostile', () => {
  it.each([
    ['a txid that is not of its transaction', { txid: txidFromInternal(new Uint8Array(32).fill(1)) }],
    ['a parent that it does not spend', { parent: txidFromInternal(new Uint8Array(32).fill(2)) }],
    ['bytes that are no transaction', { transaction: Uint8Array.of(1, 2, 3) }],
    ['a child that is no transaction', { children: [Uint8Array.of(1)] }],
  ])('%s: it is refused before anything is handed to the Bitcoin node', (_, fault) => {
    expect(decodeBundle(encodeBundle({ ...EMPTY, exits: [exit()] })).exits).toHaveLength(1);
    const bytes = encodeBundle({ ...EMPTY, exits: [{ ...exit(), ...fault }] });
    expect(() => decodeBundle(bytes)).toThrow(expect.objectContaining({ code: 'bundle-malformed' }));
  });

  it('a child that spends something else is refused', () => {
    const bytes = encodeBundle({ ...EMPTY, exits: [{ ...exit(), children: [exit().transaction] }] });
    expect(() => decodeBundle(bytes)).toThrow('a child does not spend it');
  });
});
