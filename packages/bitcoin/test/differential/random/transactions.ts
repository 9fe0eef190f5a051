import { isUnspendable } from '../../../src/devchain/consensus/coins.ts';
import { loadTransaction, serializeTransaction, type Transaction } from '../../../src/index.ts';
import { witnessProgram } from '../../../src/script/patterns.ts';
import type { TransactionInput, TransactionOutput } from '../../../src/transaction/index.ts';
import type { RandomCoin, ScenarioModel } from './model.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What is not left to chance about a random transaction. */
export interface RandomPlan {
  /** Common locks, no time locks, nothing broken. */
  readonly plain?: boolean;
  readonly version?: number;
  readonly outputs?: number;
  /** Satoshis per virtual byte. */
  readonly rate?: number;
  /** Satoshis. */
  readonly fee?: bigint;
  /** With an output below the dust limit. */
  readonly ephemeral?: boolean;
}

const NOTHING = new Uint8Array(0);
const FEE_RATES = [0, 0.1, 0.1, 0.2, 0.5, 1, 1, 2, 3, 5, 10, 50, 10_001];

/** A signed transaction over the given coins, most likely valid. */
export function randomTransaction(
  random: SeededRandom,
  model: ScenarioModel,
  from: readonly RandomCoin[],
  plan: RandomPlan = {},
): Uint8Array {
  const plain = plan.plain === true;
  const draft: Transaction = {
    version: plan.version ?? random.pick([2, 2, 2, 2, 3, 3, 1, random.pick([0, 2, 4, 0xffff_ffff])]),
    ...timing(random, model, from, plain),
    outputs: randomOutputs(random, model, from, plan),
  };
  const hashTypes = from.map(({ lock }) => {
    if (random.oneIn(12)) return random.pick([0, 1, 2, 3, 0x81, 0x82, 0x83, 4]);
    return /^(p2tr|tapscript)/.test(lock.name) ? 0 : 1;
  });
  const highS = !plain && random.oneIn(60);
  const signed = (fee: bigint): Transaction => sign(withFee(draft, fee), from, hashTypes, highS);
  const vsize = Math.ceil(loadTransaction(serializeTransaction(signed(0n))).weight / 4);
  const rate = plan.rate ?? random.pick(FEE_RATES);
  const difference = random.oneIn(12) && !plain ? BigInt(random.below(3) - 1) : 0n;
  const complete = signed(plan.fee ?? BigInt(Math.ceil(vsize * rate)) + difference);
  return serializeTransaction(plain || !random.oneIn(12) ? complete : broken(random, complete));
}

function timing(
  random: SeededRandom,
  model: ScenarioModel,
  from: readonly RandomCoin[],
  plain: boolean,
): { readonly inputs: readonly TransactionInput[]; readonly lockTime: number } {
  const { height, medianTimePast } = model.position;
  const border = [height, height + 1, medianTimePast - 1, medianTimePast, 499_999_999, 0xffff_ffff];
  let lockTime = !plain && random.oneIn(5) ? random.pick(border) : 0;
  const inputs = from.map((coin) => {
    let sequence = plain ? 0xffff_fffd : random.pick([0xffff_fffd, 0xffff_fffe, 0xffff_ffff]);
    if (!plain && random.oneIn(6)) {
      const blocks = Math.max(0, height - coin.height + random.below(4) - 1);
      const time = Math.max(0, Math.floor((blocks * 600) / 512) + random.below(3) - 1);
      sequence = random.pick([random.below(5), blocks, (1 << 22) | time, 0x8000_0000, 0x0001_0000]);
    }
    const { lock } = coin;
    if (lock.sequence !== undefined && !random.oneIn(4)) sequence = lock.sequence + random.below(2);
    if (lock.lockTime !== undefined && !random.oneIn(4)) {
      lockTime = lock.lockTime;
      if (sequence === 0xffff_ffff) sequence = 0xffff_fffe;
    }
    return { txid: coin.txid, vout: coin.vout, scriptSig: NOTHING, sequence, witness: [] };
  });
  return { inputs, lockTime };
}

