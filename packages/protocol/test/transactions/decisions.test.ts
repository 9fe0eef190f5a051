import { beforeEach, describe, expect, it } from 'vitest';
import {
  buildGraph,
  completeTransaction,
  finishers,
  type Graph,
  type Party,
  parties,
  type SchnorrSignature,
  type SignatureSlot,
  slotKey,
  slotsDemanded,
  transactionOf,
  type VariantFamily,
  variantId,
  variants,
  verifySlot,
} from '../../src/index.ts';
import { slotsOf } from '../../src/transactions/signing.ts';
import { checkTransaction } from '../fixtures/check-transaction.ts';
import { signAll, signatureOf, signSlots } from '../fixtures/sign-graph.ts';
import { fixtureTerms } from '../fixtures/terms.ts';

let graph: Graph;
beforeEach(() => {
  graph = buildGraph(fixtureTerms(5));
});
const SETS = variants(5, 4);
const prevouts = (id: Parameters<typeof transactionOf>[1]) =>
  transactionOf(graph, id).inputs.map(({ prevout }) => prevout);

describe('D5: arbiters sign a transaction: what they have shown for one decision completes no other', () => {
  const PAIRS: readonly (readonly [VariantFamily, VariantFamily])[] = [
    ['Tx7', 'Tx8'],
    ['Tx8', 'Tx7'],
    ['Tx7c', 'Tx8c'],
    ['Tx8c', 'Tx9c'],
    ['Tx9c', 'Tx7c'],
  ];
  it.each(PAIRS)('signatures on %s are none on %s', (shown, wanted) => {
    for (const set of SETS) {
      const decided = slotsOf(graph, variantId(shown, set)).filter(({ signer }) =>
        signer.startsWith('arbiter'),
      );
      for (const slot of decided) {
        const signature = signatureOf(graph, slot);
        expect(verifySlot(graph, slot, signature)).toBe(true);
        expect(verifySlot(graph, { ...slot, transaction: variantId(wanted, set) }, signature)).toBe(false);
      }
    }
  });

  it('nor on the same decision by another S', () => {
    const [all, four] = [variantId('Tx7', SETS[0]!), variantId('Tx7', SETS[1]!)];
    const [slot] = slotsOf(graph, all).filter(({ signer }) => signer === 'arbiter:1');
    expect(verifySlot(graph, { ...slot!, transaction: four }, signatureOf(graph, slot!))).toBe(false);
  });

  it('W with all of its own, and those of Tx7 for all others, has no valid Tx8', () => {
    const [set] = SETS;
    const [fault, noFault] = [variantId('Tx7', set!), variantId('Tx8', set!)];
    const of7 = signAll(graph, [fault]);
    const of8 = new Map(signAll(graph, [noFault]));
    expect(checkTransaction(completeTransaction(graph, noFault, of8), prevouts(noFault))).toBe('valid');
    for (const slot of slotsOf(graph, noFault)) {
      if (slot.signer.startsWith('arbiter'))
        of8.set(slotKey(slot), of7.get(slotKey({ ...slot, transaction: fault }))!);
    }
    expect(checkTransaction(completeTransaction(graph, noFault, of8), prevouts(noFault))).not.toBe('valid');
  });
});

describe('D13: a time-out exit needs nobody who could vanish', () => {
  const EXITS = [
    ['Tx1', ['client', 'worker', 'verifier']],
    ["Tx1'", ['client', 'worker', 'verifier']],
    ['Tx5', ['client', 'worker', 'verifier']],
    ['Tx6', parties(5)],
    ['Tx6c', parties(5)],
  ] as const;
  it.each(EXITS)(
    '%s is complete at setup for each of %j: its own signature and those that it was given',
    (id, holders) => {
      expect(finishers(graph, id)).toEqual([]);
      for (const party of holders as readonly Party[]) {
        const given = (slot: SignatureSlot): boolean =>
          slotsDemanded(graph, party).some((demanded) => slotKey(demanded) === slotKey(slot));
        const has = slotsOf(graph, id).filter((slot) => slot.signer === party || given(slot));
        const signatures: ReadonlyMap<string, SchnorrSignature> = signSlots(graph, has);
        expect([party, checkTransaction(completeTransaction(graph, id, signatures), prevouts(id))]).toEqual([
          party,
          'valid',
        ]);
      }
    },
  );
});
