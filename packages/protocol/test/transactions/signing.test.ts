import { beforeEach, describe, expect, it } from 'vitest';
import {
  adaptorComplete,
  buildGraph,
  finishers,
  type Graph,
  GraphError,
  guaranteeSet,
  missingForGuarantee,
  type Party,
  parties,
  recipients,
  type SchnorrSignature,
  type SignatureSlot,
  schnorrSign,
  sighash,
  slotKey,
  slotsDemanded,
  slotsOwed,
  type TransactionId,
  verifySlot,
} from '../../src/index.ts';
import { setupSlots, slotsOf } from '../../src/transactions/signing.ts';
import { signatureOf } from '../fixtures/sign-graph.ts';
import { fixtureHash, fixtureTerms, POINT_SECRET, partySecret } from '../fixtures/terms.ts';

/** Built anew for each test. */
let graph: Graph;
beforeEach(() => {
  graph = buildGraph(fixtureTerms());
});
const everyone = parties(5);
const signers = (slots: readonly SignatureSlot[]): readonly string[] =>
  slots.map(({ signer, kind }) => (kind === 'adaptor' ? `${signer} (adaptor)` : signer));
const arbiters = (...indexes: readonly number[]) => indexes.map((i) => `arbiter:${i}`);
const ALL = arbiters(1, 2, 3, 4, 5);

// T §The tree, last column
const PLAN: readonly (readonly [
  TransactionId,
  setup: readonly string[],
  later: readonly string[],
  held: readonly string[],
])[] = [
  ['Tx1', ['client', 'worker', 'verifier'], [], ['client', 'worker', 'verifier']],
  ['Tx3', ['client (adaptor)', 'verifier'], ['worker'], ['worker']],
  ['Tx4', [], ['verifier', 'client (adaptor)', 'worker'], ['worker']],
  ['TxV1', ['client', 'worker'], ['verifier'], ['verifier']],
  ['TxV0', ['client', 'worker'], ['verifier'], ['verifier']],
  ["Tx4'", ['client (adaptor)', 'verifier'], ['worker'], ['worker']],
  ["Tx1'", ['client', 'worker', 'verifier'], [], ['client', 'worker', 'verifier']],
  ['Tx5', ['client', 'worker', 'verifier'], [], ['client', 'worker', 'verifier']],
  ['Tx6', ['client', 'worker', 'verifier', ...ALL], [], everyone],
  ['Tx6c', ['client', 'worker', 'verifier', ...ALL], [], everyone],
  [
    'Tx7:1.2.4.5',
    ['client', 'worker', 'verifier', 'arbiter:3'],
    arbiters(1, 2, 4, 5),
    ['client', 'verifier', ...arbiters(1, 2, 4, 5)],
  ],
  [
    'Tx8:1.2.4.5',
    ['client (adaptor)', 'verifier', 'arbiter:3'],
    [...arbiters(1, 2, 4, 5), 'worker'],
    ['worker'],
  ],
  [
    'Tx7c:1.2.4.5',
    ['client', 'worker', 'verifier', 'arbiter:3'],
    arbiters(1, 2, 4, 5),
    ['client', ...arbiters(1, 2, 4, 5)],
  ],
  [
    'Tx9c:1.2.4.5',
    ['client', 'worker', 'verifier', 'arbiter:3'],
    arbiters(1, 2, 4, 5),
    ['client', 'verifier', ...arbiters(1, 2, 4, 5)],
  ],
  [
    'Tx8c:1.2.4.5',
    ['client (adaptor)', 'verifier', 'arbiter:3'],
    [...arbiters(1, 2, 4, 5), 'worker'],
    ['worker'],
  ],
  ['Tx8:1.2.3.4.5', ['client (adaptor)', 'verifier'], [...ALL, 'worker'], ['worker']],
];

