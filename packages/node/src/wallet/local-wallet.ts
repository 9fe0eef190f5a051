import {
  CoinTracker,
  draftChild,
  draftPayment,
  draftSweep,
  keyPathSighash,
  parseTransaction,
  selectCoins,
  serializeTransaction,
  signDraft,
  type Transaction,
  transactionId,
  type WalletAccount,
  type WalletCoin,
  WalletError,
  type WalletKey,
} from '@prometheus-compute/bitcoin';
import {
  type Coin,
  type Hash32,
  type Outpoint,
  outpointKey,
  satoshi,
  schnorrSign,
  toHex,
} from '@prometheus-compute/protocol';
import type { ChainBlock } from '../ports/chain.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { ChildPlan, NodeWallet, Payment } from '../ports/wallet.ts';
import { type HandedOut, trackerState, type WalletState, walletState } from './wallet-state.ts';

/** Blocks that can be taken back: reorganisations are deeper only when something is badly wrong. */
const UNDO_BLOCKS = 100;

/** Unused scripts in a row after which a recovered wallet looks for no more (BIP44 says 20; contracts hold some). */
const RECOVERY_GAP = 60;
/**
 * Scripts after the last one in use that a recovered wallet leaves out: an earlier run may have handed them out and may not
 * have been paid yet. The rest of the gap is for its own, so that the run after it finds them too.
 */
const SKIPPED_SCRIPTS = 20;

/** How a wallet goes on where an earlier run has ended. */
export interface LocalWalletOptions {
  /**
   * An earlier run has used this account: its scripts are found on the chain again, and none that was paid is handed out a second
   * time. Without {@link handed}, scripts are left out that it may have handed out.
   */
  readonly recover?: boolean;
  /** What an earlier run has handed out: exactly known, so that nothing is left out. */
  readonly handed?: HandedOut | undefined;
  /** What an earlier run knew of the chain, at the block where reading goes on. */
  readonly state?: WalletState | undefined;
  /** Stores what is handed out, before anybody gets it. */
  readonly onHandOut?: (handed: HandedOut) => void;
}

/** A wallet in this process, with what its daemon stores of it. */
export interface LocalWallet extends NodeWallet {
  /** Scripts in a row that were handed out and not paid: a recovery from the seed alone gives up after {@link RECOVERY_GAP}. */
  readonly unpaid: number;
  /** The script on which this wallet asks to be paid: the same one until it has been paid, or a `fresh` one is asked for. */
  receiveScript(fresh: boolean): Uint8Array;
  /** Confirmed coins that nothing has set aside. */
  free(): readonly Coin[];
  /** What it knows of the chain. */
  state(): WalletState;
}

/**
 * A party's wallet in this process: one BIP86 account, its confirmed coins, and what is set aside.
 *
 * @param entropy - fresh auxiliary randomness for every signature (BIP340)
 */
