import {
  adaptorComplete,
  completeTransaction,
  finishers,
  type Party,
  type SchnorrSignature,
  type SettlementId,
  slotKey,
  slotsOf,
  verifySlot,
} from '../../../src/index.ts';
import { POINT_SECRET } from '../../fixtures/terms.ts';
import { verify } from '../play/identity.ts';
import type { CourtPlay } from './court.ts';

/** Whether a party can really publish a decision: every signature is there and valid, W's own and C's completed one too. */
export function completeDecision(play: CourtPlay, party: Party, id: SettlementId): boolean {
  const { plain, adaptor } = play.state(party).signatures;
  const signatures = new Map<string, SchnorrSignature>(Object.entries(plain));
  for (const slot of finishers(play.graph, id)) {
    if (slot.signer !== party || signatures.has(slotKey(slot))) continue;
    const { signature } = play.signature(slot);
    if (signature instanceof Uint8Array) signatures.set(slotKey(slot), signature);
  }
  const held = adaptor[slotKey({ transaction: id, input: 0, signer: 'client' })];
  if (held !== undefined && party === 'worker') {
    signatures.set(
      slotKey({ transaction: id, input: 0, signer: 'client' }),
      adaptorComplete(held, POINT_SECRET),
    );
  }
  completeTransaction(play.graph, id, signatures);
  return slotsOf(play.graph, id).every((slot) =>
    verifySlot(play.graph, { ...slot, kind: 'plain' }, signatures.get(slotKey(slot))!, verify),
  );
}
