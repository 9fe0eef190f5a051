import { sha256 } from '@noble/hashes/sha2.js';
import { outputOf, rewardOf, type ScenarioCoin, scriptOf, spend } from '../coins.ts';
import { type Scenario, ScenarioBuilder } from '../scenario.ts';

const REWARD = 5_000_000_000n;
const LESS_FEE = REWARD - 1000n;
/** BIP68: the lock counts units of 512 seconds. */
const TIME_LOCK = 0x0040_0000;

/** Output that a witness script alone guards, and the witness that opens it. */
function guarded(script: readonly number[]): { readonly output: Uint8Array; readonly witness: Uint8Array[] } {
  const bytes = Uint8Array.from(script);
  return { output: Uint8Array.from([0x00, 0x20, ...sha256(bytes)]), witness: [bytes] };
}

/** Maturity, BIP65, BIP68, BIP112 and BIP113: each lock one block early, in mempool and block, and on time. */
export function locksScenario(): Scenario {
  const s = new ScenarioBuilder('locks');
  const funding = s.mine(8, scriptOf()).map((block) => rewardOf(block));
  s.mine(91);
  const [a, b, c, d, e, f, g, h] = funding as [
    ScenarioCoin,
    ScenarioCoin,
    ScenarioCoin,
    ScenarioCoin,
    ScenarioCoin,
    ScenarioCoin,
    ScenarioCoin,
    ScenarioCoin,
  ];
  const mature = spend({ from: [a], to: [LESS_FEE] });
  s.test('reward at depth 99', [mature]);
  s.refusedBlock('block with a reward at depth 99', { transactions: [mature] });
  s.mine(1);
  s.test('reward at depth 100', [mature]);
  s.block({ label: 'block with a reward at depth 100', transactions: [mature] });
  s.mine(10);

  // BIP68 in blocks: b is confirmed at height 2, the tip at 111, so a lock of 110 blocks ends now.
  const wait = s.tip.height + 1 - 2;
  const early = spend({ from: [b], to: [LESS_FEE], sequence: wait + 1 });
  s.test('relative lock one block early', [early]);
  s.refusedBlock('block with a relative lock one block early', { transactions: [early] });
  s.test('relative lock on time', [spend({ from: [b], to: [LESS_FEE], sequence: wait })]);
  s.test('relative lock in version 1', [
    spend({ from: [b], to: [LESS_FEE], sequence: wait + 1, version: 1 }),
  ]);
  s.test('relative lock switched off', [
    spend({ from: [b], to: [LESS_FEE], sequence: 0x8000_0000 + wait + 1 }),
  ]);
  const second = spend({ from: [b, c], to: [2n * REWARD - 1000n], sequence: [0xffff_fffd, wait] });
  s.test('relative lock of the second input one block early', [second]);
  s.mine(1);
  s.test('relative lock of the second input on time', [second]);
  s.test('relative lock after one more block', [early]);

  // BIP68 in time: from the median before c's block to the median at the tip.
  const height = s.tip.height;
  const units = Math.floor(((height - 5 - 0) * 600) / 512);
  for (const offset of [-3, -2, -1, 0, 1, 2, 3]) {
    s.test(`relative lock in time, ${offset}`, [
      spend({ from: [c], to: [LESS_FEE], sequence: TIME_LOCK + units + offset }),
    ]);
  }

  // nLockTime by height and by median time past.
  const byHeight = (lockTime: number, sequence = 0xffff_fffe) =>
    spend({ from: [d], to: [LESS_FEE], lockTime, sequence });
  s.test('lock time of the tip height', [byHeight(height)]);
  s.test('lock time of the next height', [byHeight(height + 1)]);
  s.test('lock time of the next height with final sequence', [byHeight(height + 1, 0xffff_ffff)]);
  s.refusedBlock('block with a lock time of its own height', { transactions: [byHeight(height + 1)] });
  const median = 1_700_000_000 + 600 * (height - 5);
  s.test('lock time before the median', [byHeight(median - 1)]);
  s.test('lock time at the median', [byHeight(median)]);
  s.refusedBlock('block with a lock time at the median', { transactions: [byHeight(median)] });

  // BIP112 and BIP65 in scripts: 5 CHECKSEQUENCEVERIFY DROP 1, and <height> CHECKLOCKTIMEVERIFY DROP 1.
  const csv = guarded([0x55, 0xb2, 0x75, 0x51]);
  s.mine(20);
  // Above 127: a minimal push of two bytes.
  const lock = s.tip.height + 6;
  const cltv = guarded([0x02, lock & 0xff, lock >> 8, 0xb1, 0x75, 0x51]);
  const fund = spend({
    from: [e, f],
    to: [
      { amount: REWARD, script: csv.output },
      { amount: LESS_FEE, script: cltv.output },
    ],
  });
  s.block({ label: 'block that funds the scripts', transactions: [fund] });
  const at = (vout: number): ScenarioCoin => {
    const amount = vout === 0 ? REWARD : LESS_FEE;
    const { txid } = s.tip.block.transactions[1]!;
    return { txid, vout, amount, script: vout === 0 ? csv.output : cltv.output, key: undefined };
  };
  const csvCoin = at(0);
  const cltvCoin = at(1);
  const open = (
    coin: ScenarioCoin,
    witness: readonly Uint8Array[],
    plan: { sequence: number; lockTime?: number; version?: number },
  ) =>
    spend({
      from: [coin],
      to: [coin.amount - 1000n],
      ...plan,
      edit: (tx) => ({ ...tx, inputs: [{ ...tx.inputs[0]!, witness }] }),
    });
  s.test('CSV with too small a sequence', [open(csvCoin, csv.witness, { sequence: 4 })]);
  s.test('CSV four blocks early', [open(csvCoin, csv.witness, { sequence: 5 })]);
  s.mine(3);
  s.test('CSV one block early', [open(csvCoin, csv.witness, { sequence: 5 })]);
  s.test('CLTV one block early', [open(cltvCoin, cltv.witness, { sequence: 0, lockTime: lock })]);
  s.test('CLTV with a smaller lock time', [
    open(cltvCoin, cltv.witness, { sequence: 0, lockTime: lock - 1 }),
  ]);
  s.mine(1);
  s.test('CSV with a sequence that is met but too small', [open(csvCoin, csv.witness, { sequence: 4 })]);
  s.test('CSV in a transaction of version 1', [open(csvCoin, csv.witness, { sequence: 5, version: 1 })]);
  s.test('CSV on time', [open(csvCoin, csv.witness, { sequence: 5 })]);
  s.mine(2);
  s.test('CLTV with a lock time that is met but too small', [
    open(cltvCoin, cltv.witness, { sequence: 0, lockTime: lock - 1 }),
  ]);
  s.test('CLTV on time', [open(cltvCoin, cltv.witness, { sequence: 0, lockTime: lock })]);
  s.test('CLTV with final sequence', [
    open(cltvCoin, cltv.witness, { sequence: 0xffff_ffff, lockTime: lock }),
  ]);

  // An unconfirmed parent counts as confirmed in the next block.
  const parent = spend({ from: [g], to: [LESS_FEE] });
  s.send('parent', parent);
  const child = outputOf(parent, 0);
  s.test('no lock on an unconfirmed parent', [spend({ from: [child], to: [LESS_FEE - 1000n], sequence: 0 })]);
  s.test('lock of one block on an unconfirmed parent', [
    spend({ from: [child], to: [LESS_FEE - 1000n], sequence: 1 }),
  ]);
  s.test('unrelated', [spend({ from: [h], to: [LESS_FEE] })]);
  return s.finish();
}
