import { describe, expect, it } from 'vitest';
import {
  type Arbiter,
  buildGraph,
  type Contract,
  checkContract,
  contractViolations,
  DEFAULT_PARAMETERS,
  encodeMessage,
  envelopeLimit,
  type GraphTerms,
  MESSAGE_LIMITS,
  type MessageOf,
  NUMS_KEY,
  type OpenedChunk,
  opReturnScript,
  P2A_SCRIPT,
  type Parameters,
  type PartyTerms,
  point,
  pointOf,
  type Role,
  type RuleId,
  satoshi,
  transactionOf,
  type WorkEstimates,
} from '../../src/index.ts';
import { renewedStake } from '../fixtures/renewed-stake.ts';
import {
  fixtureCoin,
  fixtureContract,
  fixtureHash,
  fixtureKey,
  fixtureSecret,
  fixtureTerms,
} from '../fixtures/terms.ts';

interface Change {
  readonly p?: Partial<Parameters>;
  readonly c?: Partial<Contract>;
  readonly estimates?: WorkEstimates;
}
const codes = ({ p = {}, c = {}, estimates = {} }: Change): readonly RuleId[] => {
  const parameters = { ...DEFAULT_PARAMETERS, ...p };
  return contractViolations(parameters, fixtureContract(parameters, c), estimates).map(({ code }) => code);
};
const sat = satoshi;
const LOW_SIGMA = { sigma: 1_000, delta: 1_000, w: sat(500_000n) };

// Default: c 100 000, σ .9, v 500 000, β .2, w 400 000, γ .1, δ .7, b 20 000, n 5, k 4; times 288/432/576/1152, t0 120, Δ 24.
type Case = readonly [RuleId, string, accepted: Change, refused: Change];
const BORDERS: readonly Case[] = [
  ['C1', 'βv ≥ σc', { c: { reward: sat(111_111n) } }, { c: { reward: sat(111_113n) } }],
  [
    'C2',
    'v ≥ c',
    { p: LOW_SIGMA, c: { reward: sat(500_000n) } },
    { p: LOW_SIGMA, c: { reward: sat(500_001n) } },
  ],
  ['C3', '(1−σ)c ≥ 330', { c: { reward: sat(3_300n) } }, { c: { reward: sat(3_289n) } }],
  ['C4', 'b ≥ 330', { c: { bond: sat(330n) } }, { c: { bond: sat(329n) } }],
  ['C5', 'γw + n⌊b/n⌋ ≤ w + v', { c: { bond: sat(860_004n) } }, { c: { bond: sat(860_005n) } }],
  ['C6', 'δ ≤ 1 − (1−σ)c/w', { p: { delta: 9_750 } }, { p: { delta: 9_751 } }],
  ['C6', 'to the satoshi', { p: { delta: 9_750 } }, { p: { delta: 9_750 }, c: { reward: sat(100_001n) } }],
  [
    'C7',
    'B ≤ Δ − 1',
    { c: { relayBlocks: 1, confirmationBlocks: 7 } },
    { c: { relayBlocks: 1, confirmationBlocks: 6 } },
  ],
  ['C8', 't1 ≥ t0 + verify + 5Δ', { c: { deliveryBlocks: 168 } }, { c: { deliveryBlocks: 169 } }],
  ['C8', 'with the time to verify', { estimates: { verifyBlocks: 48 } }, { estimates: { verifyBlocks: 49 } }],
  ['C9', 't2 ≥ t1 + audit + 4Δ', { p: { t2: 384 } }, { p: { t2: 383 } }],
  ['C9', 'with the time to audit', { estimates: { auditBlocks: 48 } }, { estimates: { auditBlocks: 49 } }],
  ['C10', 't3 ≥ t2 + 2Δ', { p: { t3: 480 } }, { p: { t3: 479 } }],
  // Δ_2 = 270, n − k = 1, Δ_S = 24.
  ['C11', 't4−t3 ≥ Δ_2 + (n−k)Δ_S + 2Δ', { p: { t4: 918 } }, { p: { t4: 917 } }],
  // n − k = 2: Δ_2 = 24 + 5 + 144 + 3·24 + 48 = 293, and two stages can be repeated.
  ['C11', 'for n = 5, k = 3', { p: { mu: 6_000, t4: 965 } }, { p: { mu: 6_000, t4: 964 } }],
  // n = k: nobody can be left out.
  ['C11', 'for n = k', { p: { mu: 10_000, t4: 871 } }, { p: { mu: 10_000, t4: 870 } }],
  [
    'C12',
    't4 ≥ t3 + (t2−t1) + 2Δ',
    { p: { t2: 700, t3: 748, t4: 1_208 } },
    { p: { t2: 700, t3: 748, t4: 1_207 } },
  ],
  ['C13', 't0 ≥ 1', { c: { deliveryBlocks: 1 } }, { c: { deliveryBlocks: 0 } }],
  ['C13', 'ℓ ≥ 1', { c: { relayBlocks: 1 } }, { c: { relayBlocks: 0 } }],
  ['C16', 'm ≥ 1', { c: { sampled: 1 } }, { c: { sampled: 0 } }],
  ['C16', 'm ≤ N', { c: { sampled: 20 } }, { c: { sampled: 21 } }],
  // B = 6 with k = 4 and ℓ = 1.
  ['C22', 'Δ_S ≥ B + 1', { c: { stageBlocks: 7 } }, { c: { stageBlocks: 6 } }],
  [
    'C22',
    'with slower relay',
    { c: { relayBlocks: 3, stageBlocks: 19 } },
    { c: { relayBlocks: 3, stageBlocks: 18 } },
  ],
  [
    'C24',
    'freivalds verifies models',
    { c: { scheme: 'freivalds', profile: 'model-1' } },
    { c: { scheme: 'freivalds' } },
  ],
  ['C23', 'T_arb ≥ 2(B + 1)', { c: { arbitrationBlocks: 14 } }, { c: { arbitrationBlocks: 13 } }],
  // Tx6 and Tx6c with n = 5: 646 vB
  [
    'C17',
    'φ ≥ 2 sat/vB × the largest settlement',
    { c: { settlementFee: sat(1_292n) } },
    { c: { settlementFee: sat(1_291n) } },
  ],
];

