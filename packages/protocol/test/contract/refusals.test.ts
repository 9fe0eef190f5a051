import { describe, expect, it } from 'vitest';
import {
  buildGraph,
  type Contract,
  contractViolations,
  DEFAULT_PARAMETERS,
  NUMS_KEY,
  type Parameters,
  type PartyTerms,
  parameterViolations,
  point,
  RuleError,
  type RuleId,
  satoshi,
  toHex,
} from '../../src/index.ts';
import { renewedStake } from '../fixtures/renewed-stake.ts';
import { fixtureCoin, fixtureContract, fixtureHash, fixtureTerms } from '../fixtures/terms.ts';

const p = DEFAULT_PARAMETERS;
const sat = satoshi;
type Evidence = RuleError['evidence'];

function shown(violations: readonly RuleError[], id: RuleId): Evidence {
  const error = violations.find(({ code }) => code === id);
  expect(error, `${id} is broken`).toBeDefined();
  expect(error!.rule).toMatch(new RegExp(`^${id}: `));
  expect(error!.remedy).not.toBe('');
  return error!.evidence;
}

describe('a refusal of a P shows the values that break the rule', () => {
  const CASES: readonly (readonly [RuleId, Partial<Parameters>, Evidence])[] = [
    ['P1', { alpha: 0 }, { alpha: 0, beta: 2_000 }],
    ['P2', { gamma: 2_000 }, { gamma: 2_000, epsilon: 2_000 }],
    ['P3', { delta: 0 }, { delta: 0 }],
    ['P4', { mu: 5_000 }, { mu: 5_000 }],
    ['P5', { sigma: 0 }, { sigma: 0 }],
    ['P6', { w: sat(500_001n) }, { w: 500_001n, v: 500_000n, a: 5_000_000n }],
    ['P7', { n: 2 }, { n: 2 }],
    ['P8', { mu: 12_001 }, { k: 7, n: 5 }],
    ['P9', { t1: 0 }, { t1: 0, t2: 432, t3: 576, t4: 1_152 }],
    // k = 6 of 10: 210 + 120 + 45 + 10 + 1 sets
    ['P10', { n: 10, mu: 6_000 }, { n: 10, k: 6, sets: 386 }],
    ['P11', { F: fixtureHash('somebody') }, { F: toHex(fixtureHash('somebody')) }],
    ['P12', { w: sat(0n) }, { w: 0n, v: 500_000n, a: 5_000_000n }],
  ];
  it.each(CASES)('%s', (id, changes, evidence) => {
    expect(shown(parameterViolations({ ...p, ...changes }), id)).toEqual(evidence);
  });
});

describe('a refusal of a C shows the values that break the rule', () => {
  const limits = { memoryPages: 256, outputBytes: 4_194_305, milliseconds: 30_000 };
  const durations = { t0: 120, relayBlocks: 1, stageBlocks: 24, arbitrationBlocks: 144 };
  const CASES: readonly (readonly [RuleId, Partial<Contract>, Evidence])[] = [
    ['C1', { reward: sat(111_113n) }, { betaV: 100_000n, sigmaC: 100_001n }],
    ['C2', { reward: sat(500_001n) }, { v: 500_000n, c: 500_001n }],
    ['C3', { reward: sat(3_289n) }, { verifierFee: 329n }],
    ['C4', { bond: sat(329n) }, { b: 329n }],
    ['C5', { bond: sat(860_005n) }, { paid: 900_005n, stakes: 900_000n }],
    ['C6', { reward: sat(1_200_010n) }, { slashed: 400_001n, w: 400_000n }],
    ['C7', { confirmationBlocks: 6 }, { B: 6, delta: 6, atLeast: 6 }],
    ['C8', { deliveryBlocks: 169 }, { t1: 288, atLeast: 289 }],
    ['C9', { confirmationBlocks: 37 }, { t2: 432, atLeast: 436 }],
    ['C10', { confirmationBlocks: 73 }, { t3: 576, atLeast: 578 }],
    // Δ_2 = 174 + 2·103 + 48
    ['C11', { stageBlocks: 103 }, { t4: 1_152, t3: 576, atLeast: 428 + 103 + 48 }],
    ['C12', { confirmationBlocks: 217 }, { t4: 1_152, atLeast: 1_154 }],
    ['C13', { relayBlocks: 0 }, { ...durations, relayBlocks: 0 }],
    ['C14', { stageBlocks: 65_536 }, { longestStage: 65_536, feeWindow: 144, n: 5 }],
    ['C15', { reward: sat(0n) }, { c: 0n }],
    ['C16', { sampled: 21 }, { m: 21, N: 20 }],
    ['C17', { settlementFee: sat(1_291n) }, { phi: 1_291n, floor: 1_292n, largest: 'Tx6', vsize: 646 }],
    [
      'C21',
      { limits },
      // 960 + 5·(256 + 5·34 + 4 194 305)
      { N: 20, m: 5, outputBytes: 4_194_305, opening: 20_974_615, limit: 8_388_608 },
    ],
    ['C22', { stageBlocks: 6 }, { stageBlocks: 6, B: 6, atLeast: 7 }],
    ['C24', { scheme: 'freivalds' }, { scheme: 'freivalds', profile: 'wasi-0' }],
    ['C23', { arbitrationBlocks: 13 }, { arbitrationBlocks: 13, B: 6, atLeast: 14 }],
  ];
  it.each(CASES)('%s', (id, changes, evidence) => {
    expect(shown(contractViolations(p, fixtureContract(p, changes)), id)).toEqual(evidence);
  });

  it('C19: a key or an outpoint twice, with both names', () => {
    const c = fixtureContract(p);
    const { client, worker } = c;
    const key = toHex(client.transactionKey);
    const copied = { ...c, worker: { ...worker, messageKey: client.transactionKey } };
    expect(shown(contractViolations(p, copied), 'C19')).toEqual({
      key,
      first: "client's transaction key",
      second: "worker's message key",
    });
    const locked = { ...c, verificationLock: worker.messageKey };
    expect(shown(contractViolations(p, locked), 'C19')).toMatchObject({
      first: 'U',
      second: "worker's message key",
    });
    const paid = { ...c, pointLock: point(new Uint8Array([2, ...worker.transactionKey])) };
    expect(shown(contractViolations(p, paid), 'C19')).toMatchObject({
      first: 'P_h',
      second: "worker's transaction key",
    });
    const fund = { ...c, verificationLock: NUMS_KEY };
    expect(shown(contractViolations(p, fund), 'C19')).toMatchObject({ first: 'F', second: 'U' });
    const [coin] = client.funding;
    const twice = { ...c, client: { ...client, funding: [coin!, coin!] } };
    expect(shown(contractViolations(p, twice), 'C19')).toEqual({ outpoint: `${coin!.outpoint.txid}:0` });
  });

  it('C20 and D15: the party, what it brings and what it owes', () => {
    const c = fixtureContract(p);
    const withVerifier = (changes: Partial<PartyTerms>) =>
      contractViolations(p, { ...c, verifier: { ...c.verifier, ...changes } });
    const [coin] = c.verifier.funding;
    expect(shown(withVerifier({ funding: [{ ...coin!, amount: sat(549_999n) }] }), 'C20')).toEqual({
      party: 'verifier',
      brought: 549_999n,
      owed: 500_000n,
      change: 50_000n,
    });
    expect(shown(withVerifier({ funding: [], change: null }), 'C20')).toMatchObject({
      brought: 0n,
      change: 0n,
    });
    const script = new Uint8Array([0x51, 2, 0x4e, 0x73]);
    expect(shown(withVerifier({ change: { ...c.verifier.change!, script } }), 'C20')).toEqual({
      party: 'verifier',
      script: '51024e73',
    });
    expect(shown(withVerifier({ funding: [{ ...coin!, script }] }), 'D15')).toEqual({
      party: 'verifier',
      outpoint: `${coin!.outpoint.txid}:0`,
      script: '51024e73',
    });
  });
});

