import { describe, expect, it } from 'vitest';
import { headerHash, serializeHeader } from '../../src/devchain/blocks/header.ts';
import { mineHeader } from '../../src/devchain/blocks/proof-of-work.ts';
import { loadParsed } from '../../src/devchain/loaded-transaction.ts';
import type { Block, Devchain } from '../../src/index.ts';
import { scriptOf } from '../differential/coins.ts';
import { changedBlock, changing, internal, liedTo, pretendHeader } from './lied-to.ts';
import { RpcFailure } from './lying-proxy.ts';

const alarm = (code: string, evidence: object = {}) => ({
  code,
  evidence: expect.objectContaining(evidence) as unknown,
});

describe('a node that lies about blocks', () => {
  const cases: readonly (readonly [string, (block: Block) => Block, string])[] = [
    [
      'one of its transactions is missing',
      (block) => ({ ...block, transactions: block.transactions.slice(0, 2) }),
      'bad-txnmrklroot, hashMerkleRoot mismatch',
    ],
    [
      'its last transaction is there twice, with the same Merkle root (CVE-2012-2459)',
      (block) => ({ ...block, transactions: [...block.transactions, block.transactions.at(-1)!] }),
      'bad-txns-duplicate, duplicate transaction',
    ],
    [
      'a transaction pays somebody else',
      (block) => ({
        ...block,
        transactions: block.transactions.map(({ transaction }) =>
          loadParsed({
            ...transaction,
            outputs: transaction.outputs.map((output) => ({ ...output, script: scriptOf(9) })),
          }),
        ),
      }),
      'bad-txnmrklroot, hashMerkleRoot mismatch',
    ],
    [
      'a signature is another one',
      (block) => ({
        ...block,
        transactions: block.transactions.map((loaded, index) =>
          index === 0
            ? loaded
            : loadParsed({
                ...loaded.transaction,
                inputs: loaded.transaction.inputs.map((input) => ({
                  ...input,
                  witness: [new Uint8Array(64)],
                })),
              }),
        ),
      }),
      'bad-witness-merkle-match, CheckWitnessMalleation : witness merkle commitment mismatch',
    ],
    [
      'it has no transactions at all',
      (block) => ({ ...block, transactions: [] }),
      'bad-txnmrklroot, hashMerkleRoot mismatch',
    ],
  ];

  it.each(cases)('%s', async (_, change, reason) => {
    await liedTo(async ({ backend, proxy, chain, codes }) => {
      const { height, block } = chain.tip();
      expect(block.transactions).toHaveLength(3);
      changing(proxy, 'getblock', (truth) => changedBlock(truth, change));
      await expect(backend.blockAt(height)).rejects.toMatchObject(alarm('block-invalid', { height, reason }));
      expect(codes()).toEqual(['block-invalid']);
      // Nothing false is kept, and the node stays marked.
      proxy.lie = async () => undefined;
      expect((await backend.blockAt(height))!.transactions).toHaveLength(3);
      expect(backend.alarms.map(({ code }) => code)).toEqual(['block-invalid']);
    });
  });

  it('another block of the same chain', async () => {
    await liedTo(async ({ backend, proxy, chain }) => {
      proxy.lie = async (method, params, truth) =>
        method === 'getblock' && params[0] === chain.tip().block.hash
          ? changedBlock(await truth(), () => chain.blockAt(3)!.block)
          : undefined;
      await expect(backend.blockAt(chain.tip().height)).rejects.toMatchObject(
        alarm('block-invalid', { reason: 'wrong-block' }),
      );
    });
  });

  it('bytes that are no block', async () => {
    await liedTo(async ({ backend, proxy }) => {
      changing(proxy, 'getblock', (truth) => `${truth as string}00`);
      await expect(backend.blockAt(3)).rejects.toMatchObject(alarm('block-invalid', { height: 3 }));
    });
  });

  it('a block that is deleted is an alarm of its own', async () => {
    await liedTo(async ({ backend, proxy }) => {
      proxy.lie = async (method) =>
        method === 'getblock' ? new RpcFailure(-1, 'Block not available (pruned data)') : undefined;
      await expect(backend.blockAt(3)).rejects.toMatchObject(alarm('block-pruned', { height: 3 }));
    });
  });
});

