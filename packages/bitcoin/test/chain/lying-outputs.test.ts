import { describe, expect, it } from 'vitest';
import { type JsonValue, loadTransaction } from '../../src/index.ts';
import { changing, liedTo, payment } from './lied-to.ts';

const alarm = (code: string, evidence: object = {}) => ({
  code,
  evidence: expect.objectContaining(evidence) as unknown,
});

describe('a node that lies about transactions and outputs', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, JsonValue>>])[] = [
    ['a height that is false', { confirmations: 7 }],
    ['more confirmations than there are blocks', { confirmations: 1_000 }],
    ['another amount', { value: 21 }],
    ['another script', { scriptPubKey: { hex: '51' } }],
    ['a coinbase that is none', { coinbase: true }],
  ];
  it.each(cases)('an output with %s', async (_, lie) => {
    await liedTo(async ({ backend, proxy, chain }) => {
      const { txid } = loadTransaction(payment(chain, 1));
      const honest = await backend.output({ txid, vout: 0 });
      expect(honest).toMatchObject({ height: chain.tip().height, coinbase: false });
      changing(proxy, 'gettxout', (truth) => ({ ...(truth as object), ...lie }));
      await expect(backend.output({ txid, vout: 0 })).rejects.toMatchObject(
        alarm('wrong-answer', { method: 'gettxout' }),
      );
    });
  });

  it('an output of a transaction that is in no block', async () => {
    await liedTo(async ({ backend, proxy, chain }) => {
      const { txid } = loadTransaction(payment(chain, 3));
      changing(proxy, 'gettxout', () => ({
        bestblock: chain.tip().block.hash,
        confirmations: 1,
        value: 1,
        scriptPubKey: { hex: '51' },
        coinbase: false,
      }));
      await expect(backend.output({ txid, vout: 0 })).rejects.toMatchObject(alarm('wrong-answer'));
    });
  });

  it('a transaction that is not the one that was asked for', async () => {
    await liedTo(async ({ backend, proxy, chain }) => {
      const { txid } = loadTransaction(payment(chain, 3));
      const other = Buffer.from(payment(chain, 4)).toString('hex');
      proxy.lie = async (method) => (method === 'getrawtransaction' ? { hex: other } : undefined);
      await expect(backend.transaction(txid)).rejects.toMatchObject(
        alarm('wrong-answer', { method: 'getrawtransaction' }),
      );
    });
  });

  it('a waiting transaction that it calls confirmed', async () => {
    await liedTo(async ({ backend, proxy, chain }) => {
      const bytes = payment(chain, 3);
      chain.submitTransaction(bytes);
      const { txid } = loadTransaction(bytes);
      changing(proxy, 'getrawtransaction', (truth) => ({
        ...(truth as object),
        blockhash: chain.tip().block.hash,
      }));
      await expect(backend.transaction(txid)).rejects.toMatchObject(alarm('wrong-answer'));
    });
  });

  it('a transaction that it has taken, under the name of another one', async () => {
    await liedTo(async ({ backend, proxy, chain }) => {
      changing(proxy, 'sendrawtransaction', () => 'ab'.repeat(32));
      await expect(backend.submit(payment(chain, 3))).rejects.toMatchObject(
        alarm('wrong-answer', { method: 'sendrawtransaction' }),
      );
    });
  });

  it('a spender that does not spend the output', async () => {
    await liedTo(async ({ backend, proxy, chain }) => {
      const bytes = payment(chain, 3);
      chain.submitTransaction(bytes);
      const { txid } = loadTransaction(bytes);
      const reward = chain.blockAt(4)!.block.transactions[0]!.txid;
      changing(proxy, 'gettxspendingprevout', () => [{ txid: reward, vout: 0, spendingtxid: txid }]);
      await expect(backend.spender({ txid: reward, vout: 0 })).rejects.toMatchObject(
        alarm('wrong-answer', { method: 'gettxspendingprevout' }),
      );
    });
  });
});
