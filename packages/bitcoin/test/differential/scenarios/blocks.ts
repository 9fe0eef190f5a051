import { txidToInternal } from '@prometheus-compute/protocol';
import { makeBlock } from '../../../src/devchain/blocks/block.ts';
import type { BlockHeader } from '../../../src/devchain/blocks/header.ts';
import { merkleRoot } from '../../../src/devchain/blocks/merkle.ts';
import { meetsTarget, mineHeader } from '../../../src/devchain/blocks/proof-of-work.ts';
import type { LoadedTransaction } from '../../../src/devchain/loaded-transaction.ts';
import { type Block, loadTransaction, serializeTransaction, type Transaction } from '../../../src/index.ts';
import { outputOf, rewardOf, scriptOf, spend } from '../coins.ts';
import { type Scenario, ScenarioBuilder } from '../scenario.ts';
import { fundedScenario, REWARD } from './funded.ts';

/** The block with other transactions: merkle root and proof of work anew, unless told otherwise. */
function withTransactions(block: Block, transactions: readonly LoadedTransaction[]): Block {
  const { root } = merkleRoot(transactions.map(({ txid }) => txidToInternal(txid)));
  return makeBlock(mineHeader({ ...block.header, merkleRoot: root }), transactions);
}

/** The block with another header and its proof of work. */
function withHeader(change: Partial<BlockHeader>): (block: Block) => Block {
  return (block) => makeBlock(mineHeader({ ...block.header, ...change }), block.transactions);
}

/** The block with another coinbase; its witness commitment stays right, for it does not cover the coinbase. */
function withCoinbase(change: (coinbase: Transaction) => Transaction): (block: Block) => Block {
  return (block) => {
    const [coinbase, ...rest] = block.transactions;
    const edited = loadTransaction(serializeTransaction(change(coinbase!.transaction)));
    return withTransactions(block, [edited, ...rest]);
  };
}