describe('signing plan (T §The tree: signed at setup by → finished by)', () => {
  it.each(PLAN)('%s', (id, setup, later, held) => {
    expect(signers(setupSlots(graph, id))).toEqual(setup);
    expect(signers(finishers(graph, id))).toEqual(later);
    for (const slot of slotsOf(graph, id)) {
      expect(recipients(graph, slot)).toEqual(held.filter((party) => party !== slot.signer));
    }
  });

  it('TxA and TxAc: everybody but the finisher, on every input', () => {
    const stakeInputs = [1, 2, 3, 4, 5].flatMap((i) => [`${i} arbiter:${i}`, `${i} client`]);
    const named = (slots: readonly SignatureSlot[]) => slots.map(({ input, signer }) => `${input} ${signer}`);
    expect(named(setupSlots(graph, 'TxA'))).toEqual(['0 client', '0 verifier', ...stakeInputs]);
    expect(named(finishers(graph, 'TxA'))).toEqual([0, 1, 2, 3, 4, 5].map((i) => `${i} worker`));
    expect(named(setupSlots(graph, 'TxAc'))).toEqual([
      '0 worker',
      '0 verifier',
      ...[1, 2, 3, 4, 5].flatMap((i) => [`${i} arbiter:${i}`, `${i} worker`]),
      '6 worker',
    ]);
    expect(named(finishers(graph, 'TxAc'))).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => `${i} client`));
  });

  it('Tx0: arbiters, then V, W, and C last (D25)', () => {
    expect(signers(finishers(graph, 'Tx0'))).toEqual([...ALL, 'verifier', 'worker', 'client']);
    expect(setupSlots(graph, 'Tx0')).toEqual([]);
    for (const slot of slotsOf(graph, 'Tx0')) {
      expect(recipients(graph, slot)).toEqual(slot.signer === 'client' ? [] : ['client']);
    }
  });

  it('each slot is either signed at setup or finished later', () => {
    for (const id of graph.transactions.keys()) {
      const both = [...setupSlots(graph, id), ...finishers(graph, id)].map(slotKey);
      expect(new Set(both)).toEqual(new Set(slotsOf(graph, id).map(slotKey)));
      expect(both).toHaveLength(slotsOf(graph, id).length);
    }
  });

  it('n = 5: signatures owed and demanded', () => {
    const counts = (party: Party) => [slotsOwed(graph, party).length, slotsDemanded(graph, party).length];
    expect(counts('client')).toEqual([45, 84]);
    expect(counts('worker')).toEqual([32, 70]);
    expect(counts('verifier')).toEqual([39, 58]);
    for (const i of [1, 2, 3, 4, 5]) expect(counts(`arbiter:${i}`)).toEqual([9, 71]);
    expect(slotsOwed(graph, 'client').filter(({ kind }) => kind === 'adaptor')).toHaveLength(14);
    expect(slotsOwed(graph, 'arbiter:3').map(({ transaction }) => transaction)).toEqual([
      'TxA',
      'Tx6',
      'TxAc',
      'Tx6c',
      'Tx7:1.2.4.5',
      'Tx8:1.2.4.5',
      'Tx7c:1.2.4.5',
      'Tx9c:1.2.4.5',
      'Tx8c:1.2.4.5',
    ]);
  });

  it('what one must hold is what the others owe it', () => {
    for (const party of everyone) {
      const owed = everyone
        .flatMap((signer) => slotsOwed(graph, signer))
        .filter((slot) => recipients(graph, slot).includes(party))
        .map(slotKey);
      expect(slotsDemanded(graph, party).map(slotKey).sort()).toEqual(owed.sort());
    }
  });

  it('D9: adaptor signatures go to the Worker alone, and only the Client makes them', () => {
    for (const signer of everyone) {
      for (const slot of slotsOwed(graph, signer).filter(({ kind }) => kind === 'adaptor')) {
        expect(signer).toBe('client');
        expect(recipients(graph, slot)).toEqual(['worker']);
      }
    }
  });
});