describe('rules on C (T §Constraints)', () => {
  it('the default contract keeps all of them', () => {
    expect(codes({})).toEqual([]);
  });

  it.each(BORDERS)('%s: %s', (id, _, accepted, refused) => {
    expect(codes(accepted)).toEqual([]);
    expect(codes(refused)).toContain(id);
  });

  it('C13: t0, ℓ, Δ_S and T_arb take at least a block', () => {
    // C22 and C23 ask more of the last two.
    for (const name of ['stageBlocks', 'arbitrationBlocks'] as const) {
      expect(codes({ c: { [name]: 1 } })).not.toContain('C13');
      expect(codes({ c: { [name]: 0 } })).toContain('C13');
      expect(codes({ c: { [name]: 7.5 } })).toContain('C13');
    }
  });

  it('C14: (n−k)Δ_S and max(144, 4Δ) are waits that BIP68 can express', () => {
    // C11 bounds the same durations more tightly, so only C14's own border shows here.
    expect(codes({ c: { stageBlocks: 65_535 } })).not.toContain('C14');
    expect(codes({ c: { stageBlocks: 65_536 } })).toContain('C14');
    expect(codes({ c: { confirmationBlocks: 16_383 } })).not.toContain('C14');
    expect(codes({ c: { confirmationBlocks: 16_384 } })).toContain('C14');
  });

  it('C15: c > 0', () => {
    expect(codes({ c: { reward: sat(0n) } })).toContain('C15');
    expect(codes({ c: { reward: sat(1n) } })).not.toContain('C15');
  });

  it('a refusal names the rule and the values', () => {
    const c = fixtureContract(DEFAULT_PARAMETERS, { reward: sat(111_113n) });
    expect(() => checkContract(DEFAULT_PARAMETERS, c)).toThrow(
      'Rule C1 is broken: βv ≥ σc (betaV = 100000, sigmaC = 100001).',
    );
  });
});

