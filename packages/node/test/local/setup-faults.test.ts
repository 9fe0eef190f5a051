import { parseTransaction } from '@prometheus-compute/bitcoin';
import {
  type ChannelState,
  equalBytes,
  hash32,
  outpointKey,
  readEnvelope,
} from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import type { ChannelRecord } from '../../src/engine/channel-record.ts';
import type { LocalNetworkOptions } from '../../src/index.ts';
import type { LocalParty } from '../../src/local/party.ts';
import { BatchAttempts } from '../../src/roles/batch-attempts.ts';
import { FUNDS, type Play, startPlay, stateOf } from './play.ts';

type Ports = Parameters<NonNullable<LocalNetworkOptions['ports']>>[1];
type Abandoned = Extract<ChannelState, { how: 'abandoned' }>;

/** A chain whose transactions go another way. */
const chainWith = (real: Ports['chain'], submit: Ports['chain']['submit']): Ports['chain'] =>
  new Proxy(real, {
    get: (target, name) => {
      if (name === 'submit') return submit;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

/** Mines, and lets the Client try again what failed, until its newest attempt is settled. */
async function untilSettled({ network }: Play, attempts: BatchAttempts, limit = 60): Promise<void> {
  for (let i = 0; i < limit; i++) {
    if (attempts.failure !== undefined) throw attempts.failure;
    const state = stateOf(network.client);
    if (state.name === 'closed' && state.how === 'settled') return;
    await network.mine();
    await attempts.follow();
    await network.settle();
  }
  throw new RangeError(`not settled in ${limit} blocks`);
}

const abandonedOf = ({ node }: LocalParty, index = 0): Abandoned => {
  const state = node.engine.records[index]!.state;
  return state.name === 'closed' && state.how === 'abandoned' ? state : expect.unreachable(state.name);
};

const serving = ({ network }: Play) => network.arbiters.filter(({ node }) => node.engine.records.length > 0);
const stakeOf = ({ node }: LocalParty) => {
  const [id] = node.engine.records.map((record) => record.id);
  return id!.split(':').slice(2).join(':');
};

describe('a setup that fails, with real engines', () => {
  it('an arbiter answers and vanishes: named, nothing paid, and the next draw succeeds without it', async () => {
    await using play = await startPlay({ arbiters: 5 });
    const { network } = play;
    const attempts = new BatchAttempts(network.client.node);
    let gone: LocalParty | undefined;
    network.client.node.engine.watch((notice) => {
      if (notice.kind !== 'moved' || gone !== undefined) return;
      const { state } = notice.record;
      if (state.name !== 'setup' || state.step !== 'signatures') return;
      gone = serving(play)[0]!;
      void network.stop(gone);
    });
    await attempts.open(await play.request());
    await network.settle();
    await untilSettled(play, attempts);
    const [failed] = attempts.failed;
    expect(attempts.failed).toHaveLength(1);
    expect(failed).toMatchObject({ batch: 1, attempt: 1, again: true });
    expect(failed!.state.fault).toMatchObject({
      code: 'setup-timeout',
      culprit: expect.stringMatching(/^arbiter:/),
    });
    expect(failed!.state.suspects.map(outpointKey)).toEqual([stakeOf(gone!)]);
    for (const party of [network.client, network.worker, network.verifier]) {
      expect(abandonedOf(party).suspects.map(outpointKey)).toEqual([stakeOf(gone!)]);
      expect(stateOf(party)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    }
    // Nobody asked it again: it would have been the only one that does not answer.
    expect(gone!.node.engine.records).toHaveLength(1);
  });

  it('an arbiter spends its stake after it was drawn: named before anybody signs', async () => {
    let holding = true;
    const ports = (name: string, real: Ports): Ports => ({
      ...real,
      transport: {
        ...real.transport,
        self: real.transport.self,
        listen: (receive) => real.transport.listen(receive),
        broadcast: (bytes) => real.transport.broadcast(bytes),
        close: () => real.transport.close(),
        send: async (to, bytes) =>
          name === 'worker' && holding && readEnvelope(bytes).kind === 'acceptanceList'
            ? false
            : real.transport.send(to, bytes),
      },
    });
    await using play = await startPlay({ arbiters: 5, ports });
    const { network } = play;
    const attempts = new BatchAttempts(network.client.node);
    await attempts.open(await play.request());
    await network.settle();
    await network.mine();
    const cheat = serving(play)[0]!;
    const state = stateOf(cheat);
    if (state.name !== 'setup' || state.step !== 'pledged') throw new RangeError(state.name);
    const { outpoint } = state.acceptance;
    const output = (await cheat.node.ports.chain.output(outpoint))!;
    const coin = { outpoint, amount: output.amount as never, script: output.script };
    const { wallet } = cheat.node.ports;
    await cheat.node.ports.chain.submit(wallet.sweep([coin], 2_000n, wallet.freshScript()));
    await network.mine();
    holding = false;
    await untilSettled(play, attempts);
    expect(attempts.failed[0]!.state).toMatchObject({ drawn: true, suspects: [outpoint], before: null });
    const faults = [network.client, network.worker, network.verifier].map(
      (party) => abandonedOf(party).fault,
    );
    expect(faults.some(({ code }) => code === 'stake-spent')).toBe(true);
    for (const { code, culprit } of faults) {
      if (code === 'stake-spent') expect(culprit).toBe(`offer:${outpointKey(outpoint)}`);
      else expect(code).toBe('refused-by-peer');
    }
  });

  it('arbiters pledge their stakes to two contracts: one comes about, the other names a stake', async () => {
    // They forget what they have pledged: whoever asks gets an acceptance.
    const ports = (name: string, real: Ports): Ports =>
      name.startsWith('arbiter-')
        ? {
            ...real,
            store: {
              ...real.store,
              putRecord: (key, value, options) =>
                real.store.putRecord(key, value, key.startsWith('pledge:') ? {} : options),
            },
          }
        : real;
    const twice = (amount: bigint) => [amount, amount];
    await using play = await startPlay({
      ports,
      funds: { client: twice(FUNDS.client), worker: twice(FUNDS.worker), verifier: twice(FUNDS.verifier) },
    });
    const { network } = play;
    const failed: Abandoned[] = [];
    const attempts = new BatchAttempts(network.client.node, ({ state }) => failed.push(state));
    await attempts.open(await play.request());
    await attempts.open(await play.request({ batch: 2 }));
    await network.settle();
    await network.mine(9);
    const states = network.client.node.engine.records.map(({ state }) => state);
    const settled = states.filter((state) => state.name === 'closed' && state.how === 'settled');
    expect(settled).toHaveLength(1);
    const codes = [network.client, network.worker, network.verifier].flatMap(({ node }) =>
      node.engine.records.flatMap(({ state }) =>
        state.name === 'closed' && state.how === 'abandoned' ? [state.fault] : [],
      ),
    );
    const named = codes.filter(({ code }) => code === 'stake-pledged-twice');
    expect(named.length).toBeGreaterThan(0);
    for (const { culprit, reason } of named) {
      expect(culprit).toMatch(/^offer:/);
      expect(reason).toMatch(/serves another contract at the same time$/);
    }
  });

  it('a batch is given up after three attempts, with the last reason; nobody has paid anything', async () => {
    await using play = await startPlay();
    const { network } = play;
    const before = network.parties.map(({ wallet }) => wallet.balance());
    const [first] = network.arbiters;
    const attempts = new BatchAttempts(network.client.node);
    await network.stop(first!);
    await attempts.open(await play.request());
    await network.settle();
    for (let i = 0; attempts.failure === undefined && i < 90; i++) {
      await network.mine();
      await attempts.follow();
      await network.settle();
    }
    expect(attempts.failed.map(({ attempt, again }) => [attempt, again])).toEqual([
      [1, true],
      [2, true],
      [3, false],
    ]);
    expect(attempts.failure).toMatchObject({
      code: 'channel-failed',
      evidence: { batch: 1, fault: 'setup-timeout', attempt: 3 },
    });
    expect(attempts.failure!.evidence.culprit).toMatch(/^offer:/);
    expect(network.parties.map(({ wallet }) => wallet.balance())).toEqual(before);
  });
});

describe('T §Setup 5: a signed Tx0 that the Client keeps to itself', () => {
  it('is refused for ever once the coins are respent, also when the respend is reorganised, and the batch goes on', async () => {
    let stale: Uint8Array | undefined;
    const ports = (name: string, real: Ports): Ports => ({
      ...real,
      chain: chainWith(real.chain, async (bytes) => {
        const isFirst = name === 'client' && parseTransaction(bytes).outputs.length > 4;
        if (isFirst && (stale === undefined || equalBytes(stale, bytes))) {
          stale = bytes;
          return { kind: 'rejected', reason: 'kept back' };
        }
        return real.chain.submit(bytes);
      }),
    });
    // What the respends cost comes on top.
    const funds = {
      client: [FUNDS.client + 5_000n],
      worker: [FUNDS.worker + 5_000n],
      verifier: [FUNDS.verifier + 5_000n],
    };
    await using play = await startPlay({ ports, funds });
    const { network } = play;
    const attempts = new BatchAttempts(network.client.node);
    await attempts.open(await play.request());
    await network.settle();
    for (let i = 0; attempts.failed.length === 0 && i < 30; i++) {
      await network.mine();
      await attempts.follow();
    }
    const stakes = attempts.failed[0]!.state.before!.agreement.arbiters.map(
      ({ stake }) => stake.coin.outpoint,
    );
    const isRefused = () => network.chain.testTransaction(stale!).kind === 'refused';
    // The respends wait in the mempool, pay more for each byte, and then are in a block.
    expect(isRefused()).toBe(true);
    await network.mine();
    const respentAt = network.height;
    expect(isRefused()).toBe(true);
    const [coin] = attempts.failed[0]!.state.before!.agreement.contract.client.funding;
    expect(await network.client.node.ports.chain.output(coin!.outpoint)).toBeUndefined();

    network.chain.invalidate(network.chain.blockAt(respentAt)!.block.hash);
    for (const { node } of network.parties) await node.onBlock();
    await network.settle();
    expect(isRefused()).toBe(true);
    await network.mine();
    expect(await network.client.node.ports.chain.output(coin!.outpoint)).toBeUndefined();
    await attempts.follow();
    expect(attempts.channels).toEqual([attempts.failed[0]!.channel]);

    // The arbiters left it to C, W and V: the same three stakes serve the next attempt.
    await untilSettled(play, attempts);
    expect(network.height).toBeGreaterThan(respentAt + 6);
    const state = stateOf(network.client);
    if (state.name !== 'closed' || state.how !== 'settled') throw new RangeError(state.name);
    const served = state.before.agreement.arbiters.map(({ stake }) => outpointKey(stake.coin.outpoint));
    expect(served.toSorted()).toEqual(stakes.map(outpointKey).toSorted());
    expect(isRefused()).toBe(true);
  });
});

describe('Y §Oracle: peers that give up after the draw', () => {
  const gaveUp = (i: number, culprit: 'worker' | 'client', height: number): ChannelRecord => ({
    id: `setup ${i}`,
    role: culprit === 'worker' ? 'client' : 'verifier',
    keys: { role: 'client', unique: new Uint8Array(32) },
    peers: { client: 'client', worker: 'worker', verifier: 'verifier' },
    batch: null,
    reserve: null,
    state: {
      name: 'closed',
      how: 'abandoned',
      tip: height,
      drawn: true,
      suspects: [],
      before: null,
      channel: hash32(new Uint8Array(32)),
      fault: { code: 'refused-by-peer', culprit, reason: 'left' },
    },
  });

  it('are not asked by a Client after three times within 1,008 blocks, each counted once', async () => {
    await using play = await startPlay();
    const { network } = play;
    const { history } = network.client.node;
    await history.note(gaveUp(0, 'worker', network.height - 1_008));
    for (let i = 1; i <= 3; i++) {
      for (let j = 0; j < 2; j++) await history.note(gaveUp(i, 'worker', network.height));
    }
    expect([await history.abortsOf('worker'), await history.abortsOf('verifier')]).toEqual([3, 0]);
    await history.note(gaveUp(4, 'worker', network.height));
    await expect(play.begin()).rejects.toMatchObject({
      code: 'channel-failed',
      message: 'worker has given up 4 setups after the draw within 1008 blocks',
    });
  });

  it('are refused by the Worker and the Verifier', async () => {
    await using play = await startPlay();
    const { network } = play;
    const { history } = network.verifier.node;
    for (let i = 1; i <= 4; i++) await history.note(gaveUp(i, 'client', network.height));
    await play.begin();
    expect(abandonedOf(network.client).fault).toMatchObject({
      code: 'refused-by-peer',
      culprit: 'verifier',
      reason: 'client has given up 4 setups after the draw within 1008 blocks',
    });
  });
});
