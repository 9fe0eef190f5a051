import { parseTransaction } from '@prometheus-compute/bitcoin';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenWallet } from '../../src/daemon/open-wallet.ts';
import { holdStoredPayments, PaymentKeeper } from '../../src/daemon/payments.ts';
import type { Node } from '../../src/node/node.ts';
import { createLog } from '../../src/telemetry/log.ts';
import type { LocalWallet } from '../../src/wallet/local-wallet.ts';
import { FUNDS, type Play, startPlay } from '../local/play.ts';

const COIN = 50_000n;

let play: Play;
let node: Node;
let lines: string[] = [];
/** What the wallet has handed out is stored when this resolves. */
let stored: () => Promise<void>;
beforeEach(async () => {
  // The reserve that comes with each coin is a coin of this wallet as well.
  play = await startPlay({
    funds: { client: [COIN, COIN], worker: [FUNDS.worker], verifier: [FUNDS.verifier] },
  });
  node = play.network.client.node;
  lines = [];
  stored = async () => {};
});
afterEach(() => play[Symbol.asyncDispose]());

const wallet = () => node.ports.wallet as LocalWallet;
const open = (): OpenWallet => ({ wallet: wallet(), stored: () => stored() }) as OpenWallet;
function load(): Promise<PaymentKeeper> {
  const log = createLog({ level: 'debug', format: 'json', target: { write: (line) => lines.push(line) } });
  return PaymentKeeper.load(node, open(), log);
}
const freeSatoshis = () =>
  wallet()
    .free()
    .reduce((sum, { amount }) => sum + amount, 0n);
/** A script of somebody else. */
const chainScript = () => play.network.worker.wallet.freshScript();

describe('what an operator pays from the wallet', () => {
  it('reaches its script, costs amount and fee, and leaves the rest as change', async () => {
    const payments = await load();
    const before = wallet().balance();
    const script = chainScript();
    const { amount, fee } = await payments.pay([{ amount: 30_000n, script }]);
    expect(amount).toBe(30_000n);
    expect(fee).toBeGreaterThan(0n);
    await play.network.mine();
    expect(wallet().balance()).toBe(before - 30_000n - fee);
    expect(play.network.worker.wallet.balance()).toBe(FUNDS.worker + node.policy.feeReserve + 30_000n);
  });

  it('all: everything that is free goes to one script, and what is set aside stays', async () => {
    const payments = await load();
    const [kept] = wallet().reserve(COIN);
    const free = freeSatoshis();
    const { amount, fee } = await payments.payAll(chainScript());
    expect(amount + fee).toBe(free);
    await play.network.mine();
    expect(wallet().balance()).toBe(kept!.amount);
    expect(freeSatoshis()).toBe(0n);
  });

  it('is stored before the chain sees it, and its coins serve nothing else, in a later run either', async () => {
    const payments = await load();
    const before = freeSatoshis();
    const order: string[] = [];
    const { chain, store } = node.ports;
    const [submit, putRecord] = [chain.submit.bind(chain), store.putRecord.bind(store)];
    let seen: Uint8Array | undefined;
    Object.assign(chain, {
      submit: (bytes: Uint8Array) => {
        order.push('submit');
        seen = bytes;
        return submit(bytes);
      },
    });
    Object.assign(store, {
      putRecord: (key: string, value: Uint8Array) => {
        order.push(key);
        return putRecord(key, value);
      },
    });
    stored = async () => {
      order.push('stored');
    };
    await payments.pay([{ amount: 30_000n, script: chainScript() }]);
    expect(order).toEqual(['stored', 'daemon:payments', 'submit']);
    const left = freeSatoshis();
    expect(left).toBeLessThan(before);

    // A wallet that has just been opened holds nothing.
    wallet().release(parseTransaction(seen!).inputs);
    expect(freeSatoshis()).toBe(before);
    await holdStoredPayments(node.ports);
    expect(freeSatoshis()).toBe(left);
  });

  it('is handed over again by a later run, and forgotten once six blocks confirm it', async () => {
    const submit = node.ports.chain.submit;
    // The process dies when it hands the payment over.
    Object.assign(node.ports.chain, { submit: () => new Promise(() => {}) });
    const script = chainScript();
    const first = await load();
    void first.pay([{ amount: 30_000n, script }]);
    await play.network.settle();
    expect(play.network.chain.mempool.size).toBe(0);
    Object.assign(node.ports.chain, { submit });

    const later = await load();
    expect(later.waiting).toBe(1);
    await later.follow();
    expect(play.network.chain.mempool.size).toBe(1);
    await later.follow();
    expect(play.network.chain.mempool.size).toBe(1);
    await play.network.mine(5);
    await later.follow();
    expect(later.waiting).toBe(1);
    await play.network.mine();
    await later.follow();
    expect(later.waiting).toBe(0);
    expect((await load()).waiting).toBe(0);
    expect(play.network.worker.wallet.balance()).toBe(FUNDS.worker + node.policy.feeReserve + 30_000n);
  });

  it('chain-refused: nothing is kept, and its coins are free again', async () => {
    const payments = await load();
    const before = freeSatoshis();
    Object.assign(node.ports.chain, { submit: async () => ({ kind: 'rejected', reason: 'min-fee' }) });
    await expect(payments.pay([{ amount: 30_000n, script: chainScript() }])).rejects.toMatchObject({
      code: 'chain-refused',
    });
    expect({ free: freeSatoshis(), waiting: payments.waiting }).toEqual({ free: before, waiting: 0 });
    expect((await load()).waiting).toBe(0);
  });

  it('more than is free is refused, and nothing is set aside', async () => {
    const payments = await load();
    const before = freeSatoshis();
    await expect(payments.pay([{ amount: 10_000_000n, script: chainScript() }])).rejects.toMatchObject({
      code: 'insufficient-funds',
    });
    expect(freeSatoshis()).toBe(before);
  });
});