describe('a node that lies about headers', () => {
  /** A header on top of the tip. */
  const next = (chain: Devchain) => {
    const { block } = chain.tip();
    return mineHeader({ ...block.header, previous: block.hash, time: block.header.time + 600 });
  };

  it('a header without work', async () => {
    await liedTo(async ({ backend, proxy, chain, codes }) => {
      const before = await backend.tip();
      const header = next(chain);
      let nonce = header.nonce;
      while (BigInt(`0x${headerHash({ ...header, nonce })}`) < 1n << 255n) nonce += 1;
      pretendHeader(proxy, before.height + 1, { ...header, nonce });
      await expect(backend.tip()).rejects.toMatchObject(
        alarm('header-invalid', { height: before.height + 1, reason: 'high-hash' }),
      );
      // Not even old blocks are answered while the node shows this.
      await expect(backend.blockAt(1)).rejects.toMatchObject(alarm('header-invalid'));
      expect(codes()).toEqual(['header-invalid']);
      proxy.lie = async () => undefined;
      expect(await backend.tip()).toEqual(before);
    });
  });

  it.each([
    ['an easier target', { bits: 0x2100ffff }, 'bad-diffbits'],
    ['a time that is not after the median', { time: 1 }, 'time-too-old'],
    ['a parent that is not the block below', { previous: 'ab'.repeat(32) as never }, 'prev-blk-not-found'],
  ])('a header with %s', async (_, change, reason) => {
    await liedTo(async ({ backend, proxy, chain }) => {
      const header = { ...next(chain), ...change };
      pretendHeader(proxy, chain.tip().height + 1, reason === 'bad-diffbits' ? header : mineHeader(header));
      await expect(backend.tip()).rejects.toMatchObject(alarm('header-invalid', { reason }));
    });
  });

  it('a header that is not the one that was asked for', async () => {
    await liedTo(async ({ backend, proxy, chain }) => {
      const hash = pretendHeader(proxy, chain.tip().height + 1, next(chain));
      const { lie } = proxy;
      const other = Buffer.from(serializeHeader(chain.tip().block.header)).toString('hex');
      proxy.lie = async (method, params, truth) =>
        method === 'getblockheader' && params[0] === hash ? other : lie(method, params, truth);
      await expect(backend.tip()).rejects.toMatchObject(alarm('wrong-answer', { method: 'getblockheader' }));
    });
  });

  it('a valid header counts, and its block, which is not there, does not', async () => {
    await liedTo(async ({ backend, proxy, chain }) => {
      const header = next(chain);
      const height = chain.tip().height + 1;
      pretendHeader(proxy, height, header);
      expect((await backend.tip()).height).toBe(height);
      await expect(backend.blockAt(height)).rejects.toMatchObject(alarm('block-pruned', { height }));
    });
  });

  it('a best block that its chain does not have', async () => {
    await liedTo(async ({ backend, proxy, chain }) => {
      changing(proxy, 'getbestblockhash', () => 'cd'.repeat(32));
      const before = await backend.tip();
      expect(before.height).toBe(chain.tip().height);
      proxy.lie = async (method, _, truth) => {
        if (method === 'getbestblockhash') return 'cd'.repeat(32);
        if (method === 'getblockchaininfo')
          return { ...((await truth()) as object), bestblockhash: 'cd'.repeat(32) };
        return undefined;
      };
      await expect(backend.tip()).rejects.toMatchObject(
        alarm('wrong-answer', { method: 'getblockchaininfo' }),
      );
    });
  });

  it.each([1, 2, 6])(
    '%i blocks fewer than it has shown: less work, until it has more again',
    async (count) => {
      await liedTo(async ({ backend, chain, codes, cleared }) => {
        const before = await backend.tip();
        chain.invalidate(chain.blockAt(before.height - count + 1)!.block.hash);
        await expect(backend.tip()).rejects.toMatchObject(
          alarm('less-work', { fork: before.height - count, height: before.height }),
        );
        await expect(backend.blockAt(1)).rejects.toMatchObject(alarm('less-work'));
        expect(codes()).toEqual(['less-work']);
        chain.mine(count + 1, scriptOf(2));
        expect((await backend.tip()).height).toBe(before.height + 1);
        expect(cleared.map(({ code }) => code)).toEqual(['less-work']);
        expect(backend.alarms).toEqual([]);
      });
    },
  );

  it('a chain whose blocks are taken back by hand is followed where that was asked for', async () => {
    await liedTo(
      async ({ backend, chain, codes }) => {
        const before = await backend.tip();
        chain.invalidate(chain.tip().block.hash);
        expect((await backend.tip()).height).toBe(before.height - 1);
        expect(codes()).toEqual([]);
      },
      { followsLessWork: true },
    );
  });

  it('a branch that has as much work as the known one is taken: nodes differ in what they saw first', async () => {
    await liedTo(async ({ backend, chain, codes }) => {
      const before = await backend.tip();
      chain.invalidate(chain.tip().block.hash);
      chain.mine(1, scriptOf(2));
      const after = await backend.tip();
      expect(after.height).toBe(before.height);
      expect(after.hash).toEqual(internal(chain.tip().block.hash));
      expect(codes()).toEqual([]);
    });
  });
});