function randomOutputs(
  random: SeededRandom,
  model: ScenarioModel,
  from: readonly RandomCoin[],
  plan: RandomPlan,
): readonly TransactionOutput[] {
  const plain = plan.plain === true;
  const count = plan.outputs ?? 1 + random.below(random.oneIn(6) ? 6 : 3);
  const outputs: TransactionOutput[] = [];
  let left = from.reduce((sum, { amount }) => sum + amount, 0n);
  for (let i = 1; i <= count; i++) {
    const { name, script } = model.lock(plain);
    let amount = left;
    if (i < count) {
      amount = left / BigInt(2 + random.below(3));
      if (random.oneIn(plain ? 40 : 12)) amount = dustLimit(script) + BigInt(random.below(3) - 1);
      if (name === 'data') amount = 0n;
      if (amount < 0n) amount = 0n;
      if (amount > left) amount = left;
    }
    left -= amount;
    outputs.push({ amount, script });
  }
  if (plan.ephemeral === true) {
    const { script } = random.oneIn(2) ? model.lock(true) : model.anchor();
    outputs.unshift({ amount: BigInt(random.pick([0, 0, 100])), script });
  }
  return random.oneIn(3) ? outputs.toReversed() : outputs;
}

/** Core's threshold, computed apart from the code under test. */
function dustLimit(script: Uint8Array): bigint {
  if (isUnspendable(script)) return 0n;
  const spending = witnessProgram(script) === undefined ? 148 : 67;
  return BigInt(3 * (8 + (script.length < 0xfd ? 1 : 3) + script.length + spending));
}

/** Takes the fee out of the largest output. */
function withFee(draft: Transaction, fee: bigint): Transaction {
  const largest = draft.outputs.reduce((a, b) => (b.amount > a.amount ? b : a));
  const outputs = draft.outputs.map((output) =>
    output === largest ? { ...output, amount: output.amount > fee ? output.amount - fee : 0n } : output,
  );
  return { ...draft, outputs };
}

function sign(
  transaction: Transaction,
  from: readonly RandomCoin[],
  hashTypes: readonly number[],
  highS: boolean,
): Transaction {
  const spent = from.map(({ amount, lock }) => ({ amount, script: lock.script }));
  const inputs = transaction.inputs.map((input, index) => ({
    ...input,
    ...from[index]!.lock.satisfy({ transaction, index, spent, hashType: hashTypes[index]!, highS }),
  }));
  return { ...transaction, inputs };
}

/** The transaction with one thing wrong. */
function broken(random: SeededRandom, transaction: Transaction): Transaction {
  const { inputs, outputs } = transaction;
  const place = random.below(inputs.length);
  const editInput = (edit: (input: TransactionInput) => Partial<TransactionInput>): Transaction => ({
    ...transaction,
    inputs: inputs.map((input, index) => (index === place ? { ...input, ...edit(input) } : input)),
  });
  const editAmount = (amount: bigint): Transaction => ({
    ...transaction,
    outputs: outputs.map((output, index) => (index === 0 ? { ...output, amount } : output)),
  });
  switch (random.below(10)) {
    case 0:
      return editInput(({ witness }) => ({ witness: [Uint8Array.of(1), ...witness] }));
    case 1:
      return editInput(({ witness }) => ({ witness: witness.map((item) => flipped(random, item)) }));
    case 2:
      return editInput(({ scriptSig }) => ({ scriptSig: flipped(random, scriptSig) }));
    case 3:
      return editInput(({ scriptSig }) => ({
        scriptSig: Uint8Array.of(random.pick([0x51, 0x00, 0x61]), ...scriptSig),
      }));
    case 4:
      return editInput(() => ({ witness: [] }));
    case 5:
      return editInput(({ vout }) => ({ vout: random.pick([vout + 7, 0xffff_ffff]) }));
    case 6:
      return { ...transaction, inputs: [...inputs, inputs[0]!] };
    case 7:
      return { ...transaction, outputs: [] };
    case 8:
      return editAmount(-1n);
    default:
      return editAmount(random.pick([2_100_000_000_000_000n, 2_100_000_000_000_001n]));
  }
}

function flipped(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const place = random.below(bytes.length);
  return bytes.map((byte, index) => (index === place ? byte ^ (1 << random.below(8)) : byte));
}
