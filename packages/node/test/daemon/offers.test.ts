import { outpointKey } from '@prometheus-compute/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdStoredOffers, OfferKeeper } from '../../src/daemon/offers.ts';
import type { Node } from '../../src/node/node.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { FUNDS, PARAMETERS, type Play, startPlay } from '../local/play.ts';

const { a } = PARAMETERS;
const FEES = 20_000n;

let play: Play;
let node: Node;
let lines: string[] = [];
beforeEach(async () => {
  play = await startPlay({
    funds: { client: [a + FEES, a + FEES], worker: [FUNDS.worker], verifier: [FUNDS.verifier] },
  });
  node = play.network.client.node;
  lines = [];
});
afterEach(() => play[Symbol.asyncDispose]());

function keeper(wanted: number): OfferKeeper {
  const log = createLog({ level: 'debug', format: 'json', target: { write: (line) => lines.push(line) } });
  return new OfferKeeper(node, { parametersTxid: play.network.parametersTxid, wanted, log });
}
const events = () => lines.map((line) => JSON.parse(line).event);
/** Transactions of the mempool. */
const waiting = () => play.network.chain.mempool.size;

describe('the offers that an arbiter keeps', () => {
  it('are as many as are wanted, each from coins of its own, and live once they are confirmed', async () => {
    const offers = keeper(2);
    await offers.load();
    await offers.follow();
    expect({ events: events(), live: offers.live, waiting: offers.waiting }).toEqual({
      events: ['offered', 'offered'],
      live: [],
      waiting: 2,
    });
    await play.network.mine();
    await offers.follow();
    expect(offers.live).toHaveLength(2);
    const stakes = await Promise.all(offers.live.map((outpoint) => node.stake(outpoint)));
    expect(stakes.map((stake) => stake?.coin.amount)).toEqual([a, a]);
    // Nothing else may take the stakes.
    expect(() => node.ports.wallet.reserve(a)).toThrow(
      expect.objectContaining({ code: 'insufficient-funds' }),
    );
  });

  it('are held from the start of a later run, also of one that offers nothing', async () => {
    const before = keeper(2);
    await before.load();
    await before.follow();
    await play.network.mine();
    await before.follow();
    const { wallet } = node.ports;
    // A wallet that has just been opened holds nothing.
    wallet.release(before.live);
    await holdStoredOffers(node.ports);
    expect(() => wallet.reserve(a)).toThrow(expect.objectContaining({ code: 'insufficient-funds' }));
  });

  it('are announced again after a restart, and no second one is published', async () => {
    const before = keeper(1);
    await before.load();
    await before.follow();
    const after = keeper(1);
    await after.load();
    await after.follow();
    expect(events()).toEqual(['offered']);
    await play.network.mine();
    await after.follow();
    expect(after.live).toHaveLength(1);
    const later = keeper(1);
    await later.load();
    await later.follow();
    expect(later.live.map(outpointKey)).toEqual(after.live.map(outpointKey));
    expect(events()).toEqual(['offered']);
  });

  it('are handed to the chain again, the same bytes, when a run ended before the chain had them', async () => {
    const { chain } = node.ports;
    const submit = chain.submit;
    chain.submit = () => Promise.reject(new RangeError('the process ends here'));
    const before = keeper(1);
    await before.load();
    await expect(before.follow()).rejects.toThrow('the process ends here');
    chain.submit = submit;
    expect(waiting()).toBe(0);
    const after = keeper(1);
    await after.load();
    await after.follow();
    expect(waiting()).toBe(1);
    await play.network.mine();
    await after.follow();
    expect(after.live).toHaveLength(1);
    expect(events()).not.toContain('offered');
  });

  it('are replaced once one was spent and six blocks have passed', async () => {
    const offers = keeper(1);
    await offers.load();
    await offers.follow();
    await play.network.mine();
    await offers.follow();
    const [outpoint] = offers.live;
    const { coin } = (await node.stake(outpoint!))!;
    const { wallet, chain } = node.ports;
    await chain.submit(wallet.sweep([coin], 2_000n, wallet.freshScript()));
    await play.network.mine(6);
    await offers.follow();
    expect({ live: offers.live, events: events() }).toEqual({ live: [], events: ['offered'] });
    await play.network.mine();
    await offers.follow();
    expect(events()).toEqual(['offered', 'offer-spent', 'offered']);
    await play.network.mine();
    await offers.follow();
    expect(offers.live).toHaveLength(1);
    expect(offers.live.map(outpointKey)).not.toContain(outpointKey(outpoint!));
  });

  it('wait for coins, and say so once', async () => {
    const offers = keeper(3);
    await offers.load();
    for (let i = 0; i < 3; i++) {
      await offers.follow();
      await play.network.mine();
    }
    expect(events()).toEqual(['offered', 'offered', 'offer-waits']);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ code: 'insufficient-funds' });
  });

  it('are announced at once when they are live, then after 1, 2, 4, … and at last every 36 blocks, each by its own count', async () => {
    const offers = keeper(1);
    await offers.load();
    await offers.follow();
    const { transport, chain } = node.ports;
    let count = 0;
    const broadcast = transport.broadcast.bind(transport);
    transport.broadcast = (bytes) => {
      count += 1;
      broadcast(bytes);
    };
    const heights: number[] = [];
    await offers.announce();
    expect(count).toBe(0);
    await play.network.mine();
    const { height: live } = await chain.tip();
    for (let blocks = 0; blocks <= 140; blocks++) {
      await offers.follow();
      const before = count;
      await offers.announce();
      // A second round at one tip, of a peer that comes, says nothing again.
      await offers.announce();
      if (count > before) heights.push((await chain.tip()).height - live);
      expect(count - before).toBeLessThanOrEqual(1);
      await play.network.mine();
    }
    expect(heights).toEqual([0, 1, 3, 7, 15, 31, 63, 99, 135]);
  });
});
