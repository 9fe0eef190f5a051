import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  adaptorExtract,
  bip86Script,
  buildGraph,
  completeTransaction,
  type Graph,
  guaranteeSet,
  type Party,
  parties,
  type SchnorrSignature,
  type SecretScalar,
  satoshi,
  schnorrSign,
  slotKey,
  slotsDemanded,
  slotsOwed,
  spendBond,
  spendFeeOutput,
  spendStake,
  spendTransaction,
  type TransactionId,
  transactionOf,
} from '../../src/index.ts';
import { checkTransaction } from '../fixtures/check-transaction.ts';
import { validTerms } from '../fixtures/generate.ts';
import { renewedStake } from '../fixtures/renewed-stake.ts';
import { signAll, signatureOf, signSlots, slotsBy } from '../fixtures/sign-graph.ts';
import {
  fixtureHash,
  fixtureKey,
  fixtureTerms,
  LOCK_SECRET,
  POINT_SECRET,
  partySecret,
} from '../fixtures/terms.ts';

const prevouts = (graph: Graph, id: TransactionId) =>
  transactionOf(graph, id).inputs.map(({ prevout }) => prevout);

/** Size in vB as a node computes it from the bytes. */
function measured(graph: Graph, id: TransactionId, full: Uint8Array): number {
  const base = transactionOf(graph, id).unsigned.length;
  return Math.ceil((3 * base + full.length) / 4);
}

describe('complete transactions', () => {
  it('n = 3: every transaction of the graph is valid by BIP341 when all have signed, and has the size foretold', () => {
    const graph = buildGraph(fixtureTerms(3));
    const ids = [...graph.transactions.keys()];
    const signatures = signAll(graph, ids);
    for (const id of ids) {
      const full = completeTransaction(graph, id, signatures);
      expect([id, checkTransaction(full, prevouts(graph, id))]).toEqual([id, 'valid']);
      expect(measured(graph, id, full)).toBe(transactionOf(graph, id).vsize);
    }
  });

  it('random terms, with renewed stakes: Tx0, TxAc and a decision', () => {
    fc.assert(
      fc.property(validTerms({ maxArbiters: 5 }), (terms) => {
        const graph = buildGraph(terms);
        const decision = [...graph.transactions.keys()].at(-1)!;
        const ids: readonly TransactionId[] = ['Tx0', 'TxAc', decision];
        const signatures = signAll(graph, ids);
        for (const id of ids) {
          const full = completeTransaction(graph, id, signatures);
          expect([id, checkTransaction(full, prevouts(graph, id))]).toEqual([id, 'valid']);
          expect(measured(graph, id, full)).toBe(transactionOf(graph, id).vsize);
        }
      }),
      { numRuns: 6 },
    );
  });

  it('a renewed stake spent one block early does not pass its own leaf', () => {
    const terms = fixtureTerms(3);
    const [first, ...others] = terms.arbiters;
    const renewed = renewedStake(1, satoshi(5_001_000n));
    const graph = buildGraph({ ...terms, arbiters: [{ ...first!, stake: renewed }, ...others] });
    const full = completeTransaction(graph, 'Tx0', signAll(graph, ['Tx0']));
    expect(checkTransaction(full, prevouts(graph, 'Tx0'))).toBe('valid');
    const sequence = transactionOf(graph, 'Tx0').inputs[3]!.sequence;
    expect(sequence).toBe(1_152);
    // version, marker and flag, input count, three inputs, then outpoint and empty scriptSig of the fourth
    const offset = 4 + 2 + 1 + 3 * 41 + 37;
    const early = full.slice();
    expect([early[offset], early[offset + 1]]).toEqual([0x80, 0x04]);
    early[offset] = 0x7f;
    expect(checkTransaction(early, prevouts(graph, 'Tx0'))).toMatch(/^invalid/);
  });

  it('signature-missing names the slot', () => {
    const graph = buildGraph(fixtureTerms(3));
    const signatures = new Map(signAll(graph, ['Tx1']));
    signatures.delete('Tx1/0/worker');
    expect(() => completeTransaction(graph, 'Tx1', signatures)).toThrow(
      expect.objectContaining({ code: 'signature-missing', evidence: { slot: 'Tx1/0/worker' } }),
    );
  });

  it('swapped signatures are not valid', () => {
    const graph = buildGraph(fixtureTerms(3));
    const signatures = new Map(signAll(graph, ['Tx1']));
    const [client, worker] = [signatures.get('Tx1/0/client')!, signatures.get('Tx1/0/worker')!];
    signatures.set('Tx1/0/client', worker).set('Tx1/0/worker', client);
    const full = completeTransaction(graph, 'Tx1', signatures);
    expect(checkTransaction(full, prevouts(graph, 'Tx1'))).toMatch(/^invalid/);
  });
});

