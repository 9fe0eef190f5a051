import { beforeEach, describe, expect, it } from 'vitest';
import {
  adaptorSlotsOf,
  buildGraph,
  checkContract,
  DEFAULT_PARAMETERS,
  type Graph,
  GraphError,
  type GraphTerms,
  type Party,
  type PartyTerms,
  type Role,
  RuleError,
  type SchnorrSignature,
  satoshi,
  sighash,
  spendFeeOutput,
  type TransactionId,
  transactionOf,
  verifySlot,
} from '../../src/index.ts';
import { outputKinds } from '../../src/transactions/outputs.ts';
import { finishTransaction, sequenceFor } from '../../src/transactions/transaction.ts';
import { renewedStake } from '../fixtures/renewed-stake.ts';
import {
  fixtureArbiters,
  fixtureCoin,
  fixtureContract,
  fixtureHash,
  fixtureTerms,
} from '../fixtures/terms.ts';

let graph: Graph;
beforeEach(() => {
  graph = buildGraph(fixtureTerms(3));
});
const failing = (code: GraphError['code'], evidence: GraphError['evidence']) =>
  expect.objectContaining({ code, evidence, name: GraphError.name });

describe('what has another form than the slot takes', () => {
  it('a signature that has not 64 bytes, before it is verified', () => {
    const place = { transaction: 'Tx1', input: 0, signer: 'worker', kind: 'plain' } as const;
    for (const length of [0, 63, 65]) {
      const signature = new Uint8Array(length) as SchnorrSignature;
      expect(verifySlot(graph, place, signature, () => true)).toBe(false);
    }
    expect(verifySlot(graph, place, new Uint8Array(64) as SchnorrSignature, () => true)).toBe(true);
  });
});

describe('what a graph does not have', () => {
  it('transaction-unknown names the transaction', () => {
    const id: TransactionId = 'Tx7:1.2.3.4';
    const unknown = failing('transaction-unknown', { transaction: id });
    expect(() => transactionOf(graph, id)).toThrow(unknown);
    expect(() => sighash(graph, id, 0)).toThrow(unknown);
  });

  it('slot-unknown names the input', () => {
    expect(() => sighash(graph, 'Tx1', 1)).toThrow(failing('slot-unknown', { transaction: 'Tx1', input: 1 }));
    expect(() => sighash(graph, 'Tx1', -1)).toThrow(
      failing('slot-unknown', { transaction: 'Tx1', input: -1 }),
    );
  });

  it('slot-unknown names the slot of somebody who does not sign there', () => {
    const signature = new Uint8Array(64) as SchnorrSignature;
    const asked = (transaction: TransactionId, signer: Party) => () =>
      verifySlot(graph, { transaction, input: 0, signer, kind: 'plain' }, signature);
    expect(asked('Tx1', 'arbiter:1')).toThrow(failing('slot-unknown', { slot: 'Tx1/0/arbiter:1' }));
    // The key path of Tx0's first input is the Client's.
    expect(asked('Tx0', 'worker')).toThrow(failing('slot-unknown', { slot: 'Tx0/0/worker' }));
  });

  it('output-unknown: Tx5 has no fee output', () => {
    const wrong = 'Tx5' as 'Tx4';
    expect(() => spendFeeOutput(graph, wrong, 'client')).toThrow(
      failing('output-unknown', { transaction: 'Tx5', vout: -1 }),
    );
  });

  it('output-unknown: a payee that is no party', () => {
    const kinds = outputKinds(fixtureTerms(3));
    expect(kinds.payout('arbiter:3', 1_000n).payee).toBe('arbiter:3');
    expect(() => kinds.payout('arbiter:4', 1_000n)).toThrow(
      expect.objectContaining({ code: 'output-unknown' }),
    );
  });
});

describe('a transaction that is finished', () => {
  const paying = (amount: bigint) => {
    const { inputs, outputs } = transactionOf(graph, 'Tx1');
    const [output] = outputs;
    const paid = { ...output!, amount: satoshi(amount) };
    return finishTransaction({ id: 'Tx1', wait: 5, inputs, outputs: [paid] });
  };

  it('pays as fee what its outputs leave', () => {
    const { amount } = transactionOf(graph, 'Tx1').inputs[0]!.prevout;
    expect(paying(amount).fee).toBe(0n);
    expect(paying(amount - 7n)).toMatchObject({
      fee: 7n,
      zeroFee: false,
      lockTime: 0,
      wait: 5,
      parent: undefined,
    });
    expect(() => paying(amount + 1n)).toThrow(expect.objectContaining({ code: 'integer-out-of-range' }));
  });

  it('no wait is a sequence that enforces lock times and may be replaced; any other is the wait', () => {
    expect([0, 1, 144, 65_535].map(sequenceFor)).toEqual([0xffff_fffd, 1, 144, 65_535]);
  });
});

describe('what a party adds to the rules when it builds the graph', () => {
  const terms = fixtureTerms(3);
  const code = (of: GraphTerms, options?: Parameters<typeof buildGraph>[1]): string | undefined => {
    try {
      buildGraph(of, options);
    } catch (error) {
      if (error instanceof RuleError) return error.code;
      throw error;
    }
    return undefined;
  };

  it('P11: a fund that somebody owns, allowed by name', () => {
    const owned = { ...terms, parameters: { ...terms.parameters, F: fixtureHash('somebody') } };
    expect(code(owned)).toBe('P11');
    expect(code(owned, { allowSpendableFund: true })).toBeUndefined();
  });

  it('C8, C9: its own estimates of the time to verify and to audit; they do not change the bytes', () => {
    expect(code(terms, { verifyBlocks: 48, auditBlocks: 48 })).toBeUndefined();
    expect(code(terms, { verifyBlocks: 49 })).toBe('C8');
    expect(code(terms, { auditBlocks: 49 })).toBe('C9');
    expect(buildGraph(terms, { verifyBlocks: 48 }).id).toEqual(graph.id);
  });
});

