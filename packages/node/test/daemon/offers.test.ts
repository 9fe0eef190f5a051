import { outpointKey, type Txid } from '@prometheus-compute/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdStoredOffers, OfferKeeper } from '../../src/daemon/offers.ts';
import type { OpenWallet } from '../../src/daemon/open-wallet.ts';
import { PaymentKeeper } from '../../src/daemon/payments.ts';
import { isWithdrawn, pledgeKey } from '../../src/engine/pledge.ts';
import type { Node } from '../../src/node/node.ts';
import { createLog } from '../../src/telemetry/log.ts';
import type { LocalWallet } from '../../src/wallet/local-wallet.ts';
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

const wallet = () => node.ports.wallet as LocalWallet;
let payments: PaymentKeeper;
/** A keeper of a new run, with the payments that earlier ones have left. */
async function keeper(
  wanted: number,
  parametersTxid: Txid | undefined = play.network.parametersTxid,
): Promise<OfferKeeper> {
  const log = createLog({ level: 'debug', format: 'json', target: { write: (line) => lines.push(line) } });
  payments = await PaymentKeeper.load(node, { wallet: wallet(), stored: async () => {} } as OpenWallet, log);
  const offers = new OfferKeeper(node, payments, { parametersTxid, wanted, log });
  await offers.load();
  return offers;
}
const events = () => lines.map((line) => JSON.parse(line).event);
/** Transactions of the mempool. */
const waiting = () => play.network.chain.mempool.size;

