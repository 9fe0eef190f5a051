import { sha256 } from '@noble/hashes/sha2.js';
import { P2A_SCRIPT } from '@prometheus-compute/protocol';
import { loadTransaction, type Transaction } from '../../../src/index.ts';
import { ANCHOR, anchorOf, filler, outputOf, type ScenarioCoin, scriptOf, spend } from '../coins.ts';
import type { Scenario } from '../scenario.ts';
import { fundedScenario, REWARD } from './funded.ts';

/** Form, value, size and fee of single transactions, at the borders of each rule. */
export function standardnessScenario(): Scenario {
  const { s, take } = fundedScenario('standardness', 12);
  const coin = take();
  const pay = (...outputs: { amount: bigint; script: Uint8Array }[]) => {
    const sum = outputs.reduce((total, { amount }) => total + amount, 0n);
    return spend({ from: [coin], to: [...outputs, REWARD - sum - 20_000n] });
  };
  const to = (amount: bigint, ...script: number[]) => ({ amount, script: Uint8Array.from(script) });
  const hash20 = new Array<number>(20).fill(7);
  const hash32 = new Array<number>(32).fill(7);

  for (const version of [0, 1, 2, 3, 4]) {
    s.test(`version ${version}`, [spend({ from: [coin], to: [REWARD - 1000n], version })]);
  }
  s.test('P2TR of 329 sat', [pay({ amount: 329n, script: scriptOf() })]);
  s.test('P2TR of 330 sat', [pay({ amount: 330n, script: scriptOf() })]);
  s.test('anchor of 239 sat', [pay({ amount: 239n, script: P2A_SCRIPT })]);
  s.test('anchor of 240 sat', [pay({ amount: 240n, script: P2A_SCRIPT })]);
  s.test('P2WPKH of 293 sat', [pay(to(293n, 0x00, 0x14, ...hash20))]);
  s.test('P2WPKH of 294 sat', [pay(to(294n, 0x00, 0x14, ...hash20))]);
  s.test('P2PKH of 545 sat', [pay(to(545n, 0x76, 0xa9, 0x14, ...hash20, 0x88, 0xac))]);
  s.test('P2PKH of 546 sat', [pay(to(546n, 0x76, 0xa9, 0x14, ...hash20, 0x88, 0xac))]);
  s.test('unknown witness program', [pay(to(1000n, 0x52, 0x20, ...hash32))]);
  s.test('nonstandard script', [pay(to(1000n, 0x51))]);
  s.test('witness v0 of 31 bytes', [pay(to(1000n, 0x00, 0x1f, ...hash32.slice(1)))]);
  s.test('OP_RETURN of 83 bytes', [pay(filler(80))]);
  s.test('two OP_RETURN', [pay(filler(80), filler(80))]);
  s.test('OP_RETURN of 60,000 bytes', [pay(filler(60_000))]);
  s.test('OP_RETURN without push', [pay(to(0n, 0x6a))]);
  s.test('OP_RETURN with another opcode', [pay(to(0n, 0x6a, 0xac))]);
  const key = [
    0x21,
    0x02,
    ...Buffer.from('79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798', 'hex'),
  ];
  s.test('bare multisig 1 of 3', [pay(to(10_000n, 0x51, ...key, ...key, ...key, 0x53, 0xae))]);
  s.test('bare multisig 1 of 4', [pay(to(10_000n, 0x51, ...key, ...key, ...key, ...key, 0x54, 0xae))]);
  s.test('P2PK', [pay(to(10_000n, ...key, 0xac))]);

  s.test('more out than in', [spend({ from: [coin], to: [REWARD + 1n] })]);
  s.test('no fee', [spend({ from: [coin], to: [REWARD] })]);
  const size = loadTransaction(spend({ from: [coin], to: [REWARD - 11n] }));
  const least = BigInt(Math.ceil(Math.ceil(size.weight / 4) / 10));
  s.test('one satoshi below the minimum fee', [spend({ from: [coin], to: [REWARD - least + 1n] })]);
  s.test('the minimum fee', [spend({ from: [coin], to: [REWARD - least] })]);
  s.test('fee above maxfeerate', [spend({ from: [coin], to: [REWARD - 5_000_000n] })]);
  s.send('fee above maxfeerate, sent', spend({ from: [coin], to: [REWARD - 5_000_000n] }));
  s.test('output above 21 million', [spend({ from: [coin], to: [2_100_000_000_000_001n] })]);
  s.test('outputs together above 21 million', [
    spend({ from: [coin], to: [1_100_000_000_000_000n, 1_100_000_000_000_000n] }),
  ]);
  s.test('negative output', [spend({ from: [coin], to: [-1n] })]);
  s.test('the same input twice', [spend({ from: [coin, coin], to: [REWARD] })]);
  s.test('unknown input', [spend({ from: [{ ...coin, vout: 7 }], to: [REWARD - 1000n] })]);
  s.test('no output', [spend({ from: [coin], to: [] })]);
  const edited = (edit: (tx: Transaction) => Transaction) =>
    spend({ from: [coin], to: [REWARD - 1000n], edit });
  const withInput = (change: Partial<Transaction['inputs'][number]>) =>
    edited((tx) => ({ ...tx, inputs: [{ ...tx.inputs[0]!, ...change }] }));
  s.test('scriptSig on SegWit', [withInput({ scriptSig: Uint8Array.of(0x51) })]);
  s.test('scriptSig that not only pushes', [withInput({ scriptSig: Uint8Array.of(0x61) })]);
  s.test('scriptSig of 1651 bytes', [withInput({ scriptSig: new Uint8Array(1651) })]);
  s.test('no witness', [withInput({ witness: [] })]);
  s.test('signature of 63 bytes', [withInput({ witness: [new Uint8Array(63).fill(1)] })]);
  s.test('wrong signature', [withInput({ witness: [new Uint8Array(64).fill(1)] })]);
  s.test('hash type 0 written out', [withInput({ witness: [new Uint8Array(65)] })]);
  s.test('annex', [
    edited((tx) => ({
      ...tx,
      inputs: [{ ...tx.inputs[0]!, witness: [...tx.inputs[0]!.witness, Uint8Array.of(0x50, 1)] }],
    })),
  ]);
  s.test('bad control block', [withInput({ witness: [Uint8Array.of(0x51), new Uint8Array(33).fill(0xc0)] })]);
  s.test('control block of odd size', [withInput({ witness: [Uint8Array.of(0x51), new Uint8Array(40)] })]);
  s.test('coinbase', [s.tip.block.transactions[0]!.bytes]);

  // Witness limits and small transactions need outputs of their own.
  const script = (items: number) => Uint8Array.from([...new Array<number>(items).fill(0x75), 0x51]);
  const guarded = (bytes: Uint8Array) => Uint8Array.from([0x00, 0x20, ...sha256(bytes)]);
  const drop = script(1);
  const many = script(101);
  const fund = spend({
    from: [take()],
    to: [
      { amount: 100_000n, script: guarded(drop) },
      { amount: 100_000n, script: guarded(many) },
      { amount: 100_000n, script: P2A_SCRIPT },
      to(100_000n, 0x51),
      to(100_000n, 0x52, 0x20, ...hash32),
      REWARD - 600_000n,
    ],
  });
  s.block({ label: 'outputs of other kinds', transactions: [fund] });
  const at = (vout: number): ScenarioCoin => ({ ...outputOf(fund, vout), key: undefined });
  const open = (vout: number, witness: readonly Uint8Array[], target = scriptOf()) =>
    spend({
      from: [at(vout)],
      to: [{ amount: 90_000n, script: target }],
      edit: (tx) => ({ ...tx, inputs: [{ ...tx.inputs[0]!, witness }] }),
    });
  s.test('P2WSH item of 80 bytes', [open(0, [new Uint8Array(80), drop])]);
  s.test('P2WSH item of 81 bytes', [open(0, [new Uint8Array(81), drop])]);
  s.test('P2WSH with 101 items', [open(1, [...new Array<Uint8Array>(101).fill(new Uint8Array(0)), many])]);
  s.test('P2WSH with another script', [open(0, [new Uint8Array(1), many])]);
  s.test('anchor spent', [open(2, [])]);
  s.test('anchor spent with a witness', [open(2, [Uint8Array.of(1)])]);
  s.test('nonstandard output spent', [open(3, [])]);
  s.test('unknown witness program spent', [open(4, [])]);
  // 4 + 1 + 41 + 1 + 8 + 1 + script + 4 bytes
  s.test('64 bytes', [open(2, [], Uint8Array.of(0x6a, 0x01, 0x42, 0x00))]);
  s.test('65 bytes', [open(2, [], Uint8Array.of(0x6a, 0x03, 1, 2, 3))]);
  s.test('P2A output of 65 bytes with no fee', [
    spend({ from: [anchorOf(fund, 2)], to: [{ amount: 100_000n, script: Uint8Array.of(0x6a, 3, 1, 2, 3) }] }),
  ]);

  // What is there already.
  const first = spend({ from: [take()], to: [REWARD - 1000n] });
  s.send('sent', first);
  s.send('sent again', first);
  s.test('already in the mempool', [first]);
  const id = loadTransaction(first).transaction;
  s.test('same transaction, other witness', [
    spend({
      from: [{ ...outputOf(first, 0), ...id.inputs[0]!, amount: REWARD }],
      to: [REWARD - 1000n],
      edit: (tx) => ({ ...tx, inputs: [{ ...tx.inputs[0]!, witness: [new Uint8Array(64)] }] }),
    }),
  ]);
  s.block({ label: 'confirms it', transactions: [first] });
  s.test('confirmed already', [first]);
  s.send('confirmed already, sent', first);
  const next = spend({ from: [outputOf(first, 0)], to: [REWARD - 2000n] });
  s.block({ label: 'spends it', transactions: [next] });
  s.test('confirmed and spent', [first]);
  s.send('confirmed and spent, sent', first);
  s.test('zero-value anchor with a fee', [
    spend({ from: [take()], to: [ANCHOR, REWARD - 1000n], version: 3 }),
  ]);
  s.mempool('mempool');
  return s.finish();
}