describe('C17 is checked again on the finished graph', () => {
  // (1−ε)a = 300: the arbiters’ outputs of Tx6 are dust, but those of the decisions are not.
  const parameters = { ...DEFAULT_PARAMETERS, epsilon: 9_999, a: satoshi(3_000_000n) };
  const terms = (settlementFee: bigint): GraphTerms => ({
    parameters,
    contract: fixtureContract(parameters, { retainer: satoshi(0n), settlementFee: satoshi(settlementFee) }),
    arbiters: fixtureArbiters(5, () => parameters.a),
  });
  const largestSize = (): number =>
    Math.max(
      ...[...buildGraph(terms(3_000n)).transactions.values()].map(({ scheme, vsize }) =>
        scheme === undefined ? 0 : vsize,
      ),
    );

  it('the largest decision counts, though the contract alone did not show it', () => {
    const largest = largestSize();
    const floor = 2n * BigInt(largest);
    expect(buildGraph(terms(floor)).transactions.size).toBe(43);
    const below = terms(floor - 1n);
    expect(() => checkContract(parameters, below.contract)).not.toThrow();
    expect(() => buildGraph(below)).toThrow(
      expect.objectContaining({
        code: 'C17',
        evidence: { phi: floor - 1n, floor, largest: 'Tx9c:1.2.3.4.5', vsize: largest },
      }),
    );
  });
});

describe('C20 is checked on the finished Tx0', () => {
  /** Every party brings `count` coins of 10 000 sat more, and all stakes are renewed: their witnesses are the largest. */
  const withCoins = (count: number): GraphTerms => {
    const { parameters, contract, arbiters } = fixtureTerms(3);
    const richer = (role: Role): PartyTerms => {
      const more = Array.from({ length: count }, (_, i) => fixtureCoin(`${role} more ${i}`, 10_000n));
      return { ...contract[role], funding: [...contract[role].funding, ...more] };
    };
    return {
      parameters,
      contract: {
        ...contract,
        client: richer('client'),
        worker: richer('worker'),
        verifier: richer('verifier'),
      },
      arbiters: arbiters.map((arbiter, i) => ({ ...arbiter, stake: renewedStake(i + 1, parameters.a) })),
    };
  };

  it('10,000 vB are the most that is relayed (BIP431), and the refusal shows size and fee', () => {
    expect(transactionOf(buildGraph(withCoins(53)), 'Tx0').vsize).toBe(10_000);
    expect(() => buildGraph(withCoins(54))).toThrow(
      expect.objectContaining({
        code: 'C20',
        // three inputs of 57.5 vB more; the fixture’s fee and all that the further coins bring
        evidence: { vsize: 10_173, fee: 5_000n + 3n * 54n * 10_000n },
      }),
    );
  });
});

describe('D9: the slots of adaptor signatures', () => {
  let graphOfFive: Graph;
  beforeEach(() => {
    graphOfFive = buildGraph(fixtureTerms());
  });
  const DECISIONS = ['Tx8:1.2.3.4.5', 'Tx8c:1.2.4.5'] as const;

  it.each(['Tx3', 'Tx4', "Tx4'", ...DECISIONS] as const)(
    '%s, which pays W: the Client’s only',
    (transaction) => {
      expect(adaptorSlotsOf(graphOfFive, transaction)).toEqual([
        { transaction, input: 0, signer: 'client', kind: 'adaptor' },
      ]);
    },
  );

  it('no other transaction has one', () => {
    const having = [...graphOfFive.transactions.keys()].filter(
      (id) => adaptorSlotsOf(graphOfFive, id).length > 0,
    );
    // Tx3, Tx4, Tx4′ and six sets S each of Tx8 and Tx8c
    expect(having).toHaveLength(15);
    expect(having.filter((id) => !/^Tx(?:3|4'?|8c?:.*)$/.test(id))).toEqual([]);
  });
});

describe('leaves', () => {
  it('have the shared money, stakes, bond and fee output; what is paid out, data and anchors have none', () => {
    for (const { outputs } of graph.transactions.values()) {
      for (const [vout, { payee, leaves }] of outputs.entries()) {
        const ways = { shared: 1, feeWindow: 2, anchor: 0, data: 0, fund: 0 }[payee as string];
        if (ways !== undefined) expect(leaves).toHaveLength(ways);
        else if (outputs.some((output) => output.payee === 'data'))
          expect(leaves).toHaveLength(vout <= 4 ? 2 : 0);
        else expect(leaves).toEqual([]);
      }
    }
  });
});

describe('hashes that are remembered', () => {
  it('are those of their own transaction and input', () => {
    const fresh = buildGraph(fixtureTerms(3));
    const places: readonly (readonly [TransactionId, number])[] = [
      ['Tx0', 0],
      ['Tx0', 1],
      ['TxA', 0],
      ['TxA', 1],
      ['Tx1', 0],
    ];
    const first = places.map(([id, input]) => sighash(fresh, id, input));
    const again = places.map(([id, input]) => sighash(fresh, id, input));
    const elsewhere = places.map(([id, input]) => sighash(buildGraph(fixtureTerms(3)), id, input));
    expect(again).toEqual(first);
    expect(elsewhere).toEqual(first);
    expect(new Set(first.map(String)).size).toBe(places.length);
  });
});