describe('the offers that an arbiter keeps', () => {
  it('are as many as are wanted, each from coins of its own, and live once they are confirmed', async () => {
    const offers = await keeper(2);
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
    const before = await keeper(2);
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
    const before = await keeper(1);
    await before.follow();
    const after = await keeper(1);
    await after.follow();
    expect(events()).toEqual(['offered']);
    await play.network.mine();
    await after.follow();
    expect(after.live).toHaveLength(1);
    const later = await keeper(1);
    await later.follow();
    expect(later.live.map(outpointKey)).toEqual(after.live.map(outpointKey));
    expect(events()).toEqual(['offered']);
  });

  it('are handed to the chain again, the same bytes, when a run ended before the chain had them', async () => {
    const { chain } = node.ports;
    const submit = chain.submit;
    chain.submit = () => Promise.reject(new RangeError('the process ends here'));
    const before = await keeper(1);
    await expect(before.follow()).rejects.toThrow('the process ends here');
    chain.submit = submit;
    expect(waiting()).toBe(0);
    const after = await keeper(1);
    await after.follow();
    expect(waiting()).toBe(1);
    await play.network.mine();
    await after.follow();
    expect(after.live).toHaveLength(1);
    expect(events()).not.toContain('offered');
  });

  it('are replaced once one was spent and six blocks have passed', async () => {
    const offers = await keeper(1);
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
    const offers = await keeper(3);
    for (let i = 0; i < 3; i++) {
      await offers.follow();
      await play.network.mine();
    }
    expect(events()).toEqual(['offered', 'offered', 'offer-waits']);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ code: 'insufficient-funds' });
  });

  it('are announced at once when they are live, then after 1, 2, 4, … and at last every 36 blocks, each by its own count', async () => {
    const offers = await keeper(1);
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

  describe('that are not wanted any more', () => {
    /** Free coins of at least a stake less the fee of taking it back. */
    const free = () =>
      wallet()
        .free()
        .filter(({ amount }) => amount > a - 5_000n && amount < a).length;

    async function twoLive(): Promise<OfferKeeper> {
      const offers = await keeper(2);
      await offers.follow();
      await play.network.mine();
      await offers.follow();
      expect(offers.live).toHaveLength(2);
      return offers;
    }

    it('are taken back into the wallet, those that are too many; the others stay', async () => {
      const [kept, taken] = (await twoLive()).live;
      const fewer = await keeper(1);
      await fewer.follow();
      expect(fewer.live).toEqual([kept]);
      expect(events()).toEqual(['offered', 'offered', 'offer-withdrawn', 'paid']);
      expect(free()).toBe(0);
      await play.network.mine();
      expect((await node.stake(taken!))?.spentHeight).toBeDefined();
      expect(free()).toBe(1);
      for (let i = 0; i < 7; i++) {
        await fewer.follow();
        await payments.follow();
        await play.network.mine();
      }
      // Once is enough, and nothing is offered in its place.
      expect(events()).toEqual(['offered', 'offered', 'offer-withdrawn', 'paid', 'offer-spent']);
      expect({ live: fewer.live, waiting: fewer.waiting, free: free() }).toEqual({
        live: [kept],
        waiting: 0,
        free: 1,
      });
    });

    it('are not taken back while they serve a contract, and are when it was given up', async () => {
      const { live } = await twoLive();
      const { store } = node.ports;
      for (const outpoint of live) await store.putRecord(pledgeKey(outpoint), new Uint8Array(32).fill(7));
      const none = await keeper(0, undefined);
      await none.follow();
      expect(none.live).toHaveLength(2);
      expect(events()).toEqual(['offered', 'offered']);
      await store.deleteRecord(pledgeKey(live[0]!));
      await none.follow();
      expect(none.live).toEqual([live[1]]);
      await play.network.mine();
      expect(free()).toBe(1);
    });

    it('are all taken back when they are for other parameters', async () => {
      await twoLive();
      const other = await keeper(1, '00'.repeat(32) as Txid);
      // Nobody announces these parameters, so that nothing can be offered for them.
      await other.follow();
      expect(other.live).toEqual([]);
      await play.network.mine();
      expect(free()).toBe(2);
    });

    it('are announced no more, and serve no contract from the moment on', async () => {
      await twoLive();
      const none = await keeper(0);
      await none.follow();
      let count = 0;
      node.ports.transport.broadcast = () => {
        count += 1;
      };
      await none.announce();
      expect(count).toBe(0);
    });

    it.each([
      ['before the payment is made', 'fresh'],
      ['before the chain has the payment', 'submit'],
    ] as const)('are paid back once by a later run when one ended %s', async (_, moment) => {
      const { live } = await twoLive();
      const { chain } = node.ports;
      const { submit } = chain;
      const { sweep } = wallet();
      if (moment === 'fresh')
        wallet().sweep = () => {
          throw new RangeError('the process ends here');
        };
      else chain.submit = () => Promise.reject(new RangeError('the process ends here'));
      await expect((await keeper(1)).follow()).rejects.toThrow('the process ends here');
      chain.submit = submit;
      wallet().sweep = sweep;
      expect(await isWithdrawn(live[1]!, node.ports.store)).toBe(true);
      // A wallet that has just been opened holds what offers and payments of earlier runs need.
      wallet().release(live);
      await holdStoredOffers(node.ports);
      const after = await keeper(1);
      await after.follow();
      await payments.follow();
      expect(waiting()).toBe(1);
      await play.network.mine();
      expect(free()).toBe(1);
    });

    it('stay set aside while the chain does not take them, and are tried again', async () => {
      const { live } = await twoLive();
      const { chain } = node.ports;
      const { submit } = chain;
      chain.submit = async () => ({ kind: 'rejected', reason: 'min relay fee not met' });
      const none = await keeper(0);
      const scripts = vi.spyOn(wallet(), 'freshScript');
      await none.follow();
      await none.follow();
      // Later a recovery from the words looks for as many unused ones only.
      expect(scripts).toHaveBeenCalledTimes(1);
      expect(events()).toEqual(['offered', 'offered', 'offer-withdrawn', 'offer-waits', 'offer-withdrawn']);
      const names = new Set(
        wallet()
          .free()
          .map(({ outpoint }) => outpointKey(outpoint)),
      );
      expect(live.filter((outpoint) => names.has(outpointKey(outpoint)))).toEqual([]);
      chain.submit = submit;
      await none.follow();
      await play.network.mine();
      expect(free()).toBe(2);
    });
  });
});
