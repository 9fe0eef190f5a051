import { arbiterParty, type Party } from '../../contract/party.ts';
import { DUST } from '../../contract/payouts.ts';
import { type Satoshi, satoshi } from '../../primitives/brands.ts';
import { type Graph, type TransactionId, transactionOf } from '../../transactions/graph.ts';
import {
  type KeySpend,
  type LeafSpend,
  type SpendTransaction,
  spendBond,
  spendStake,
  spendTransaction,
} from '../../transactions/spends.ts';
import { bip86Script } from '../../transactions/taproot.ts';
import { sequenceFor } from '../../transactions/transaction.ts';

/**
 * Satoshis per vB that a release pays: C, W and the owner build the same bytes, so nobody can ask for another fee. Twice
 * what a quiet network asks for; the owner raises it by a child if it is in a hurry.
 */
const RELEASE_FEE_RATE = 2n;

/** A stake or the bond on its way back to its owner before t4, by the leaf of owner, C and W (T §Commitment). */
export interface Release {
  /** Index in Tx0. */
  readonly output: number;
  readonly owner: Party;
  readonly spend: LeafSpend;
  /** Where it goes: the BIP86 output of the owner's transaction key. */
  readonly script: Uint8Array;
  readonly amount: Satoshi;
  readonly transaction: SpendTransaction;
}

/** Asked for at every block after the end; everything in it follows from the graph. */
const made = new WeakMap<Graph, Map<TransactionId, readonly Release[]>>();

/**
 * Everything of Tx0 that a settlement leaves for its owners: stakes and bond, or what an appeal (the bond) or a challenge
 * (nothing) has not taken. An output that its own fee would eat is left to its owner's leaf.
 *
 * @param settlement - transaction that closed the channel
 */
export function releasesOf(graph: Graph, settlement: TransactionId): readonly Release[] {
  const ofGraph = made.get(graph) ?? new Map<TransactionId, readonly Release[]>();
  made.set(graph, ofGraph);
  const releases = ofGraph.get(settlement) ?? makeReleases(graph, settlement);
  ofGraph.set(settlement, releases);
  return releases;
}

function makeReleases(graph: Graph, settlement: TransactionId): readonly Release[] {
  const { n } = graph.terms.parameters;
  const stakes = Array.from({ length: n }, (_, i): readonly [number, Party] => [i + 1, arbiterParty(i + 1)]);
  const bond = [n + 1, 'client'] as const;
  const { parent } = transactionOf(graph, settlement);
  const left = parent === 'TxAc' ? [] : parent === 'TxA' ? [bond] : [...stakes, bond];
  return left.flatMap(([output, owner]) => releaseOf(graph, output, owner) ?? []);
}

function releaseOf(graph: Graph, output: number, owner: Party): Release | undefined {
  const { contract, arbiters } = graph.terms;
  const spend = owner === 'client' ? spendBond(graph, 'together') : spendStake(graph, output, 'together');
  const key = owner === 'client' ? contract.client.transactionKey : arbiters[output - 1]!.key;
  const script = bip86Script(key);
  const { vsize } = spendTransaction([spend], [spend.prevout]);
  const amount = spend.prevout.amount - BigInt(vsize) * RELEASE_FEE_RATE;
  if (amount < DUST) return undefined;
  const transaction = spendTransaction([spend], [{ amount: satoshi(amount), script }]);
  return { output, owner, spend, script, amount: satoshi(amount), transaction };
}

/** The one output of a release, which its owner takes with its transaction key. */
export function spendReleased({ transaction, amount, script, owner }: Release): KeySpend {
  return {
    outpoint: { txid: transaction.txid, vout: 0 },
    prevout: { amount, script },
    sequence: sequenceFor(0),
    script: undefined,
    signers: [owner],
  };
}
