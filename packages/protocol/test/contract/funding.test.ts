import { describe, expect, it } from 'vitest';
import {
  type Contract,
  contractViolations,
  DEFAULT_PARAMETERS,
  NUMS_KEY,
  owed,
  type Parameters,
  type Role,
  satoshi,
} from '../../src/index.ts';
import { fixtureCoin, fixtureContract } from '../fixtures/terms.ts';

const p = DEFAULT_PARAMETERS;
const contract = fixtureContract(p);
const codes = (c: Contract, parameters: Parameters = p) =>
  contractViolations(parameters, c).map(({ code }) => code);

describe('T §Tx0: what C, W and V owe', () => {
  it('C: c + φ + nρ + b; W: w; V: v', () => {
    // 100 000 + 3 000 + 5·1 000 + 20 000
    expect(owed(p, contract)).toEqual({ client: 128_000n, worker: 400_000n, verifier: 500_000n });
    const changed = { retainer: satoshi(0n), bond: satoshi(330n), settlementFee: satoshi(5_000n) };
    expect(owed(p, { ...contract, ...changed }).client).toBe(105_330n);
  });

  it.each([
    ['client', 128_000n],
    ['worker', 400_000n],
    ['verifier', 500_000n],
  ] as const)('C20: %s brings at least %i satoshis', (role: Role, amount) => {
    const bringing = (brought: bigint): Contract => ({
      ...contract,
      [role]: { ...contract[role], funding: [fixtureCoin('one coin', brought)], change: null },
    });
    expect(codes(bringing(amount))).toEqual([]);
    expect(codes(bringing(amount - 1n))).toEqual(['C20']);
  });

  it('C20: everybody brings a coin, whoever owes nothing too', () => {
    const worker = { ...contract.worker, funding: [], change: null };
    expect(codes({ ...contract, worker }, { ...p, w: satoshi(0n) })).toContain('C20');
  });
});

describe('D15, C20: P2TR is OP_1 and 32 bytes of a key on the curve', () => {
  const key = [...NUMS_KEY];
  const SCRIPTS: readonly (readonly [string, readonly number[], boolean])[] = [
    ['OP_1 <key>', [0x51, 0x20, ...key], true],
    ['OP_0 <key>, a P2WSH output', [0x00, 0x20, ...key], false],
    ['OP_2 <key>, of a future version', [0x52, 0x20, ...key], false],
    ['a push of 33 bytes', [0x51, 0x21, ...key], false],
    ['a byte too many', [0x51, 0x20, ...key, 0], false],
    ['a byte too few', [0x51, 0x20, ...key.slice(1)], false],
    ['OP_1 <x that is on no curve>', [0x51, 0x20, ...new Uint8Array(32).fill(0xff)], false],
    ['nothing', [], false],
  ];

  it.each(SCRIPTS)('%s', (_, script, taproot) => {
    const [coin] = contract.worker.funding;
    const bytes = new Uint8Array(script);
    const funded = { ...contract.worker, funding: [{ ...coin!, script: bytes }] };
    expect(codes({ ...contract, worker: funded })).toEqual(taproot ? [] : ['D15']);
    const changed = { ...contract.worker, change: { ...contract.worker.change!, script: bytes } };
    expect(codes({ ...contract, worker: changed })).toEqual(taproot ? [] : ['C20']);
  });
});
