import { RawTx } from '@scure/btc-signer';
import { describe, expect, it } from 'vitest';
import { signatureInSlot } from '../../src/channel/settlement-signature.ts';
import { buildGraph, completeTransaction, slotKey, slotsOf, transactionOf } from '../../src/index.ts';
import { signAll } from '../fixtures/sign-graph.ts';
import { fixtureTerms } from '../fixtures/terms.ts';

const graph = buildGraph(fixtureTerms(3));

/** A signed transaction with another witness in its first input. */
function withWitness(bytes: Uint8Array, witness: readonly Uint8Array[]): Uint8Array {
  const raw = RawTx.decode(bytes);
  return RawTx.encode({ ...raw, witnesses: raw.witnesses!.map((old, i) => (i === 0 ? [...witness] : old)) });
}

describe('D9: what C reads in a confirmed transaction', () => {
  it.each(['Tx0', 'Tx3', 'Tx4', 'TxA', 'Tx8:1.2.3'] as const)('%s: the signature of every signer', (id) => {
    const signatures = signAll(graph, [id]);
    const bytes = completeTransaction(graph, id, signatures);
    const slots = slotsOf(graph, id);
    expect(slots.length).toBeGreaterThan(0);
    for (const slot of slots)
      expect(signatureInSlot(graph, slot, bytes)).toEqual(signatures.get(slotKey(slot)));
  });

  it('is none where there is no witness, or none of 64 bytes', () => {
    const bytes = completeTransaction(graph, 'Tx4', signAll(graph, ['Tx4']));
    const slot = slotsOf(graph, 'Tx4')[0]!;
    expect(signatureInSlot(graph, slot, transactionOf(graph, 'Tx4').unsigned)).toBeUndefined();
    for (const item of [new Uint8Array(65), new Uint8Array(0)]) {
      const witness = RawTx.decode(bytes).witnesses![0]!.map(() => item);
      expect(signatureInSlot(graph, slot, withWitness(bytes, witness))).toBeUndefined();
    }
    const commitment = completeTransaction(graph, 'Tx0', signAll(graph, ['Tx0']));
    const first = slotsOf(graph, 'Tx0').find(({ input }) => input === 0)!;
    expect(signatureInSlot(graph, first, withWitness(commitment, []))).toBeUndefined();
  });
});
