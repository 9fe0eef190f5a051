import {
  completeTransaction,
  type Graph,
  satoshi,
  type TransactionId,
  transactionOf,
} from '@prometheus-compute/protocol';
import { outputOf, type ScenarioCoin } from '../../packages/bitcoin/test/differential/coins.ts';
import type { ReadyChain } from '../../packages/node/test/fees/publisher.ts';
import { partySecret } from '../../packages/protocol/test/fixtures/terms.ts';
import { anchorChild } from '../graph/children.ts';
import { settingOf } from '../graph/setting.ts';

/** A contract of the fixture, on a chain, with a confirmed coin of somebody else. */
export interface ReadyContract extends ReadyChain {
  readonly otherCoin: ScenarioCoin;
}

/**
 * Mines until `id` is valid in the next block: Tx0, whatever comes between, and the waits.
 *
 * @param n - arbiters
 */
export function readyFor(id: TransactionId, n = 3): ReadyContract {
  const { s, graph, signatures, funding, feeCoins } = settingOf(n);
  s.block({ label: 'funding', transactions: funding });
  // What comes between is paid for by the second coin: the first is the reserve.
  let coin = feeCoins[1]!;
  for (const each of lineTo(graph, id)) {
    const { wait, zeroFee } = transactionOf(graph, each);
    if (wait > 1) s.mine(wait - 1);
    if (each === id) break;
    const bytes = completeTransaction(graph, each, signatures);
    const child = anchorChild(bytes, coin, 10_000n);
    s.block({ label: `${each} is in a block`, transactions: zeroFee ? [bytes, child] : [bytes] });
    if (zeroFee) coin = outputOf(child, 0);
  }
  const { steps } = s.finish();
  const blocks = steps.filter(({ method }) => method === 'submitblock');
  const { txid, vout, amount, script } = feeCoins[0]!;
  return {
    blocks: blocks.map(({ params }) => Uint8Array.from(Buffer.from(`${params[0]}`, 'hex'))),
    graph,
    signatures,
    reserve: { outpoint: { txid, vout }, amount: satoshi(amount), script },
    secretOf: partySecret,
    otherCoin: feeCoins[1]!,
  };
}

/** Tx0, …, `id`. */
function lineTo(graph: Graph, id: TransactionId): readonly TransactionId[] {
  const { parent } = transactionOf(graph, id);
  return parent === undefined ? [id] : [...lineTo(graph, parent), id];
}
