import {
  adaptorExtract,
  equalBytes,
  type Graph,
  type SettlementId,
  type SignatureSlot,
  schnorrSignature,
  signSlot,
  slotKey,
  slotsOf,
  transactionOf,
} from '@prometheus-compute/protocol';
import { labelHash, labelSecret } from '../terms/labels.ts';
import type { PlayChain } from './play-chain.ts';

const adaptors = new WeakMap<Graph, Map<SettlementId, ReturnType<typeof signSlot>>>();

/** C's signature of a slot as it gave it away; made once. */
function givenByClient(graph: Graph, id: SettlementId, slot: SignatureSlot): ReturnType<typeof signSlot> {
  const ofGraph = adaptors.get(graph) ?? new Map<SettlementId, ReturnType<typeof signSlot>>();
  adaptors.set(graph, ofGraph);
  const made =
    ofGraph.get(id) ?? signSlot(graph, slot, labelSecret('client'), labelHash(`aux ${slotKey(slot)}`));
  ofGraph.set(id, made);
  return made;
}

/** Whether C learns h_p from a settlement as it stands on the chain (D9): from the signature that W completed. */
export function revealsPointSecret(play: PlayChain, graph: Graph, id: SettlementId): boolean {
  const slots = slotsOf(graph, id);
  const place = slots.findIndex(({ kind }) => kind === 'adaptor');
  const onChain = play.chain.transaction(transactionOf(graph, id).txid);
  if (place === -1 || onChain === undefined) return false;
  const slot = slots[place]!;
  const given = givenByClient(graph, id, slot);
  if (!('nonce' in given)) return false;
  // Signatures stand in reverse script order.
  const item = onChain.loaded.transaction.inputs[0]!.witness[slots.length - 1 - place]!;
  const secret = adaptorExtract(given, schnorrSignature(item), graph.terms.contract.pointLock);
  return secret !== undefined && equalBytes(secret, labelSecret('point lock'));
}