describe('C21: what has to be shown fits into messages', () => {
  const limits = (outputBytes: number) => ({ memoryPages: 256, outputBytes, milliseconds: 30_000 });
  const hash = fixtureHash('C21');
  const REPLAY = { scheme: 'replay' } as const;
  const FREIVALDS = { scheme: 'freivalds', profile: 'model-1' } as const;
  const opened = (index: number, outputBytes: number, path: number, scheme: Uint8Array): OpenedChunk => ({
    index,
    output: new Uint8Array(outputBytes),
    path: Array.from({ length: path }, () => hash),
    chunkPoint: pointOf(fixtureSecret('K')),
    dleq: { e: hash, s: hash },
    lockShare: pointOf(fixtureSecret('U')),
    maskedShare: hash,
    scheme,
  });

  it.each([
    ['few large results', REPLAY, 1_000, 16, 523_632],
    ['many small results', REPLAY, 65_536, 1_000, 7_587],
    // 34 bytes less for each chunk: the hash of its opened records.
    ['the results of a model', FREIVALDS, 65_536, 1_000, 7_553],
  ])('an opening of %s at the border of the rule can be sent', (_, verified, chunks, sampled, most) => {
    expect(codes({ c: { ...verified, chunks, sampled, limits: limits(most) } })).toEqual([]);
    expect(codes({ c: { ...verified, chunks, sampled: sampled + 1, limits: limits(most) } })).toEqual([
      'C21',
    ]);
    expect(codes({ c: { ...verified, chunks, sampled, limits: limits(most + 1) } })).toEqual(['C21']);
    const scheme = new Uint8Array(verified === FREIVALDS ? 32 : 0);
    const path = Math.ceil(Math.log2(chunks));
    const opening: MessageOf<'opening'> = {
      kind: 'opening',
      channel: hash,
      root: hash,
      challengeClient: hash,
      challengeVerifier: hash,
      answers: new Uint8Array(envelopeLimit('receipt')),
      chunks: Array.from({ length: sampled }, () => opened(0xffff, most, path, scheme)),
    };
    expect(encodeMessage(opening).length).toBeLessThanOrEqual(MESSAGE_LIMITS.opening);
  });

  it('the results of chunks that failed count too: 22 bytes each, whatever the limit is', () => {
    expect(codes({ c: { chunks: 65_536, sampled: 10_203, limits: limits(0) } })).toEqual([]);
    expect(codes({ c: { chunks: 65_536, sampled: 10_204, limits: limits(0) } })).toEqual(['C21']);
  });

  it('one result fits into a claim, and all chunks into a delivery', () => {
    expect(codes({ c: { sampled: 1, limits: limits(4_194_304) } })).toEqual([]);
    expect(codes({ c: { sampled: 1, limits: limits(4_194_305) } })).toEqual(['C21']);
    expect(codes({ c: { chunks: 65_536 } })).toEqual([]);
    expect(codes({ c: { chunks: 65_537 } })).toEqual(['C21']);
  });
});

describe('C19: keys and outpoints are used once', () => {
  const contract = fixtureContract(DEFAULT_PARAMETERS);
  const violations = (c: Contract) => contractViolations(DEFAULT_PARAMETERS, c).map(({ code }) => code);

  it('within the contract', () => {
    const { client, worker } = contract;
    const [coin] = worker.funding;
    const stolen = { ...coin!, outpoint: client.funding[0]!.outpoint };
    expect(violations({ ...contract, worker: { ...worker, messageKey: client.transactionKey } })).toEqual([
      'C19',
    ]);
    expect(violations({ ...contract, verificationLock: worker.messageKey })).toEqual(['C19']);
    // The same x coordinate, whichever parity P_h has: whoever learns h_p could sign as the Client.
    const stolenLock = point(new Uint8Array([3, ...client.transactionKey]));
    expect(violations({ ...contract, pointLock: stolenLock })).toEqual(['C19']);
    expect(violations({ ...contract, worker: { ...worker, transactionKey: NUMS_KEY } })).toEqual(['C19']);
    expect(violations({ ...contract, worker: { ...worker, funding: [stolen] } })).toEqual(['C19']);
  });

  it('among the arbiters too', () => {
    const terms = fixtureTerms();
    const [first, second, ...rest] = terms.arbiters as [Arbiter, Arbiter, ...Arbiter[]];
    const refused = (arbiter: Arbiter) =>
      expect(() => buildGraph({ ...terms, arbiters: [first, arbiter, ...rest] })).toThrow(
        expect.objectContaining({ code: 'C19' }),
      );
    refused({ ...second, key: first.key });
    refused({ ...second, messageKey: terms.contract.client.messageKey });
    refused({ ...second, stake: first.stake });
    refused({ ...second, key: fixtureKey('arbiter:2 funding') });
    const { outpoint } = first.stake.coin;
    refused({ ...second, stake: { ...second.stake, coin: { ...second.stake.coin, outpoint } } });
  });
});

describe('C18: stakes', () => {
  const terms = fixtureTerms();
  const withStake = (stake: Arbiter['stake']): GraphTerms => ({
    ...terms,
    arbiters: terms.arbiters.map((arbiter, i) => (i === 2 ? { ...arbiter, stake } : arbiter)),
  });
  const offer = terms.arbiters[2]!.stake;

  it('a_i ≥ a, for offers and renewed stakes', () => {
    const least = sat(5_000_000n);
    const less = sat(4_999_999n);
    expect(() => buildGraph(withStake({ ...offer, coin: { ...offer.coin, amount: less } }))).toThrow(
      expect.objectContaining({ code: 'C18' }),
    );
    expect(() => buildGraph(withStake(renewedStake(3, less)))).toThrow(
      expect.objectContaining({ code: 'C18' }),
    );
    expect(buildGraph(withStake(renewedStake(3, least))).transactions.size).toBe(43);
  });

  it('D7: the coin is what the stake says', () => {
    const renewed = renewedStake(3, sat(5_000_000n));
    const wrong: readonly Arbiter['stake'][] = [
      { kind: 'offer', coin: offer.coin, offerKey: fixtureKey('somebody') },
      { ...renewed, sequence: renewed.sequence - 1 },
      { ...renewed, leafScript: renewed.leafScript.subarray(1) },
      { ...renewed, controlBlock: renewed.controlBlock.map((byte, i) => (i === 0 ? byte ^ 1 : byte)) },
      { ...renewed, controlBlock: renewed.controlBlock.subarray(0, -1) },
      { ...renewed, coin: fixtureCoin('something else', 5_000_000n) },
    ];
    for (const stake of wrong) {
      expect(() => buildGraph(withStake(stake))).toThrow(expect.objectContaining({ code: 'D7' }));
    }
  });

  it('P7: there are exactly n arbiters', () => {
    expect(() => buildGraph({ ...terms, arbiters: terms.arbiters.slice(1) })).toThrow(
      expect.objectContaining({ code: 'P7' }),
    );
  });
});

