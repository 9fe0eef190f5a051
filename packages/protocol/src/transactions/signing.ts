import { arbiterParty, type Party, parties, ROLES } from '../contract/party.ts';
import { parseSettlement, type SettlementId } from '../contract/settlements.ts';
import { type Graph, type GraphTransaction, type TransactionId, transactionOf } from './graph.ts';

/** Place of one signature in the graph. */
export interface SignatureSlot {
  readonly transaction: TransactionId;
  readonly input: number;
  readonly signer: Party;
  /** `adaptor`: given away as an adaptor signature under P_h (D9); in the witness it is a plain one all the same. */
  readonly kind: 'plain' | 'adaptor';
}

/** Unique key of a slot, for maps of signatures. */
export function slotKey(slot: Pick<SignatureSlot, 'transaction' | 'input' | 'signer'>): string {
  return `${slot.transaction}/${slot.input}/${slot.signer}`;
}

/** Columns "signed at setup by" and "finished by" of T §The tree. */
interface SigningPlan {
  /** Withhold their signatures at setup, and sign in this order later. */
  readonly finishers: readonly Party[];
  /** C's signature is an adaptor signature under P_h. */
  readonly adaptor: boolean;
  /** Who must hold what is signed at setup. */
  readonly recipients: readonly Party[];
}

/** Everybody who signs at setup has to see these complete: nobody can be held hostage (D13). */
const exit = (recipients: readonly Party[]): SigningPlan => ({ finishers: [], adaptor: false, recipients });
/** Held back and published by one party. */
const heldBy = (party: Party, adaptor = false): SigningPlan => ({
  finishers: [party],
  adaptor,
  recipients: [party],
});

function settlementPlan(n: number, id: SettlementId): SigningPlan {
  const settlement = parseSettlement(id);
  if (settlement.kind === 'decision') {
    const coherent = settlement.coherent.map(arbiterParty);
    switch (settlement.family) {
      // S decides and is paid; those whom the decision pays can publish it too.
      case 'Tx7':
      case 'Tx9c':
        return { finishers: coherent, adaptor: false, recipients: ['client', 'verifier', ...coherent] };
      case 'Tx7c':
        return { finishers: coherent, adaptor: false, recipients: ['client', ...coherent] };
      case 'Tx8':
      case 'Tx8c':
        return { finishers: [...coherent, 'worker'], adaptor: true, recipients: ['worker'] };
    }
  }
  switch (settlement.id) {
    case 'Tx1':
    case "Tx1'":
    case 'Tx5':
      return exit(ROLES);
    case 'Tx6':
    case 'Tx6c':
      return exit(parties(n));
    case 'Tx3':
    case "Tx4'":
      return heldBy('worker', true);
    // D24: nothing of Tx4 is signed at setup; V's verdict, C's release, W, in this order.
    case 'Tx4':
      return { finishers: ['verifier', 'client', 'worker'], adaptor: true, recipients: ['worker'] };
  }
}

function signingPlan(n: number, id: TransactionId): SigningPlan {
  switch (id) {
    // D25: arbiters → V, W → C.
    case 'Tx0':
      return {
        finishers: [...parties(n).slice(ROLES.length), 'verifier', 'worker', 'client'],
        adaptor: false,
        recipients: ['client'],
      };
    case 'TxV1':
    case 'TxV0':
      return heldBy('verifier');
    case 'TxA':
      return heldBy('worker');
    case 'TxAc':
      return heldBy('client');
    default:
      return settlementPlan(n, id);
  }
}

/** Plans that were worked out once: they follow from the id and n, and every message of signatures asks for all of them. */
const plans = new WeakMap<GraphTransaction, SigningPlan>();

/** @throws GraphError `transaction-unknown` */
function planOf(graph: Graph, id: TransactionId): SigningPlan {
  const transaction = transactionOf(graph, id);
  let plan = plans.get(transaction);
  if (plan === undefined) {
    plan = signingPlan(graph.terms.parameters.n, id);
    plans.set(transaction, plan);
  }
  return plan;
}

/** Every slot of a transaction: inputs ascending, signers in script order. */
export function slotsOf(graph: Graph, id: TransactionId): readonly SignatureSlot[] {
  const { adaptor } = planOf(graph, id);
  return transactionOf(graph, id).inputs.flatMap(({ spend }, input) =>
    (spend.kind === 'key' ? [spend.owner] : spend.signers).map((signer) => ({
      transaction: id,
      input,
      signer,
      kind: adaptor && signer === 'client' ? ('adaptor' as const) : ('plain' as const),
    })),
  );
}

/** Slots of a transaction that are signed only after setup, in the order in which its finishers sign. */
export function finishers(graph: Graph, id: TransactionId): readonly SignatureSlot[] {
  const order = planOf(graph, id).finishers;
  const slots = slotsOf(graph, id);
  return order.flatMap((party) => slots.filter((slot) => slot.signer === party));
}

/** Slots of a transaction that are signed at setup. */
export function setupSlots(graph: Graph, id: TransactionId): readonly SignatureSlot[] {
  const withheld = planOf(graph, id).finishers;
  return slotsOf(graph, id).filter((slot) => !withheld.includes(slot.signer));
}

const ids = (graph: Graph): readonly TransactionId[] => [...graph.transactions.keys()];

/**
 * Every pre-signature that `signer` makes at setup (T §Setup 3): without those that it withholds, and without Tx0 and
 * Tx4.
 */
export function slotsOwed(graph: Graph, signer: Party): readonly SignatureSlot[] {
  return ids(graph).flatMap((id) => setupSlots(graph, id).filter((slot) => slot.signer === signer));
}

/**
 * Who must get the signature of a slot, its signer left out. C's adaptor signatures go to W alone: whoever holds one
 * learns h_p from the chain (D9). Arbiters get only what they need to leave an arbitration, or to decide it.
 */
export function recipients(graph: Graph, slot: SignatureSlot): readonly Party[] {
  return planOf(graph, slot.transaction).recipients.filter((party) => party !== slot.signer);
}

/** Every pre-signature of others that `party` must hold before it signs its input of Tx0 (T §Setup 4). */
export function slotsDemanded(graph: Graph, party: Party): readonly SignatureSlot[] {
  return ids(graph)
    .filter((id) => planOf(graph, id).recipients.includes(party))
    .flatMap((id) => setupSlots(graph, id).filter((slot) => slot.signer !== party));
}

/** Slots of a transaction in which C gives an adaptor signature under P_h (D9). */
export function adaptorSlotsOf(graph: Graph, id: TransactionId): readonly SignatureSlot[] {
  return slotsOf(graph, id).filter((slot) => slot.kind === 'adaptor');
}
