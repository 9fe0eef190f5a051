import { arbiterIndex, type Party, parties, type Role } from '../../contract/party.ts';
import type { XOnlyKey } from '../../primitives/brands.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { Agreement } from '../state.ts';

/** The key with which a party of the contract signs its messages. */
export function messageKeyOf({ contract, arbiters }: Agreement, party: Party): XOnlyKey {
  const index = arbiterIndex(party);
  return index === undefined ? contract[party as Role].messageKey : arbiters[index - 1]!.messageKey;
}

/** Whose message key this is. */
export function partyOf(agreement: Agreement, key: Uint8Array): Party | undefined {
  return members(agreement).find((party) => equalBytes(messageKeyOf(agreement, party), key));
}

/** C, W, V and the arbiters: everybody to whom something is posted. W reads; it accepts for nobody (M §Post). */
export function members({ arbiters }: Agreement): readonly Party[] {
  return parties(arbiters.length);
}

/** Whether a party's own acceptance counts, and so its receipts: the arbiters, C and V. */
export function accepts(party: Party): boolean {
  return party !== 'worker';
}