export function createLocalWallet(
  account: WalletAccount,
  entropy: Entropy,
  options: LocalWalletOptions = {},
): LocalWallet {
  const tracker = new CoinTracker();
  const keys = new Map<string, { readonly key: WalletKey; readonly index: number }>();
  const blocks: { readonly height: number; readonly hash: string }[] = [];
  const { recover = false, handed, state: earlier } = options;
  let height = 0;

  const keyOf = (script: Uint8Array): WalletKey => {
    const known = keys.get(toHex(script));
    if (known === undefined) throw new WalletError('key-unknown', 'this script is none of this wallet');
    return known.key;
  };

  /** Scripts in order; what is paid to one of them is this wallet's. */
  const watched: Uint8Array[] = [];
  /** Index of the next script to hand out. */
  let next = handed?.next ?? 0;
  /** Index of the script on which this wallet asks to be paid. */
  let receive = handed?.receive ?? 0;
  /** Indices of scripts that a block shows in use, and the last of them; only a recovered wallet looks for them. */
  const used = new Set<number>(earlier?.used);
  let lastUsed = Math.max(-1, ...used);

  const watchUpTo = (count: number): void => {
    while (watched.length < count) {
      const index = watched.length;
      const key = account.key('receive', index);
      keys.set(toHex(key.script), { key, index });
      tracker.watch(key);
      watched.push(key.script);
    }
  };

  const freshIndex = (): number => {
    const skipped = handed === undefined ? SKIPPED_SCRIPTS : 0;
    const index = recover ? Math.max(next, lastUsed + 1 + skipped) : next;
    watchUpTo(recover ? index + 1 + RECOVERY_GAP : index + 1);
    next = index + 1;
    return index;
  };

  const freshScript = (): Uint8Array => {
    const index = freshIndex();
    options.onHandOut?.({ next, receive });
    return watched[index]!;
  };

  /** Keeps the gap open beyond every script that a block shows in use. */
  const lookAhead = (transactions: readonly { readonly transaction: Transaction }[]): void => {
    for (const { transaction } of transactions) {
      for (const { script } of transaction.outputs) {
        const own = keys.get(toHex(script));
        if (own === undefined) continue;
        used.add(own.index);
        if (own.index <= lastUsed) continue;
        lastUsed = own.index;
        watchUpTo(lastUsed + 1 + RECOVERY_GAP);
      }
    }
  };

  const reserve = (amount: bigint, maxInputs?: number): readonly Coin[] => {
    // Tx0's fee is part of `amount` where this party owes it, so coins are compared by their plain value.
    const { coins } = selectCoins(tracker.spendable(height + 1), {
      amount,
      fee: () => 0n,
      ...(maxInputs === undefined ? {} : { maxInputs }),
    });
    for (const coin of coins) tracker.reserve([coin], outpointKey(coin));
    return coins.map(({ txid, vout, amount: value, key }) => ({
      outpoint: { txid, vout },
      amount: satoshi(value),
      script: key.script,
    }));
  };

  const walletCoin = ({ outpoint, amount, script }: Coin): WalletCoin => ({
    ...outpoint,
    amount,
    height: 0,
    coinbase: false,
    key: keyOf(script),
  });

  if (recover) watchUpTo(Math.max(next, lastUsed + 1) + RECOVERY_GAP);
  if (earlier !== undefined) {
    tracker.restore(trackerState(earlier, (index) => account.key('receive', index)));
    blocks.push(...earlier.blocks.map(({ height: at, hash }) => ({ height: at, hash })));
    height = blocks.at(-1)?.height ?? 0;
  }

  return {
    freshScript,
    get unpaid(): number {
      return next - 1 - lastUsed;
    },
    receiveScript(fresh: boolean): Uint8Array {
      if (fresh || used.has(receive)) {
        receive = freshIndex();
        options.onHandOut?.({ next, receive });
      } else if (next <= receive) {
        next = receive + 1;
        watchUpTo(next);
        options.onHandOut?.({ next, receive });
      }
      return watched[receive]!;
    },
    free: () =>
      tracker.spendable(height + 1).map(({ txid, vout, amount, key }) => ({
        outpoint: { txid, vout },
        amount: satoshi(amount),
        script: key.script,
      })),
    state: () => walletState(tracker.state(UNDO_BLOCKS), used),
    balance: () => tracker.balance(),
    connect(block: ChainBlock): void {
      const transactions = block.transactions.map((bytes) => {
        const transaction = parseTransaction(bytes);
        return { txid: transactionId(transaction), transaction };
      });
      const hash = toHex(block.hash);
      if (recover) lookAhead(transactions);
      tracker.connect({ hash, height: block.height, transactions });
      blocks.push({ height: block.height, hash });
      if (blocks.length > UNDO_BLOCKS) blocks.shift();
      height = block.height;
    },
    disconnectAbove(limit: number): void {
      for (let last = blocks.at(-1); last !== undefined && last.height > limit; last = blocks.at(-1)) {
        tracker.disconnect(last.hash);
        blocks.pop();
      }
      height = limit;
    },
    reserve,
    reserveOne: (amount) => reserve(amount, 1)[0]!,
    hold(coins: readonly Outpoint[]): void {
      for (const outpoint of coins) tracker.reserve([outpoint], outpointKey(outpoint));
    },
    release(coins: readonly Outpoint[]): void {
      for (const outpoint of coins) tracker.release(outpointKey(outpoint));
    },
    pay(outputs: readonly Payment[], feeRate: bigint): Uint8Array {
      const coins = tracker.spendable(height + 1);
      const draft = draftPayment({ coins, outputs, changeScript: freshScript(), feeRate });
      return serializeTransaction(signDraft(draft, account, () => entropy(32)));
    },
    sweep(coins: readonly Coin[], feeRate: bigint, to: Uint8Array): Uint8Array {
      const draft = draftSweep(coins.map(walletCoin), to, feeRate);
      return serializeTransaction(signDraft(draft, account, () => entropy(32)));
    },
    child({ output, coins, to, fee }: ChildPlan): Uint8Array {
      const draft = draftChild({
        output: { ...output.outpoint, amount: output.amount, script: output.script },
        coins: coins.map(walletCoin),
        changeScript: to,
        fee,
      });
      const signed = signDraft(draft, account, () => entropy(32));
      if (output.sign === null) return serializeTransaction(signed);
      const [first, ...others] = signed.inputs;
      const signature = output.sign(keyPathSighash(draft.transaction, draft.spentOutputs, 0));
      return serializeTransaction({ ...signed, inputs: [{ ...first!, witness: [signature] }, ...others] });
    },
    owns: (script) => keys.has(toHex(script)),
    internalKey: (script) => keyOf(script).internalKey,
    signWithInternalKey: (script, hash: Hash32) =>
      schnorrSign(hash, account.internalSecret(keyOf(script)), entropy(32)),
    signKeyPath: (script, sighash: Hash32) =>
      schnorrSign(sighash, account.outputSecret(keyOf(script)), entropy(32)),
  };
}
