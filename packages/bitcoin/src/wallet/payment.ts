import type { Transaction, TransactionInput, TransactionOutput } from '../transaction/index.ts';
import type { WalletAccount } from './account.ts';
import { WalletError } from './errors.ts';
import { type KeyPathSigner, signKeyPath } from './key-path.ts';
import { type CoinSelection, selectCoins } from './select-coins.ts';
import { DUST_LIMIT, estimateVsize, feeFor } from './sizes.ts';
import type { WalletCoin } from './wallet-coin.ts';

/** Sequence number of ordinary inputs: no relative lock, lock time in force, replaceable. */
const PAYMENT_SEQUENCE = 0xffff_fffd;

/** A transaction that still lacks its signatures, with what they sign. */
export interface Draft {
  readonly transaction: Transaction;
  /** Spent output of every input, in order. */
  readonly spentOutputs: readonly TransactionOutput[];
  /** The wallet's coin that each input spends; undefined for inputs that need no signature. */
  readonly coins: readonly (WalletCoin | undefined)[];
  /** Satoshis. */
  readonly fee: bigint;
  /** Index and amount of the change output. */
  readonly change: { readonly vout: number; readonly amount: bigint } | undefined;
}

/** An ordinary payment. */
export interface PaymentRequest {
  /** Confirmed coins to choose from. */
  readonly coins: readonly WalletCoin[];
  readonly outputs: readonly TransactionOutput[];
  /** P2TR script of the wallet for what is left over. */
  readonly changeScript: Uint8Array;
  /** Satoshis per 1000 virtual bytes. */
  readonly feeRate: bigint;
  /** 2 unless said otherwise; 3 makes it TRUC (BIP431). */
  readonly version?: 2 | 3;
}

/**
 * Drafts a payment; the change, if any, is the last output.
 *
 * @throws WalletError `insufficient-funds`, `amount-dust`
 */
export function draftPayment(request: PaymentRequest): Draft {
  for (const { amount, script } of request.outputs) {
    if (amount < DUST_LIMIT && script[0] !== 0x6a) {
      throw new WalletError('amount-dust', `${amount} sat are below the dust limit of ${DUST_LIMIT} sat`, {
        evidence: { amount, limit: DUST_LIMIT },
      });
    }
  }
  const scripts = request.outputs.map((output) => output.script);
  const selection = selectCoins(request.coins, {
    amount: request.outputs.reduce((sum, output) => sum + output.amount, 0n),
    fee: (inputs, change) =>
      feeFor(estimateVsize(inputs, change ? [...scripts, request.changeScript] : scripts), request.feeRate),
  });
  return makeDraft(request.version ?? 2, [], selection, request.outputs, request.changeScript);
}

/** An input that is not the wallet's coin, or whose coin is not chosen but given. */
export interface FixedInput {
  readonly input: Pick<TransactionInput, 'txid' | 'vout'>;
  readonly spent: TransactionOutput;
  readonly coin: WalletCoin | undefined;
}

/** Puts a draft together: the fixed inputs first, then the chosen coins; change last. */
export function makeDraft(
  version: number,
  fixed: readonly FixedInput[],
  selection: CoinSelection,
  outputs: readonly TransactionOutput[],
  changeScript: Uint8Array,
): Draft {
  const chosen = selection.coins.map(
    (coin): FixedInput => ({
      input: coin,
      spent: { amount: coin.amount, script: coin.key.script },
      coin,
    }),
  );
  const all = [...fixed, ...chosen];
  const { change } = selection;
  const changes = change === undefined ? [] : [{ amount: change, script: changeScript }];
  return {
    transaction: {
      version,
      inputs: all.map(({ input }) => ({
        txid: input.txid,
        vout: input.vout,
        scriptSig: new Uint8Array(0),
        sequence: PAYMENT_SEQUENCE,
        witness: [],
      })),
      outputs: [...outputs, ...changes],
      lockTime: 0,
    },
    spentOutputs: all.map(({ spent }) => spent),
    coins: all.map(({ coin }) => coin),
    fee: selection.fee,
    change: change === undefined ? undefined : { vout: outputs.length, amount: change },
  };
}

/**
 * Drafts a transaction that spends exactly these coins to one script, e.g. to make an older spend of them void.
 *
 * @param feeRate - satoshis per 1000 virtual bytes
 * @throws WalletError `amount-dust` when nothing worth an output is left
 */
export function draftSweep(coins: readonly WalletCoin[], script: Uint8Array, feeRate: bigint): Draft {
  const total = coins.reduce((sum, coin) => sum + coin.amount, 0n);
  const fee = feeFor(estimateVsize(coins.length, [script]), feeRate);
  const amount = total - fee;
  if (amount < DUST_LIMIT) {
    throw new WalletError('amount-dust', `${total} sat are too little to be spent at ${feeRate} sat/kvB`, {
      evidence: { total, fee },
    });
  }
  return makeDraft(2, [], { coins, change: undefined, fee }, [{ amount, script }], script);
}

/** Signs every input of a draft that spends a coin of the account. @param auxRandom - gives 32 fresh bytes a call */
export function signDraft(draft: Draft, account: WalletAccount, auxRandom: () => Uint8Array): Transaction {
  const signers: KeyPathSigner[] = [];
  for (const [input, coin] of draft.coins.entries()) {
    if (coin === undefined) continue;
    signers.push({ input, secret: account.outputSecret(coin.key), auxRandom: auxRandom() });
  }
  return signKeyPath(draft.transaction, draft.spentOutputs, signers);
}