describe('guarantee sets (T §Setup 4)', () => {
  const summary = (party: Party) =>
    guaranteeSet(graph, party).map(({ state, transaction }) => `${state} → ${transaction}`);

  it('name what each party could complete alone in every state', () => {
    const arbitration = ['TxA → Tx6', 'TxAc → Tx6c'];
    expect(summary('client')).toEqual([
      'Tx0 → Tx1',
      "TxV1 → Tx1'",
      'TxV1 → TxAc',
      'TxV0 → Tx5',
      ...arbitration,
    ]);
    expect(summary('worker')).toEqual([
      'Tx0 → Tx1',
      'Tx0 → Tx3',
      "TxV1 → Tx1'",
      "TxV1 → Tx4'",
      'TxV0 → Tx5',
      'TxV0 → TxA',
      ...arbitration,
    ]);
    expect(summary('verifier')).toEqual([
      'Tx0 → Tx1',
      'Tx0 → TxV1',
      'Tx0 → TxV0',
      "TxV1 → Tx1'",
      'TxV0 → Tx5',
      ...arbitration,
    ]);
    expect(summary('arbiter:2')).toEqual(arbitration);
  });

  it.each(everyone)('%s: complete once it holds what it demands, and not one signature earlier', (party) => {
    const held = new Set(slotsDemanded(graph, party).map(slotKey));
    expect(missingForGuarantee(graph, party, held)).toEqual([]);
    const needed = guaranteeSet(graph, party).flatMap(({ needs }) => needs.map(slotKey));
    expect(needed.length).toBeGreaterThan(0);
    for (const key of needed) {
      const without = new Set(held);
      without.delete(key);
      expect(missingForGuarantee(graph, party, without).map(slotKey)).toEqual([key]);
    }
  });
});

describe('verification of foreign signatures', () => {
  const slot = (
    transaction: TransactionId,
    signer: Party,
    kind: SignatureSlot['kind'] = 'plain',
    input = 0,
  ) => ({
    transaction,
    input,
    signer,
    kind,
  });

  it('accepts what the signer of the slot signed, and nothing else', () => {
    const place = slot('Tx1', 'worker');
    const signature = signatureOf(graph, place);
    expect(verifySlot(graph, place, signature)).toBe(true);
    expect(verifySlot(graph, slot('Tx1', 'client'), signature)).toBe(false);
    expect(verifySlot(graph, slot("Tx1'", 'worker'), signature)).toBe(false);
    expect(verifySlot(graph, slot('TxV1', 'worker'), signatureOf(graph, slot('TxV0', 'worker')))).toBe(false);
    expect(verifySlot(graph, place, new Uint8Array(65) as SchnorrSignature)).toBe(false);
  });

  it('in Tx0, what the owner of a coin signed for it', () => {
    const place = slot('Tx0', 'worker', 'plain', 1);
    expect(verifySlot(graph, place, signatureOf(graph, place))).toBe(true);
    const other = slot('Tx0', 'client', 'plain', 0);
    expect(verifySlot(graph, place, signatureOf(graph, other))).toBe(false);
  });

  it('an adaptor slot takes no plain signature, a plain slot no adaptor signature', () => {
    const place = slot('Tx3', 'client', 'adaptor');
    const adaptor = signatureOf(graph, place);
    if (!('nonce' in adaptor)) throw new Error('the fixture did not make an adaptor signature');
    expect(verifySlot(graph, place, adaptor)).toBe(true);
    const completed = adaptorComplete(adaptor, POINT_SECRET);
    expect(verifySlot(graph, place, completed)).toBe(false);
    expect(verifySlot(graph, { ...place, kind: 'plain' }, adaptor)).toBe(false);
    expect(verifySlot(graph, { ...place, transaction: "Tx4'" }, adaptor)).toBe(false);
    const plain = schnorrSign(sighash(graph, 'Tx3', 0), partySecret('client'), fixtureHash('aux'));
    expect(verifySlot(graph, place, plain)).toBe(false);
  });

  it('uses the accelerated verification that it is given', () => {
    const calls: number[] = [];
    const place = slot('Tx1', 'verifier');
    const ok = verifySlot(graph, place, signatureOf(graph, place), (signature, message, key) => {
      calls.push(signature.length, message.length, key.length);
      return false;
    });
    expect(ok).toBe(false);
    expect(calls).toEqual([64, 32, 32]);
  });

  it.each([
    ['slot-unknown', slot('Tx1', 'arbiter:1')],
    ['slot-unknown', slot('Tx1', 'client', 'plain', 1)],
    ['transaction-unknown', slot('Tx7:1.2', 'client')],
  ] as const)('%s', (code, place) => {
    const signature = schnorrSign(fixtureHash('m'), partySecret('client'), fixtureHash('aux'));
    expect(() => verifySlot(graph, place, signature)).toThrow(
      expect.objectContaining({ code, name: GraphError.name }),
    );
  });
});
