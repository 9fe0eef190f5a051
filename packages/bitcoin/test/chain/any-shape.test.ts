import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ChainAlarm,
  DevchainBackend,
  type JsonValue,
  loadTransaction,
  RpcClientError,
} from '../../src/index.ts';
import { liedTo, payment } from './lied-to.ts';

describe('answers of any shape', () => {
  const METHODS = [
    'getbestblockhash',
    'getblockchaininfo',
    'getblockhash',
    'getblockheader',
    'getblock',
    'gettxout',
    'getrawtransaction',
    'getmempoolentry',
    'gettxspendingprevout',
    'getmempoolinfo',
    'estimatesmartfee',
    'submitpackage',
  ];

  it('none is handed on, and none makes a call end otherwise than by an alarm or a failed call', async () => {
    await liedTo(async ({ backend, proxy, chain }) => {
      const truth = new DevchainBackend(chain);
      const { height } = chain.tip();
      const { txid } = loadTransaction(payment(chain, 1));
      const outpoint = { txid, vout: 0 };
      const honest = {
        tip: await truth.tip(),
        block: await truth.blockAt(height),
        output: await truth.output(outpoint),
        transaction: await truth.transaction(txid),
      };
      const answers: readonly (readonly [() => Promise<unknown>, readonly unknown[]])[] = [
        [() => backend.tip(), [honest.tip]],
        [() => backend.blockAt(height), [honest.block]],
        // That an output is spent, nobody can show to be false; nor that the mempool lacks something.
        [() => backend.output(outpoint), [honest.output, undefined]],
        [() => backend.transaction(txid), [honest.transaction]],
        [() => backend.spender(outpoint), [undefined]],
      ];
      const unverified = [() => backend.waiting(txid), () => backend.feeRate()];
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...METHODS), fc.jsonValue({ maxDepth: 3 }), async (method, lie) => {
          proxy.lie = async (called) => (called === method ? (lie as JsonValue) : undefined);
          for (const [ask, allowed] of answers) {
            const answer = await outcome(ask);
            if (!(answer instanceof Error)) expect(allowed).toContainEqual(answer);
          }
          for (const ask of unverified) await outcome(ask);
        }),
        { numRuns: 60 },
      );
    });
  });

  async function outcome(ask: () => Promise<unknown>): Promise<unknown> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ChainAlarm || error instanceof RpcClientError) return error;
      throw error;
    }
  }
});
