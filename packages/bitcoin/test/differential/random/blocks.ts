import { txidToInternal } from '@prometheus-compute/protocol';
import { makeBlock } from '../../../src/devchain/blocks/block.ts';
import type { BlockHeader } from '../../../src/devchain/blocks/header.ts';
import { merkleRoot } from '../../../src/devchain/blocks/merkle.ts';
import { mineHeader } from '../../../src/devchain/blocks/proof-of-work.ts';
import {
  type Block,
  type BlockNode,
  buildBlock,
  type LoadedTransaction,
  loadTransaction,
  serializeTransaction,
  type Transaction,
} from '../../../src/index.ts';
import type { ScenarioModel } from './model.ts';
import type { SeededRandom } from './seeded-random.ts';

/** A block on `parent`, most likely valid. @param others - offered beside what waits in the mempool */
export function randomBlock(
  random: SeededRandom,
  model: ScenarioModel,
  parent: BlockNode,
  others: readonly Uint8Array[],
  clock: number,
): Block {
  const share = random.pick([0, 3, 7, 10]);
  const waiting = parent === model.chain.tip() ? someOfMempool(random, model, share) : [];
  const transactions = [...waiting, ...others.map((bytes) => loadTransaction(bytes))];
  const fees = waiting.reduce((sum, { txid }) => sum + model.chain.mempool.entry(txid)!.fee, 0n);
  const { time } = parent.block.header;
  const usual = time + 599 - random.below(900);
  const block = buildBlock(
    {
      previous: parent.block.hash,
      height: parent.height + 1,
      time: random.pick([
        usual,
        usual,
        usual,
        parent.medianTimePast + 1,
        parent.medianTimePast,
        clock + 7200,
        clock + 7201,
        time + 512 * random.below(5),
      ]),
    },
    {
      script: model.lock(!random.oneIn(3)).script,
      transactions: random.oneIn(15) ? transactions.toReversed() : transactions,
      fees: random.oneIn(12) ? fees + BigInt(random.below(3) - 1) : random.oneIn(3) ? 0n : fees,
      extraNonce: random.bytes(3),
    },
  );
  return random.oneIn(6) ? broken(random, block, parent) : block;
}

/** Parents before children; `share` tenths of it. */
function someOfMempool(
  random: SeededRandom,
  { chain }: ScenarioModel,
  share: number,
): readonly LoadedTransaction[] {
  const pending = new Set([...chain.mempool.entries()].filter(() => random.below(10) < share));
  const chosen = new Set<LoadedTransaction>();
  for (let before = -1; before !== chosen.size; ) {
    before = chosen.size;
    for (const entry of pending) {
      if (!chain.mempool.parents(entry.loaded).every(({ loaded }) => chosen.has(loaded))) continue;
      chosen.add(entry.loaded);
      pending.delete(entry);
    }
  }
  return [...chosen];
}

function withTransactions(block: Block, transactions: readonly LoadedTransaction[]): Block {
  const { root } = merkleRoot(transactions.map(({ txid }) => txidToInternal(txid)));
  return makeBlock(mineHeader({ ...block.header, merkleRoot: root }), transactions);
}

/** The block with one thing wrong, or only unusual. */
function broken(random: SeededRandom, block: Block, parent: BlockNode): Block {
  const [coinbase, ...rest] = block.transactions;
  const { transaction } = coinbase!;
  const input = transaction.inputs[0]!;
  const [reward, commitment] = transaction.outputs;
  const editCoinbase = (change: Partial<Transaction>): Block => {
    const edited = loadTransaction(serializeTransaction({ ...transaction, ...change }));
    return withTransactions(block, [edited, ...rest]);
  };
  const editInput = (change: Partial<typeof input>): Block =>
    editCoinbase({ inputs: [{ ...input, ...change }] });
  const editHeader = (change: Partial<BlockHeader>): Block =>
    makeBlock(mineHeader({ ...block.header, ...change }), block.transactions);
  switch (random.below(16)) {
    case 0:
      return makeBlock(block.header, [...block.transactions, block.transactions.at(-1)!]);
    case 1:
      return editHeader({ version: random.pick([0, 1, 3, 4, -1, 0x7fff_ffff]) });
    case 2:
      return editHeader({ bits: 0x207f_fffe });
    case 3:
      return editHeader({ merkleRoot: random.bytes(32) });
    case 4: {
      const other = Uint8Array.from([...commitment!.script.slice(0, 6), ...random.bytes(32)]);
      return editCoinbase({ outputs: [reward!, { amount: 0n, script: other }] });
    }
    case 5:
      return editInput({ witness: [] });
    case 6:
      return editInput({ scriptSig: random.bytes(random.pick([1, 2, 3, 100, 101])) });
    case 7:
      return editInput({ sequence: random.pick([0, 0xffff_ffff, 0x0040_0001]) });
    case 8:
      return editInput({
        witness: random.pick([[new Uint8Array(31)], [random.bytes(32)], [new Uint8Array(0)]]),
      });
    case 9: {
      const { height, medianTimePast } = parent;
      return editCoinbase({
        lockTime: random.pick([height + 1, height + 2, 0, medianTimePast, 0xffff_ffff]),
      });
    }
    case 10:
      return editCoinbase({ version: random.pick([0, 3, 0xffff_ffff]), outputs: [reward!] });
    case 11: {
      const size = random.pick([9999, 19_900, 20_001]);
      const script = new Uint8Array(size).fill(0xac);
      return editCoinbase({ outputs: [...transaction.outputs, { amount: 0n, script }] });
    }
    case 12:
      return withTransactions(block, [...block.transactions, block.transactions.at(-1)!]);
    case 13:
      return withTransactions(block, rest);
    case 14:
      return withTransactions(block, [coinbase!, ...random.shuffled(rest)]);
    default:
      return withTransactions(block, []);
  }
}
