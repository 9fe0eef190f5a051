import { type Coin, hash32, satoshi, type Txid, toHex } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { type Bump, planChild } from '../../src/engine/fees/bump.ts';
import { DEVELOPMENT_POLICY } from '../../src/index.ts';

const TXID = toHex(hash32(new Uint8Array(32).fill(7))) as Txid;
const P2TR = Uint8Array.from([0x51, 0x20, ...new Uint8Array(32)]);
const ANCHOR = Uint8Array.of(0x51, 0x02, 0x4e, 0x73);

describe('BIP125, rule 6: a child of somebody else that is smaller', () => {
  it('is outbid in its rate too, so that nodes before Core 31 let it go', () => {
    const coin: Coin = { outpoint: { txid: TXID, vout: 1 }, amount: satoshi(250_000n), script: P2TR };
    const bump: Bump = {
      // TxA of five arbiters.
      parent: { txid: TXID, vsize: 852, fee: satoshi(0n), inputs: [] },
      output: { outpoint: { txid: TXID, vout: 0 }, amount: satoshi(0n), script: ANCHOR, sign: null },
      reserve: { coin, spent: 0n },
      policy: DEVELOPMENT_POLICY,
      to: P2TR,
    };
    // 120 vB on the anchor: both together at 36 sat/vB, and the child alone at 292 sat/vB.
    const waiting = { fee: 0n, vsize: 852, packageFee: 35_000n, packageVsize: 972 };
    const plan = planChild(bump, 40_000n, waiting, []);
    if (plan.kind !== 'child') throw new RangeError(plan.kind);
    const { fee } = plan.child;
    expect(fee * 120n).toBeGreaterThan(35_000n * 153n);
    // Where that is more than may be spent, what newer nodes ask for is tried.
    const poor = planChild(
      { ...bump, policy: { ...DEVELOPMENT_POLICY, feeReserve: 42_000n } },
      40_000n,
      waiting,
      [],
    );
    expect(poor).toMatchObject({ kind: 'child', child: { fee: 42_000n } });
  });
});
