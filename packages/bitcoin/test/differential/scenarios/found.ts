import { P2A_SCRIPT, toHex, txidToInternal } from '@prometheus-compute/protocol';
import { makeBlock } from '../../../src/devchain/blocks/block.ts';
import { merkleRoot } from '../../../src/devchain/blocks/merkle.ts';
import { mineHeader } from '../../../src/devchain/blocks/proof-of-work.ts';
import { type Block, loadTransaction, serializeBlock, serializeTransaction } from '../../../src/index.ts';
import { outputOf, spend } from '../coins.ts';
import { type Scenario, ScenarioBuilder } from '../scenario.ts';
import { fundedScenario, REWARD } from './funded.ts';

const FOURTEEN_DAYS = 336 * 3600;

/** What random comparisons found about blocks: headers without transactions, targets, trailing bytes. */
export function headersScenario(): Scenario {
  const s = new ScenarioBuilder('headers');
  const [base] = s.mine(3).slice(-1);
  s.refusedBlock('easier than the chain allows', {
    edit: (block) => makeBlock({ ...block.header, bits: 0x2100ffff }, block.transactions),
  });
  const mutated = s.block({ label: 'witness that nothing commits to', edit: withoutCommitment });
  s.call('header above the tip', 'getblockchaininfo', [], ['blocks', 'headers', 'bestblockhash']);
  s.call('its transactions', 'getblock', [mutated.block.hash]);
  s.call('its header', 'getblockheader', [mutated.block.hash]);
  s.block({ label: 'child of a header' });
  s.call('still not connected', 'getblockchaininfo', [], ['blocks', 'headers', 'bestblockhash']);
  s.continueFrom(base!);
  const late = s.refusedBlock('coinbase that is not final', {
    extraNonce: 1,
    edit: (block) => withCoinbaseLock(block, 100),
  });
  s.refusedBlock('on it', { parent: late });
  s.reconsider('a block without transactions', late);
  s.call('after it', 'getblockchaininfo', [], ['blocks', 'headers', 'bestblockhash']);
  s.call('once more', 'submitblock', [toHex(serializeBlock(late.block))]);
  const good = s.block({ extraNonce: 2 });
  s.call('trailing bytes', 'submitblock', [`${toHex(serializeBlock(good.block))}00ff`]);
  s.call('at the end', 'getblockchaininfo', [], ['blocks', 'headers', 'bestblockhash']);
  return s.finish();
}

/** What random comparisons found about the mempool across reorganisations and time. */
export function returningScenario(): Scenario {
  const { s, take } = fundedScenario('returning', 6);
  // 70 children of one transaction are 70 clusters while it is confirmed, and one that is too large after.
  const parent = spend({ from: [take()], to: new Array<bigint>(70).fill(1_000_000n) });
  const holder = s.block({ label: 'holds the parent', transactions: [parent] });
  for (let vout = 0; vout < 70; vout++) {
    const fee = BigInt(200 + 10 * ((vout * 37) % 70));
    s.send(`child ${vout}`, spend({ from: [outputOf(parent, vout)], to: [1_000_000n - fee] }));
  }
  s.invalidate('parent returns', holder);
  s.mempool('those that pay the least are gone');

  // A branch that turns out invalid: the mempool fits the chain that it left before the old one is back.
  const coin = take();
  const payment = spend({ from: [coin], to: [REWARD - 1000n] });
  const fork = s.tip;
  s.continueFrom({ ...fork, block: holder.block, height: holder.height });
  s.reconsider('holder is back', holder);
  s.block({ label: 'holds the payment', transactions: [payment] });
  s.send('child of the payment', spend({ from: [outputOf(payment, 0)], to: [REWARD - 3000n] }));
  s.block({ label: 'side 1', parent: holder, extraNonce: 1 });
  s.block({ label: 'side 2, pays itself too much', extraNonce: 1, fees: 1n });
  s.mempool('after the attempt');
  s.call('entry after the attempt', 'getmempoolinfo', [], ['size', 'bytes', 'total_fee']);

  // A script error after a good member leaves the verdict on the good one.
  const first = spend({ from: [take()], to: [REWARD - 1000n] });
  const bad = spend({
    from: [outputOf(first, 0)],
    to: [REWARD - 3000n],
    edit: (tx) => ({ ...tx, inputs: [{ ...tx.inputs[0]!, witness: [new Uint8Array(64).fill(9)] }] }),
  });
  s.test('second script fails', [first, bad]);

  // Who spends what it replaces.
  const root = take();
  const one = spend({ from: [root], to: [REWARD / 2n, REWARD / 2n - 500n] });
  const two = spend({ from: [outputOf(one, 0)], to: [REWARD / 2n - 500n] });
  s.send('root', one);
  s.send('its child', two);
  const both = [outputOf(two, 0), { ...outputOf(one, 0) }, root];
  s.test('replaces its ancestors', [spend({ from: both, to: [REWARD - 900_000n] })]);

  s.call('14 days later', 'setmocktime', [MOCK_TIME + FOURTEEN_DAYS + 1]);
  s.mempool('nothing has left yet');
  s.package('a package on an expired one', [spend({ from: [outputOf(two, 0)], to: [REWARD / 2n - 5000n] })]);
  s.mempool('all have left');
  s.send('another', spend({ from: [take()], to: [REWARD - 1000n] }));
  s.mempool('the new one is there');
  return s.finish();
}

/** A P2SH input whose scriptSig pushes too much. */
export function malformedScriptSigScenario(): Scenario {
  const { s, take } = fundedScenario('malformed-script-sig', 1);
  const script = Uint8Array.of(0xa9, 20, ...new Uint8Array(20).fill(1), 0x87);
  const funding = spend({
    from: [take()],
    to: [{ amount: 100_000n, script }, { amount: 100_000n, script }, REWARD / 2n],
  });
  s.block({ label: 'funding', transactions: [funding] });
  for (const [label, scriptSig] of [
    ['push of 521 bytes', Uint8Array.of(0x4d, 0x09, 0x02, ...new Uint8Array(521))],
    ['1001 items', new Uint8Array(1001)],
    ['reserved opcode', Uint8Array.of(0x50)],
    ['nothing', new Uint8Array(0)],
  ] as const) {
    const transaction = spend({
      from: [{ ...outputOf(funding, 0), script: P2A_SCRIPT, key: undefined }],
      to: [50_000n],
      edit: (tx) => ({ ...tx, inputs: [{ ...tx.inputs[0]!, scriptSig }] }),
    });
    s.test(label, [transaction]);
  }
  return s.finish();
}

const MOCK_TIME = 1_700_000_000 + 10 * 365 * 24 * 3600;

function withoutCommitment(block: Block): Block {
  const { transaction } = block.transactions[0]!;
  const edited = { ...transaction, outputs: transaction.outputs.slice(0, 1) };
  return rebuilt(block, serializeTransaction(edited));
}

function withCoinbaseLock(block: Block, lockTime: number): Block {
  const { transaction } = block.transactions[0]!;
  return rebuilt(block, serializeTransaction({ ...transaction, lockTime }));
}

function rebuilt(block: Block, coinbase: Uint8Array): Block {
  const transactions = [loadTransaction(coinbase), ...block.transactions.slice(1)];
  const { root } = merkleRoot(transactions.map(({ txid }) => txidToInternal(txid)));
  return makeBlock(mineHeader({ ...block.header, merkleRoot: root }), transactions);
}
