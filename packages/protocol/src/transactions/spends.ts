import type { Outpoint } from '../contract/outpoint.ts';
import { type Party, parties } from '../contract/party.ts';
import type { Hash32, SchnorrSignature, Txid, XOnlyKey } from '../primitives/brands.ts';
import { type Graph, GraphError, type TransactionId, transactionOf } from './graph.ts';
import { sequenceFor } from './transaction.ts';
import {
  type Prevout,
  serializeSigned,
  serializeUnsigned,
  sighashPrefix,
  taprootSighash,
  txidOf,
  type UnsignedTransaction,
  virtualSize,
  witnessSize,
} from './unsigned.ts';

/** An output of the graph together with the leaf by which it is taken. */
export interface LeafSpend {
  readonly outpoint: Outpoint;
  readonly prevout: Prevout;
  readonly sequence: number;
  readonly script: Uint8Array;
  readonly controlBlock: Uint8Array;
  /** In script order. */
  readonly signers: readonly (Party | 'verificationLock')[];
  readonly keys: readonly XOnlyKey[];
}

/** A plain BIP86 payout of the graph, taken by key path. */
export interface KeySpend {
  readonly outpoint: Outpoint;
  readonly prevout: Prevout;
  readonly sequence: number;
  readonly script: undefined;
  readonly signers: readonly [Party];
}

/**
 * A payout to one party's own key.
 * @throws GraphError `output-unknown` when the output belongs to no single party, or only its leaves spend it
 */
export function spendPayout(graph: Graph, id: TransactionId, vout: number): KeySpend {
  const { txid, outputs } = transactionOf(graph, id);
  const output = outputs[vout];
  const owner = parties(graph.terms.arbiters.length).find((party) => party === output?.payee);
  if (output === undefined || owner === undefined || output.leaves.length > 0) {
    throw new GraphError('output-unknown', `${id}:${vout} is no payout to one party`, {
      evidence: { transaction: id, vout },
    });
  }
  const { amount, script } = output;
  return {
    outpoint: { txid, vout },
    prevout: { amount, script },
    sequence: sequenceFor(0),
    script: undefined,
    signers: [owner],
  };
}

function leafSpend(graph: Graph, id: TransactionId, vout: number, leaf: number): LeafSpend {
  const { txid, outputs } = transactionOf(graph, id);
  const output = outputs[vout];
  const way = output?.leaves[leaf];
  if (output === undefined || way === undefined) {
    throw new GraphError('output-unknown', `${id}:${vout} has no such leaf`, {
      evidence: { transaction: id, vout },
    });
  }
  const { script, controlBlock, signers, keys, wait } = way;
  return {
    outpoint: { txid, vout },
    prevout: { amount: output.amount, script: output.script },
    sequence: sequenceFor(wait),
    script,
    controlBlock,
    signers,
    keys,
  };
}

/**
 * Tx4's or Tx4′'s fee output: V's with u_p, or C's after max(144, 4Δ) blocks (D4).
 * @throws GraphError `output-unknown`
 */
export function spendFeeOutput(
  graph: Graph,
  settlement: 'Tx4' | "Tx4'",
  by: 'verifier' | 'client',
): LeafSpend {
  const vout = transactionOf(graph, settlement).outputs.findIndex((output) => output.payee === 'feeWindow');
  return leafSpend(graph, settlement, vout, by === 'verifier' ? 0 : 1);
}

/**
 * The stake of A_index in Tx0: A_i, C and W together at any time, or A_i alone after t4.
 * @throws GraphError `output-unknown`
 */
export function spendStake(graph: Graph, index: number, by: 'together' | 'arbiter'): LeafSpend {
  return leafSpend(graph, 'Tx0', stakeVout(graph, index), by === 'together' ? 0 : 1);
}

function stakeVout(graph: Graph, index: number): number {
  if (!Number.isInteger(index) || index < 1 || index > graph.terms.parameters.n) {
    throw new GraphError('output-unknown', `there is no arbiter ${index}`, { evidence: { index } });
  }
  return index;
}

/** The Client's bond in Tx0: C and W together at any time, or C alone after t4. */
export function spendBond(graph: Graph, by: 'together' | 'client'): LeafSpend {
  return leafSpend(graph, 'Tx0', graph.terms.parameters.n + 1, by === 'together' ? 0 : 1);
}

/** A transaction outside the graph that takes outputs of it. */
export interface SpendTransaction {
  readonly txid: Txid;
  /** Serialised without witnesses. */
  readonly unsigned: Uint8Array;
  /** vB when fully signed. */
  readonly vsize: number;
  /** What the signers of each spend sign (BIP341, SIGHASH_DEFAULT). */
  readonly sighashes: readonly Hash32[];
  /** The full transaction; signatures of each spend in script order. */
  complete(signatures: readonly (readonly SchnorrSignature[])[]): Uint8Array;
}

/**
 * Builds a version 3 transaction that takes outputs of the graph, by leaf or by key path.
 * @param outputs - their sum is at most that of the spends; the rest is fee
 */
export function spendTransaction(
  spends: readonly (LeafSpend | KeySpend)[],
  outputs: readonly Prevout[],
): SpendTransaction {
  const transaction: UnsignedTransaction = { lockTime: 0, inputs: spends, outputs };
  const unsigned = serializeUnsigned(transaction);
  const prefix = sighashPrefix(transaction);
  const witnesses = spends.reduce((size, spend) => {
    const reveal = spend.script === undefined ? [] : [spend.script.length, spend.controlBlock.length];
    return size + witnessSize([...spend.signers.map(() => 64), ...reveal]);
  }, 0);
  return {
    txid: txidOf(unsigned),
    unsigned,
    vsize: virtualSize(unsigned.length, witnesses),
    sighashes: spends.map((spend, i) => taprootSighash(prefix, i, spend.script)),
    complete: (signatures) =>
      serializeSigned(
        transaction,
        spends.map((spend, i) => {
          const { signers } = spend;
          const ordered = signatures[i] ?? [];
          if (ordered.length !== signers.length) {
            throw new GraphError('signature-missing', `spend ${i} takes ${signers.length} signatures`, {
              evidence: { input: i, given: ordered.length },
            });
          }
          const reveal = spend.script === undefined ? [] : [spend.script, spend.controlBlock];
          return [...[...ordered].reverse(), ...reveal];
        }),
      ),
  };
}
