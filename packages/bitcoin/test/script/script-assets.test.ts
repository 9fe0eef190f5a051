import { describe, expect, it } from 'vitest';
import { VerificationCache } from '../../src/crypto/verification-cache.ts';
import { ScriptFlag, type ScriptFlags } from '../../src/script/flags.ts';
import { TransactionSpend } from '../../src/script/spend.ts';
import { verifyInput } from '../../src/script/verify-transaction.ts';
import { ByteReader } from '../../src/transaction/byte-reader.ts';
import { parseTransaction } from '../../src/transaction/parse.ts';
import { hex, parseFlags, readVectors } from './core-notation.ts';

interface Witnessing {
  readonly scriptSig: string;
  readonly witness: readonly string[];
}

/** A transaction whose input `index` lacks its scriptSig and witness, one that is right, and one that is wrong. */
interface Asset {
  readonly tx: string;
  readonly prevouts: readonly string[];
  readonly index: number;
  readonly success?: Witnessing;
  readonly failure?: Witnessing;
  readonly flags: string;
  /** No soft fork can make it invalid: it is valid under all flags. */
  readonly final?: boolean;
  readonly comment: string;
}

const SOFT_FORKS = [
  ScriptFlag.P2SH,
  ScriptFlag.DERSIG,
  ScriptFlag.NULLDUMMY,
  ScriptFlag.CHECKLOCKTIMEVERIFY,
  ScriptFlag.CHECKSEQUENCEVERIFY,
  ScriptFlag.WITNESS,
  ScriptFlag.TAPROOT,
];

/** Every set of soft forks in which WITNESS comes with P2SH and TAPROOT with WITNESS. */
const CONSENSUS_SETS: readonly ScriptFlags[] = Array.from({ length: 1 << SOFT_FORKS.length }, (_, set) =>
  SOFT_FORKS.reduce((flags, fork, bit) => (((set >> bit) & 1) === 0 ? flags : flags | fork), 0),
).filter(
  (flags) =>
    ((flags & ScriptFlag.WITNESS) === 0 || (flags & ScriptFlag.P2SH) !== 0) &&
    ((flags & ScriptFlag.TAPROOT) === 0 || (flags & ScriptFlag.WITNESS) !== 0),
);

function spendOf(asset: Asset, given: Witnessing): TransactionSpend {
  const transaction = parseTransaction(hex(asset.tx));
  const inputs = transaction.inputs.map((input, i) =>
    i === asset.index
      ? { ...input, scriptSig: hex(given.scriptSig), witness: given.witness.map(hex) }
      : input,
  );
  const spentOutputs = asset.prevouts.map((output) => {
    const reader = new ByteReader(hex(output));
    return { amount: reader.int64(), script: reader.variableBytes() };
  });
  return new TransactionSpend({ ...transaction, inputs }, spentOutputs);
}

describe('Bitcoin Core script_assets', () => {
  const assets = readVectors('script_assets_test.json') as Asset[];
  const cache = new VerificationCache();

  it('tries every set of soft forks', () => {
    expect(CONSENSUS_SETS.length).toBe(64);
  });

  it('accepts every success, final ones under all soft forks, others under those they are made for', () => {
    const successes = assets.filter((asset) => asset.success !== undefined);
    expect(successes.length).toBe(2_243);
    let tried = 0;
    const refused: string[] = [];
    for (const asset of successes) {
      const spend = spendOf(asset, asset.success!);
      const made = parseFlags(asset.flags);
      for (const flags of CONSENSUS_SETS) {
        if (asset.final !== true && (flags & ~made) !== 0) continue;
        tried++;
        const verdict = verifyInput(spend, asset.index, spend.spentOutputs, flags, cache);
        if (!verdict.ok) refused.push(`${asset.comment} under ${flags}: ${verdict.error}`);
      }
    }
    expect(refused).toEqual([]);
    expect(tried).toBe(135_536);
  });

  it('refuses every failure under the soft forks it is made for and under more', () => {
    const failures = assets.filter((asset) => asset.failure !== undefined);
    expect(failures.length).toBe(1_492);
    let tried = 0;
    const accepted: string[] = [];
    for (const asset of failures) {
      const spend = spendOf(asset, asset.failure!);
      const made = parseFlags(asset.flags);
      for (const flags of CONSENSUS_SETS) {
        if ((made & ~flags) !== 0) continue;
        tried++;
        const verdict = verifyInput(spend, asset.index, spend.spentOutputs, flags, cache);
        if (verdict.ok) accepted.push(`${asset.comment} under ${flags}`);
      }
    }
    expect(accepted).toEqual([]);
    expect(tried).toBe(1_823);
  });
});
