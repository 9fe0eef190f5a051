import { arbiterIndex, type Party, parties, ROLES } from '../../contract/party.ts';
import { slotKey, slotsDemanded } from '../../transactions/signing.ts';
import { graphOf } from '../agreement.ts';
import type { Recipient } from '../recipient.ts';
import type { SetupState, SignaturesStep } from '../state.ts';

/** Whom a setup waits for; empty when it waits for itself or for a block. */
export function waitingFor(state: SetupState): readonly Recipient[] {
  const partners = ['worker', 'verifier'] as const;
  switch (state.step) {
    case 'terms':
      return partners.filter((role) => state[role] === null);
    case 'accepted-terms':
    case 'pledged':
      return ['client'];
    case 'contract':
      // C shows the contract to nobody before it has agreed itself.
      return state.agreed.includes('client') ? partners.filter((role) => !state.agreed.includes(role)) : [];
    case 'seeds': {
      if (state.tip < state.contract.snapshotHeight) return [];
      // They are opened in this order (Y §Oracle): who comes first keeps the others waiting.
      const next = (['client', 'verifier', 'worker'] as const).find((role) => state.seeds[role] === null);
      return next === undefined || next === state.role ? [] : [next];
    }
    case 'polling':
      if (state.lists[state.role] !== null) return ROLES.filter((role) => state.lists[role] === null);
      return state.asked
        .filter(({ answer }) => answer === 'none')
        .map(({ offer }): Recipient => `offer:${offer}`);
    case 'arbiter-set':
      return ROLES.filter((role) => role !== state.role && state.envelopes[role] === null);
    case 'signatures':
      return waitingForSignatures(state);
  }
}

/** Pre-signatures first, then Tx0's inputs in their order: arbiters, W and V, C (T §Setup 3–5). */
function waitingForSignatures(state: SignaturesStep): readonly Party[] {
  const lacking = lackingSigners(state);
  if (lacking.length > 0) return lacking;
  const { self } = state;
  const silent = parties(state.agreement.arbiters.length).filter(
    (party) => party !== 'client' && state.inputs[party] === undefined,
  );
  const arbiters = silent.filter((party) => arbiterIndex(party) !== undefined);
  if (arbiterIndex(self) === undefined && arbiters.length > 0) return arbiters;
  // C signs last and publishes; whoever is before it in the order shows its signatures to C, not to everybody.
  return self === 'client' ? silent : ['client'];
}

/** Whose pre-signatures a party still lacks. */
export function lackingSigners(state: SignaturesStep): readonly Party[] {
  const { plain, adaptor } = state.signatures;
  const lacking = slotsDemanded(graphOf(state.agreement), state.self).filter((slot) => {
    const key = slotKey(slot);
    return plain[key] === undefined && adaptor[key] === undefined;
  });
  return [...new Set(lacking.map(({ signer }) => signer))];
}