describe('C20: funding', () => {
  const contract = fixtureContract(DEFAULT_PARAMETERS);
  const withWorker = (changes: Partial<PartyTerms>) =>
    contractViolations(DEFAULT_PARAMETERS, { ...contract, worker: { ...contract.worker, ...changes } }).map(
      ({ code }) => code,
    );
  const { change } = contract.worker;
  const coins = (...amounts: readonly bigint[]) =>
    amounts.map((amount, i) => fixtureCoin(`worker coin ${i}`, amount));

  it('the coins cover what is owed and the change', () => {
    expect(withWorker({ funding: coins(450_000n) })).toEqual([]);
    expect(withWorker({ funding: coins(449_999n) })).toEqual(['C20']);
    expect(withWorker({ funding: coins(400_000n), change: null })).toEqual([]);
    expect(withWorker({ funding: coins(399_999n), change: null })).toEqual(['C20']);
    expect(withWorker({ funding: coins(200_000n, 250_000n) })).toEqual([]);
    expect(withWorker({ funding: [] })).toEqual(['C20']);
  });

  it('a change is not dust; the rest may be fee', () => {
    const dust = { script: change!.script, amount: sat(329n) };
    expect(withWorker({ funding: coins(400_329n), change: dust })).toEqual(['C20']);
    expect(withWorker({ funding: coins(400_330n), change: { ...dust, amount: sat(330n) } })).toEqual([]);
    expect(withWorker({ funding: coins(400_329n), change: null })).toEqual([]);
  });

  it('D15: coins are P2TR, with a key that can sign', () => {
    const p2wpkh = new Uint8Array([0, 20, ...new Uint8Array(20)]);
    const offTheCurve = new Uint8Array([0x51, 32, ...new Uint8Array(32).fill(0xff)]);
    for (const script of [p2wpkh, offTheCurve]) {
      expect(withWorker({ funding: [{ ...coins(450_000n)[0]!, script }] })).toEqual(['D15']);
    }
  });

  it('a change is P2TR: another script could keep Tx0 from being relayed', () => {
    const second = opReturnScript(new Uint8Array(2));
    expect(withWorker({ change: { ...change!, script: second } })).toEqual(['C20']);
    expect(withWorker({ change: { ...change!, script: P2A_SCRIPT } })).toEqual(['C20']);
  });

  it('Tx0 pays what relaying takes', () => {
    const fee = transactionOf(buildGraph(fixtureTerms()), 'Tx0').fee;
    const { vsize } = transactionOf(buildGraph(fixtureTerms()), 'Tx0');
    const paying = (rest: bigint): GraphTerms => {
      const terms = fixtureTerms();
      const { client } = terms.contract;
      const amount = sat(client.change!.amount + fee - rest);
      const poorer = { ...client, change: { ...client.change!, amount } };
      return { ...terms, contract: { ...terms.contract, client: poorer } };
    };
    expect(transactionOf(buildGraph(paying(BigInt(vsize))), 'Tx0').fee).toBe(BigInt(vsize));
    expect(() => buildGraph(paying(BigInt(vsize) - 1n))).toThrow(expect.objectContaining({ code: 'C20' }));
  });

  it('Tx0 has at most 10,000 vB: TRUC transactions are not larger (BIP431)', () => {
    const { parameters, arbiters } = fixtureTerms();
    const many = (role: Role, count: number): PartyTerms => {
      const terms = contract[role];
      const more = Array.from({ length: count - 1 }, (_, i) => fixtureCoin(`${role} more ${i}`, 10_000n));
      return { ...terms, funding: [...terms.funding, ...more] };
    };
    const withCoins = (count: number): GraphTerms => ({
      parameters,
      arbiters,
      contract: {
        ...contract,
        client: many('client', count),
        worker: many('worker', count),
        verifier: many('verifier', count),
      },
    });
    expect(transactionOf(buildGraph(withCoins(50)), 'Tx0').vsize).toBeLessThanOrEqual(10_000);
    expect(() => buildGraph(withCoins(56))).toThrow(expect.objectContaining({ code: 'C20' }));
  });
});