describe('guarantee sets really complete: with what a party demanded, its own signatures and, for W, h_p', () => {
  let graph: Graph;
  let given: ReturnType<typeof signSlots>;
  beforeEach(() => {
    graph = buildGraph(fixtureTerms(5));
    const owed = parties(5).flatMap((party) => slotsOwed(graph, party));
    given = signSlots(graph, owed);
  });

  it.each(parties(5))('%s', (party: Party) => {
    const held = new Map<string, SchnorrSignature>();
    for (const slot of slotsDemanded(graph, party)) held.set(slotKey(slot), given.get(slotKey(slot))!);
    const exits = guaranteeSet(graph, party);
    for (const { transaction } of exits) {
      const own = signSlots(graph, slotsBy(graph, transaction, party));
      const full = completeTransaction(graph, transaction, new Map([...held, ...own]));
      expect([transaction, checkTransaction(full, prevouts(graph, transaction))]).toEqual([
        transaction,
        'valid',
      ]);
    }
    expect(exits.length).toBeGreaterThanOrEqual(2);
  });

  it('a decision by S completes with what a member of S holds and the signatures of S', () => {
    for (const id of ['Tx7:1.2.3.4', 'Tx7c:1.2.3.4.5', 'Tx9c:1.2.3.4'] as const) {
      const held = slotsDemanded(graph, 'arbiter:1').map(
        (slot) => [slotKey(slot), given.get(slotKey(slot))!] as const,
      );
      const members = [1, 2, 3, 4, 5].flatMap((i) => slotsBy(graph, id, `arbiter:${i}`));
      const full = completeTransaction(graph, id, new Map([...signSlots(graph, members), ...held]));
      expect(checkTransaction(full, prevouts(graph, id))).toBe('valid');
    }
  });
});

describe('Tx4 shows h_p to the Client', () => {
  it('from its adaptor signature and the published witness', () => {
    const graph = buildGraph(fixtureTerms(3));
    const slot = { transaction: 'Tx4', input: 0, signer: 'client', kind: 'adaptor' } as const;
    const adaptor = signatureOf(graph, slot);
    if (!('nonce' in adaptor)) throw new Error('the fixture did not make an adaptor signature');
    const published = signAll(graph, ['Tx4']).get(slotKey(slot))!;
    expect(adaptorExtract(adaptor, published, graph.terms.contract.pointLock)).toEqual(POINT_SECRET);
  });
});

describe('outputs that are ordinary coins afterwards', () => {
  let graph: Graph;
  beforeEach(() => {
    graph = buildGraph(fixtureTerms(3));
  });
  const target = { amount: satoshi(1_000n), script: bip86Script(fixtureKey('target')) };
  const take = (
    spend: ReturnType<typeof spendBond>,
    secrets: readonly SecretScalar[],
    changes: Partial<ReturnType<typeof spendBond>> = {},
  ) => {
    const changed = { ...spend, ...changes };
    const transaction = spendTransaction([changed], [target]);
    const signatures = secrets.map((secret) =>
      schnorrSign(transaction.sighashes[0]!, secret, fixtureHash('aux')),
    );
    const full = transaction.complete([signatures]);
    expect(Math.ceil((3 * transaction.unsigned.length + full.length) / 4)).toBe(transaction.vsize);
    return checkTransaction(full, [spend.prevout]);
  };
  const [C, W, V, A] = (['client', 'worker', 'verifier', 'arbiter:2'] as const).map(partySecret) as [
    SecretScalar,
    SecretScalar,
    SecretScalar,
    SecretScalar,
  ];

  it.each(['Tx4', "Tx4'"] as const)("%s's fee output: V with u_p, or C after the window", (id) => {
    expect(spendFeeOutput(graph, id, 'verifier').outpoint).toEqual({
      txid: transactionOf(graph, id).txid,
      vout: 2,
    });
    expect(take(spendFeeOutput(graph, id, 'verifier'), [V, LOCK_SECRET])).toBe('valid');
    expect(take(spendFeeOutput(graph, id, 'verifier'), [V, C])).toMatch(/^invalid/);
    const client = spendFeeOutput(graph, id, 'client');
    expect(client.sequence).toBe(144);
    expect(take(client, [C])).toBe('valid');
    expect(take(client, [C], { sequence: 143 })).toMatch(/CHECKSEQUENCEVERIFY/);
    expect(take(client, [V])).toMatch(/^invalid/);
  });

  it('a stake: A_i, C and W together, or A_i after t4', () => {
    expect(take(spendStake(graph, 2, 'together'), [A, C, W])).toBe('valid');
    expect(take(spendStake(graph, 2, 'together'), [A, C, V])).toMatch(/^invalid/);
    const freed = spendStake(graph, 2, 'arbiter');
    expect(freed.sequence).toBe(1_152);
    expect(take(freed, [A])).toBe('valid');
    expect(take(freed, [A], { sequence: 1_151 })).toMatch(/CHECKSEQUENCEVERIFY/);
    expect(() => spendStake(graph, 4, 'arbiter')).toThrow(
      expect.objectContaining({ code: 'output-unknown' }),
    );
  });

  it('the bond: C and W together, or C after t4', () => {
    expect(spendBond(graph, 'client').prevout.amount).toBe(20_000n);
    expect(take(spendBond(graph, 'together'), [C, W])).toBe('valid');
    expect(take(spendBond(graph, 'client'), [C])).toBe('valid');
    expect(take(spendBond(graph, 'client'), [C], { sequence: 1_151 })).toMatch(/CHECKSEQUENCEVERIFY/);
    expect(take(spendBond(graph, 'client'), [W])).toMatch(/^invalid/);
  });

  it('signature-missing: a leaf takes as many signatures as it has keys', () => {
    const transaction = spendTransaction([spendBond(graph, 'together')], [target]);
    expect(() => transaction.complete([[]])).toThrow(expect.objectContaining({ code: 'signature-missing' }));
  });
});
