import { arbiterIndex, type Party } from '../contract/party.ts';
import type { Graph, TransactionId } from './graph.ts';
import { type SignatureSlot, slotKey, slotsOf } from './signing.ts';

/** A state of the chain in which a party may find itself alone: the last transaction that confirmed. */
export type GuaranteeState = 'Tx0' | 'TxV1' | 'TxV0' | 'TxA' | 'TxAc';

/** A transaction that a party could complete alone in a state. */
export interface Guarantee {
  readonly state: GuaranteeState;
  readonly transaction: TransactionId;
  /** Signatures of others that it must hold for that; its own ones, and h_p for W, it has. */
  readonly needs: readonly SignatureSlot[];
}

type Exits = readonly (readonly [GuaranteeState, readonly TransactionId[]])[];

/** After an arbitration has begun, everybody leaves it alike (D13). */
const ARBITRATION: Exits = [
  ['TxA', ['Tx6']],
  ['TxAc', ['Tx6c']],
];

const EXITS: Readonly<Record<'client' | 'worker' | 'verifier' | 'arbiter', Exits>> = {
  client: [['Tx0', ['Tx1']], ['TxV1', ["Tx1'", 'TxAc']], ['TxV0', ['Tx5']], ...ARBITRATION],
  worker: [['Tx0', ['Tx1', 'Tx3']], ['TxV1', ["Tx1'", "Tx4'"]], ['TxV0', ['Tx5', 'TxA']], ...ARBITRATION],
  verifier: [['Tx0', ['Tx1', 'TxV1', 'TxV0']], ['TxV1', ["Tx1'"]], ['TxV0', ['Tx5']], ...ARBITRATION],
  // Until an arbitration begins, and if none does, an arbiter's stake frees itself at t4 with its own signature.
  arbiter: ARBITRATION,
};

/** What `party` could complete alone in every state (T §Setup 4): checked before it signs its input of Tx0. */
export function guaranteeSet(graph: Graph, party: Party): readonly Guarantee[] {
  const exits = EXITS[arbiterIndex(party) === undefined ? (party as keyof typeof EXITS) : 'arbiter'];
  return exits.flatMap(([state, transactions]) =>
    transactions.map((transaction) => ({
      state,
      transaction,
      needs: slotsOf(graph, transaction).filter((slot) => slot.signer !== party),
    })),
  );
}

/**
 * Signatures that `party` still lacks for its guarantee set; it signs nothing of Tx0 before there are none.
 * @param held - slot keys of the verified signatures of others
 */
export function missingForGuarantee(
  graph: Graph,
  party: Party,
  held: { has(key: string): boolean },
): readonly SignatureSlot[] {
  return guaranteeSet(graph, party).flatMap(({ needs }) => needs.filter((slot) => !held.has(slotKey(slot))));
}