/** Each rule of a block, broken by itself. */
export function blocksScenario(): Scenario {
  const { s, take } = fundedScenario('blocks', 8);
  const payment = spend({ from: [take()], to: [REWARD - 1000n] });
  const child = spend({ from: [outputOf(payment, 0)], to: [REWARD - 2000n] });

  s.refusedBlock('another merkle root', { edit: withHeader({ merkleRoot: new Uint8Array(32) }) });
  s.refusedBlock('no proof of work', {
    edit: (block) => {
      for (let nonce = 0; ; nonce++) {
        const tried = makeBlock({ ...block.header, nonce }, block.transactions);
        if (!meetsTarget(tried.hash, tried.header.bits)) return tried;
      }
    },
  });
  s.refusedBlock('another target', { edit: withHeader({ bits: 0x207ffffe }) });
  s.refusedBlock('version 3', { edit: withHeader({ version: 3 }) });
  s.refusedBlock('unknown parent', { edit: withHeader({ previous: UNKNOWN }) });
  const median = 1_700_000_000 + 600 * (s.tip.height - 5);
  s.refusedBlock('time at the median', { time: median });
  s.refusedBlock('time too far ahead', { time: 1_700_000_000 + 10 * 365 * 24 * 3600 + 7201 });
  s.refusedBlock('one satoshi too much', { fees: 1n });
  s.refusedBlock('one satoshi more than the fees', { transactions: [payment], fees: 1001n });
  s.refusedBlock('child before its parent', { transactions: [child, payment] });
  s.refusedBlock('the same output twice', {
    transactions: [payment, spend({ from: [rewardLike(payment)], to: [REWARD - 5000n] })],
  });
  s.refusedBlock('bad signature', {
    transactions: [
      spend({
        from: [take()],
        to: [REWARD - 1000n],
        edit: (tx) => ({ ...tx, inputs: [{ ...tx.inputs[0]!, witness: [new Uint8Array(64).fill(5)] }] }),
      }),
    ],
  });
  s.refusedBlock('more out than in', { transactions: [spend({ from: [take()], to: [REWARD + 1n] })] });
  s.refusedBlock('height of another block', {
    edit: withCoinbase((tx) => ({
      ...tx,
      inputs: [{ ...tx.inputs[0]!, scriptSig: Uint8Array.of(0x01, 0x05) }],
    })),
  });
  s.refusedBlock('coinbase script of 101 bytes', {
    edit: withCoinbase((tx) => ({
      ...tx,
      inputs: [
        {
          ...tx.inputs[0]!,
          scriptSig: Uint8Array.from([...tx.inputs[0]!.scriptSig, ...new Array<number>(101).fill(0)]).slice(
            0,
            101,
          ),
        },
      ],
    })),
  });
  s.refusedBlock('wrong witness commitment', {
    transactions: [payment],
    edit: withCoinbase((tx) => ({
      ...tx,
      outputs: [
        tx.outputs[0]!,
        {
          amount: 0n,
          script: Uint8Array.from([...tx.outputs[1]!.script.slice(0, 6), ...new Uint8Array(32)]),
        },
      ],
    })),
  });
  s.refusedBlock('no witness commitment', {
    transactions: [payment],
    edit: withCoinbase((tx) => ({
      ...tx,
      inputs: [{ ...tx.inputs[0]!, witness: [] }],
      outputs: [tx.outputs[0]!],
    })),
  });
  s.refusedBlock('reserved value of 31 bytes', {
    edit: withCoinbase((tx) => ({ ...tx, inputs: [{ ...tx.inputs[0]!, witness: [new Uint8Array(31)] }] })),
  });
  s.refusedBlock('no transaction', { edit: (block) => withTransactions(block, []) });
  s.refusedBlock('no coinbase', {
    transactions: [payment],
    edit: (block) => withTransactions(block, block.transactions.slice(1)),
  });
  s.refusedBlock('two coinbases', {
    edit: (block) => withTransactions(block, [block.transactions[0]!, block.transactions[0]!]),
  });
  s.refusedBlock('two different coinbases', {
    edit: (block) => {
      const { transaction } = block.transactions[0]!;
      const other = loadTransaction(serializeTransaction({ ...transaction, lockTime: 0 }));
      return withTransactions(block, [block.transactions[0]!, other]);
    },
  });
  s.refusedBlock('over the weight limit by a witness', {
    transactions: [
      spend({
        from: [take()],
        to: [REWARD - 1000n],
        // An annex may have any size; the weight is checked before the signature that covers it.
        edit: (tx) => {
          const annex = new Uint8Array(4_000_000).fill(0x50);
          return { ...tx, inputs: [{ ...tx.inputs[0]!, witness: [...tx.inputs[0]!.witness, annex] }] };
        },
      }),
    ],
  });
  s.refusedBlock('a transaction twice', {
    transactions: [payment],
    edit: (block) => withTransactions(block, [...block.transactions, block.transactions[1]!]),
  });
  s.refusedBlock('mutated merkle tree', {
    transactions: [payment, child],
    // Three transactions have the root of four with the last one twice (CVE-2012-2459).
    edit: (block) => makeBlock(block.header, [...block.transactions, block.transactions[2]!]),
  });
  s.refusedBlock('20,001 signature operations', {
    edit: withCoinbase((tx) => ({
      ...tx,
      outputs: [...tx.outputs, { amount: 0n, script: new Uint8Array(20_001).fill(0xac) }],
    })),
  });
  s.refusedBlock('over the weight limit', {
    edit: withCoinbase((tx) => ({
      ...tx,
      outputs: [...tx.outputs, { amount: 0n, script: new Uint8Array(1_000_000).fill(0x6a) }],
    })),
  });
  const good = s.block({ label: 'all fees taken', transactions: [payment, child], fees: 2000n });
  s.repeat('again');
  s.block({ label: 'less than the subsidy', fees: -4_000_000_000n });
  s.block({
    label: 'coinbase without its witness',
    edit: withCoinbase((tx) => ({ ...tx, inputs: [{ ...tx.inputs[0]!, witness: [] }] })),
  });
  const second = spend({ from: [outputOf(child, 0)], to: [REWARD - 3000n] });
  s.refusedBlock('reward of a young block', {
    transactions: [second, spend({ from: [rewardOf(good)], to: [1000n] })],
  });
  s.call('not a block', 'submitblock', ['00']);
  s.call('not hexadecimal', 'submitblock', ['xy']);
  s.call('height at the end', 'getblockcount', []);
  s.call('tip at the end', 'getbestblockhash', []);
  return s.finish();
}

const UNKNOWN = '11'.repeat(32) as BlockHeader['previous'];

/** The output that the first input of a transaction spends. */
function rewardLike(bytes: Uint8Array) {
  const { txid, vout } = loadTransaction(bytes).transaction.inputs[0]!;
  return { ...outputOf(bytes, 0), txid, vout, amount: REWARD };
}

/** Halvings: the subsidy of block 150 is 25 bitcoin. */
export function subsidyScenario(): Scenario {
  const s = new ScenarioBuilder('subsidy');
  s.mine(149, scriptOf());
  s.refusedBlock('50 bitcoin at height 150', { fees: 2_500_000_000n });
  s.block({ label: '25 bitcoin at height 150' });
  s.mine(149);
  s.refusedBlock('12.5 bitcoin and one satoshi at height 300', { fees: 1n });
  s.block({ label: '12.5 bitcoin at height 300' });
  return s.finish();
}