describe('a refusal of the arbiters shows the values that break the rule', () => {
  const terms = fixtureTerms();
  const [first, second, ...rest] = terms.arbiters;
  const refusal = (arbiters: typeof terms.arbiters): Evidence => {
    try {
      buildGraph({ ...terms, arbiters });
    } catch (error) {
      if (error instanceof RuleError) return error.evidence;
      throw error;
    }
    throw new Error('the graph was built');
  };

  it('P7: how many there are', () => {
    expect(refusal([first!, second!])).toEqual({ n: 5, arbiters: 2 });
  });

  it('C18: which stake is too small', () => {
    const coin = fixtureCoin('arbiter:2 funding', 4_999_999n);
    const poor = { ...second!, stake: { ...second!.stake, coin } };
    expect(refusal([first!, poor, ...rest])).toEqual({
      arbiter: 2,
      outpoint: `${coin.outpoint.txid}:0`,
      amount: 4_999_999n,
      a: 5_000_000n,
    });
  });

  it('C19: whose key stands there twice', () => {
    const same = (changes: Partial<typeof first>) => refusal([first!, { ...second!, ...changes }, ...rest]);
    expect(same({ key: first!.key })).toMatchObject({ first: 'A_1', second: 'A_2' });
    expect(same({ messageKey: first!.messageKey })).toMatchObject({
      first: "A_1's message key",
      second: "A_2's message key",
    });
    expect(same({ stake: first!.stake })).toMatchObject({
      first: "A_1's stake key",
      second: "A_2's stake key",
    });
  });

  it('D7: which stake is none', () => {
    const renewed = { ...renewedStake(1, sat(5_000_000n)), sequence: 1_151 };
    const { txid, vout } = renewed.coin.outpoint;
    expect(refusal([{ ...first!, stake: renewed }, second!, ...rest])).toMatchObject({
      outpoint: `${txid}:${vout}`,
    });
  });
});

describe('all broken rules are named, not only the first', () => {
  it('of a P, in their order', () => {
    const broken = parameterViolations({ ...p, alpha: 0, delta: 0, t1: 0, F: fixtureHash('somebody') });
    expect(broken.map(({ code }) => code)).toEqual(['P1', 'P3', 'P9', 'P11']);
  });

  it('of a C, of money, time, sample, keys and coins', () => {
    const c = fixtureContract(p, { bond: sat(329n), deliveryBlocks: 169, sampled: 0 });
    const poor = { ...c.worker, messageKey: c.client.messageKey, funding: [] };
    const broken = contractViolations(p, { ...c, worker: poor });
    expect(broken.map(({ code }) => code)).toEqual(['C4', 'C8', 'C16', 'C19', 'C20']);
  });
});
