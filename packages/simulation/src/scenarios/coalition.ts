import {
  arbiterIndex,
  type Graph,
  type LeafSpend,
  type Party,
  satoshi,
  spendStake,
  spendTransaction,
  transactionOf,
} from '@prometheus-compute/protocol';
import type { Stage } from '../stage/stage.ts';

/** A transaction by which a coalition would move money of somebody who is not in it. */
export interface Attempt {
  readonly what: string;
  readonly bytes: Uint8Array;
}

/** Satoshis that an attempt pays as fee. */
const FEE = 2_000n;
/** BIP68: version 3 inputs without a wait. */
const NO_WAIT = 0xffff_fffd;

/** The pool of TxA, by its only leaf: everybody who has money in it (D6). */
function spendPool(graph: Graph): LeafSpend {
  const { txid, outputs } = transactionOf(graph, 'TxA');
  const { amount, script, leaves } = outputs[0]!;
  return { ...leaves[0]!, outpoint: { txid, vout: 0 }, prevout: { amount, script }, sequence: NO_WAIT };
}

/**
 * Everything that all but one can try with their real keys against the stake of the one who is left: its leaves in Tx0, and the pool of TxA.
 * In the place of the signature that they do not have stands one of the Client's.
 */
export function coalitionAttempts(stage: Stage, outsider: Party): readonly Attempt[] {
  const graph = stage.client.openGraph;
  const index = arbiterIndex(outsider)!;
  return [
    {
      what: 'the stake, by the leaf of A, C and W',
      bytes: take(stage, spendStake(graph, index, 'together'), outsider),
    },
    {
      what: 'the stake, by the leaf of A after t4',
      bytes: take(stage, spendStake(graph, index, 'arbiter'), outsider),
    },
    { what: 'the pool of TxA', bytes: take(stage, spendPool(graph), outsider) },
  ];
}

function take(stage: Stage, spend: LeafSpend, outsider: Party): Uint8Array {
  const script = stage.client.party.wallet.freshScript();
  const amount = satoshi(spend.prevout.amount - FEE);
  const transaction = spendTransaction([spend], [{ amount, script }]);
  const hash = transaction.sighashes[0]!;
  const signatures = spend.signers.map((by) => {
    const signer = by === outsider ? stage.client : stage.actor(stage.peerOf(by as Party));
    return signer.party.node.ports.signer.signTransaction(signer.record.keys, hash);
  });
  return transaction.complete([signatures]);
}
