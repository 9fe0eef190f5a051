import {
  ADDRESS_NETWORKS,
  Devchain,
  draftPayment,
  draftSweep,
  serializeBlock,
  serializeTransaction,
  signDraft,
  type Transaction,
  transactionId,
  WalletAccount,
  type WalletCoin,
} from '@prometheus-compute/bitcoin';
import {
  buildGraph,
  equalBytes,
  type GraphTerms,
  hash32,
  publicKey,
  type SecretScalar,
  secretScalar,
  transactionOf,
} from '@prometheus-compute/protocol';
import { termsFor } from '../graph/terms.ts';
import { spendByLeaf } from './leaf-spend.ts';

/** Spends in each of the two blocks. */
export const SPENDS = 300;
/** Satoshis of each coin. */
const COIN = 20_000n;
const FEE = 1_000n;
const FEE_RATE = 2_000n;
const MATURITY = 100;

/** Serialised blocks and transactions for a chain that has seen nothing of them yet. */
export interface Spends {
  /** Genesis's successor up to the block that pays all coins. */
  readonly before: readonly Uint8Array[];
  /** Transactions of one Taproot key path spend each; and a block of them. */
  readonly keyTransactions: readonly Uint8Array[];
  readonly keyBlock: Uint8Array;
  /** Spends of the settlement leaf, three signatures each; and a block of them on top of `keyBlock`. */
  readonly leafBlock: Uint8Array;
}

const noAuxiliary = (): Uint8Array => new Uint8Array(32);

/** Secrets of C, W and V for the leaf that settlements spend. */
const SECRETS: readonly SecretScalar[] = [1, 2, 3].map((value) =>
  secretScalar(new Uint8Array(32).fill(value)),
);

/** The shared output of a Tx0 of three parties whose secrets are known here. */
function sharedOutput(base: GraphTerms) {
  const terms = termsFor(3, base);
  const { contract } = terms;
  const [client, worker, verifier] = SECRETS.map(publicKey);
  const graph = buildGraph({
    ...terms,
    contract: {
      ...contract,
      client: { ...contract.client, transactionKey: client! },
      worker: { ...contract.worker, transactionKey: worker! },
      verifier: { ...contract.verifier, transactionKey: verifier! },
    },
  });
  const output = transactionOf(graph, 'Tx0').outputs[0]!;
  const secrets = output.leaves[0]!.signers.map(
    (signer) => SECRETS[['client', 'worker', 'verifier'].indexOf(signer)]!,
  );
  return { output, secrets };
}

/** Makes coins of both kinds on a chain, and blocks that spend them. */
export function makeSpends(base: GraphTerms): Spends {
  const account = WalletAccount.fromSeed(hash32(new Uint8Array(32).fill(7)), ADDRESS_NETWORKS.regtest);
  const key = account.key('receive', 0);
  const chain = new Devchain();
  const { output, secrets } = sharedOutput(base);
  chain.mine(MATURITY + 1, key.script);
  const coinsOf = (transaction: Transaction, height: number, coinbase: boolean): readonly WalletCoin[] => {
    const txid = transactionId(transaction);
    return transaction.outputs.flatMap(({ amount, script }, vout) =>
      equalBytes(script, key.script) ? [{ txid, vout, amount, height, coinbase, key }] : [],
    );
  };
  const reward = chain.blockAt(1)!.block.transactions[0]!.transaction;
  const fanOut = signDraft(
    draftPayment({
      coins: coinsOf(reward, 1, true),
      outputs: Array.from({ length: 2 * SPENDS }, () => ({ amount: COIN, script: key.script })),
      changeScript: key.script,
      feeRate: FEE_RATE,
    }),
    account,
    noAuxiliary,
  );
  const mine = (transactions: readonly Transaction[]): Uint8Array => {
    const block = chain.assembleBlock(
      key.script,
      transactions.map((transaction) => serializeTransaction(transaction)),
    );
    chain.submitParsedBlock(block);
    return serializeBlock(block);
  };
  mine([fanOut]);
  const coins = coinsOf(fanOut, chain.tip().height, false).filter(({ amount }) => amount === COIN);
  const sweep = (coin: WalletCoin, script: Uint8Array): Transaction =>
    signDraft(draftSweep([coin], script, FEE_RATE), account, noAuxiliary);
  const parents = coins.slice(0, SPENDS).map((coin) => sweep(coin, output.script));
  mine(parents);
  const before = Array.from({ length: chain.tip().height }, (_, i) =>
    serializeBlock(chain.blockAt(i + 1)!.block),
  );
  const keySpends = coins.slice(SPENDS).map((coin) => sweep(coin, key.script));
  const leafSpends = parents.map((parent) => spendByLeaf(parent, output, secrets, key.script, FEE));
  return {
    before,
    keyTransactions: keySpends.map((transaction) => serializeTransaction(transaction)),
    keyBlock: mine(keySpends),
    leafBlock: mine(leafSpends),
  };
}
