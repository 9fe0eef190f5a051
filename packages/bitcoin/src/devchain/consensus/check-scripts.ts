import type { Txid } from '@prometheus-compute/protocol';
import { VerificationCache } from '../../crypto/verification-cache.ts';
import { SCRIPT_ERROR_MESSAGES } from '../../script/errors.ts';
import { CONSENSUS_FLAGS, type ScriptFlags, STANDARD_FLAGS } from '../../script/flags.ts';
import { verifyTransactionScripts } from '../../script/verify-transaction.ts';
import type { LoadedTransaction } from '../loaded-transaction.ts';
import { type Rejection, type RejectionKind, rejection } from '../verdict.ts';
import type { UnspentOutput } from './coins.ts';

/** Transactions whose scripts are remembered as valid; the memory is dropped when it is full. */
const MAX_REMEMBERED = 50_000;

/**
 * Runs the scripts of transactions, and remembers which passed: the id with witness commits to the whole
 * transaction and, through the ids of its inputs, to every output that it spends.
 */
export class ScriptChecker {
  readonly #passed = new Set<Txid>();
  readonly #signatures = new VerificationCache();

  /** Under the rules of a block. */
  checkForBlock(loaded: LoadedTransaction, spent: readonly UnspentOutput[]): Rejection | undefined {
    if (this.#passed.has(loaded.wtxid)) return undefined;
    return this.#run(loaded, spent, CONSENSUS_FLAGS, 'consensus', 'block-script-verify-flag-failed');
  }

  /** Under the stricter rules of the mempool, and then those of a block, which nothing may pass unchecked. */
  checkForMempool(loaded: LoadedTransaction, spent: readonly UnspentOutput[]): Rejection | undefined {
    const refused = this.#run(
      loaded,
      spent,
      STANDARD_FLAGS,
      'not-standard',
      'mempool-script-verify-flag-failed',
    );
    if (refused !== undefined) return refused;
    const invalid = this.checkForBlock(loaded, spent);
    if (invalid !== undefined) return invalid;
    if (this.#passed.size >= MAX_REMEMBERED) this.#passed.clear();
    this.#passed.add(loaded.wtxid);
    return undefined;
  }

  #run(
    loaded: LoadedTransaction,
    spent: readonly UnspentOutput[],
    flags: ScriptFlags,
    kind: RejectionKind,
    reason: string,
  ): Rejection | undefined {
    const verdict = verifyTransactionScripts(loaded.transaction, spent, flags, this.#signatures);
    if (verdict.ok) return undefined;
    const { txid, vout } = loaded.transaction.inputs[verdict.input]!;
    const place = `input ${verdict.input} of ${loaded.txid} (wtxid ${loaded.wtxid}), spending ${txid}:${vout}`;
    return rejection(kind, `${reason} (${SCRIPT_ERROR_MESSAGES[verdict.error]})`, place);
  }
}
