import { P2A_SCRIPT, type Txid } from '@prometheus-compute/protocol';
import {
  ADDRESS_NETWORKS,
  loadTransaction,
  serializeTransaction,
  signKeyPath,
  type Transaction,
  WalletAccount,
  type WalletKey,
} from '../../src/index.ts';
import type { ScenarioBlock } from './scenario.ts';

/** The wallet of every scenario: BIP39's best known words. */
const account = WalletAccount.fromMnemonic(
  'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about',
  ADDRESS_NETWORKS.regtest,
);
const NO_RANDOMNESS = new Uint8Array(32);

/** Key number `index` of the scenarios' wallet. */
export function keyOf(index = 0): WalletKey {
  return account.key('receive', index);
}

/** Script that key number `index` can spend. */
export function scriptOf(index = 0): Uint8Array {
  return keyOf(index).script;
}

/** An output of a scenario's transaction; key undefined for what needs no signature. */
export interface ScenarioCoin {
  readonly txid: Txid;
  readonly vout: number;
  readonly amount: bigint;
  readonly script: Uint8Array;
  readonly key: WalletKey | undefined;
}

/** The reward of a block, paid to key number `index`. */
export function rewardOf({ block }: ScenarioBlock, index = 0): ScenarioCoin {
  return outputOf(block.transactions[0]!.bytes, 0, index);
}

/** An output of a serialised transaction, paid to key number `index`. */
export function outputOf(bytes: Uint8Array, vout: number, index = 0): ScenarioCoin {
  const { txid, transaction } = loadTransaction(bytes);
  const { amount, script } = transaction.outputs[vout]!;
  return { txid, vout, amount, script, key: keyOf(index) };
}

/** A pay-to-anchor output of a serialised transaction. */
export function anchorOf(bytes: Uint8Array, vout: number): ScenarioCoin {
  return { ...outputOf(bytes, vout), script: P2A_SCRIPT, key: undefined };
}

/** What a transaction of a scenario is made of. */
export interface SpendPlan {
  readonly from: readonly ScenarioCoin[];
  /** Satoshis to key 0, or any output. */
  readonly to: readonly (bigint | { readonly amount: bigint; readonly script: Uint8Array })[];
  readonly version?: number;
  /** Of every input, or of each. */
  readonly sequence?: number | readonly number[];
  readonly lockTime?: number;
  /** Changes the signed transaction. */
  readonly edit?: (transaction: Transaction) => Transaction;
}

/** A signed transaction, serialised. Equal plans give equal bytes. */
export function spend(plan: SpendPlan): Uint8Array {
  const { sequence = 0xffff_fffd } = plan;
  const draft: Transaction = {
    version: plan.version ?? 2,
    inputs: plan.from.map(({ txid, vout }, index) => ({
      txid,
      vout,
      scriptSig: new Uint8Array(0),
      sequence: typeof sequence === 'number' ? sequence : sequence[index]!,
      witness: [],
    })),
    outputs: plan.to.map((output) =>
      typeof output === 'bigint' ? { amount: output, script: scriptOf() } : output,
    ),
    lockTime: plan.lockTime ?? 0,
  };
  const signers = plan.from.flatMap(({ key }, input) =>
    key === undefined ? [] : [{ input, secret: account.outputSecret(key), auxRandom: NO_RANDOMNESS }],
  );
  const signed = signKeyPath(draft, plan.from, signers);
  return serializeTransaction(plan.edit?.(signed) ?? signed);
}

/** A zero-value anchor. */
export const ANCHOR = { amount: 0n, script: P2A_SCRIPT } as const;

/** A transaction of about `vsize` virtual bytes more: `OP_RETURN` with filler. */
export function filler(bytes: number): { readonly amount: bigint; readonly script: Uint8Array } {
  const head = [0x6a, 0x4d, bytes & 0xff, bytes >> 8];
  return { amount: 0n, script: Uint8Array.from([...head, ...new Array<number>(bytes).fill(0x42)]) };
}
