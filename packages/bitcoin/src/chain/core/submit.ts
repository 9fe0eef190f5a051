import { type Txid, toHex } from '@prometheus-compute/protocol';
import { type LoadedTransaction, loadTransaction } from '../../devchain/loaded-transaction.ts';
import { packageFault } from '../../devchain/mempool/package.ts';
import { rejectionText } from '../../devchain/verdict.ts';
import type { RpcClientError } from '../../rpc/client.ts';
import { RpcCode } from '../../rpc/errors.ts';
import type { JsonValue } from '../../rpc/json.ts';
import type { SubmitOutcome } from '../chain-backend.ts';
import { type PackageAnswer, readPackage, readTxid } from './answers.ts';
import type { CoreNode } from './core-node.ts';
import type { FoundTransaction } from './transactions.ts';

/** `maxfeerate` and `maxburnamount`: what is paid was decided by whoever signed. */
const NO_LIMITS: readonly JsonValue[] = [0, 21_000_000];
/** Core's words where a spent output is missing, which it may be because the transaction itself is in a block. */
const MISSING_INPUTS = 'bad-txns-inputs-missingorspent';
/** What Core says of a package as a whole when one of its members is at fault. */
const MEMBER_MESSAGES: readonly string[] = ['transaction failed', 'unspent-dust'];

/** Hands transactions to the node. */
export class Submission {
  readonly #node: CoreNode;
  readonly #find: (txid: Txid) => Promise<FoundTransaction | undefined>;

  /** @param find - a transaction of the mempool or of the chain */
  constructor(node: CoreNode, find: (txid: Txid) => Promise<FoundTransaction | undefined>) {
    this.#node = node;
    this.#find = find;
  }

  /** @throws TransactionError when the bytes are no transaction, ChainAlarm, RpcClientError */
  async submit(bytes: Uint8Array): Promise<SubmitOutcome> {
    const loaded = loadTransaction(bytes);
    if (await this.#waits(loaded)) return { kind: 'known' };
    const asked = await this.#node.tryAsk(readTxid, 'sendrawtransaction', toHex(loaded.bytes), ...NO_LIMITS);
    if ('value' in asked) {
      if (asked.value === loaded.txid) return { kind: 'accepted' };
      throw this.#node.contradiction('sendrawtransaction', `the answer is for ${asked.value}`);
    }
    const { refused } = asked;
    if (refused.rpcCode === RpcCode.ALREADY_IN_UTXO_SET) return { kind: 'known' };
    const reason = rejectionOf(refused);
    if (reason === MISSING_INPUTS && (await this.#find(loaded.txid)) !== undefined) return { kind: 'known' };
    return { kind: 'rejected', reason };
  }

  /** @throws TransactionError when an element is no transaction, ChainAlarm, RpcClientError */
  async submitPackage(transactions: readonly Uint8Array[]): Promise<SubmitOutcome> {
    const members = transactions.map(loadTransaction);
    if (await this.#allKnown(members)) return { kind: 'known' };
    const malformed = packageFault(members);
    if (malformed !== undefined) return { kind: 'rejected', reason: rejectionText(malformed) };
    const hex = members.map((loaded) => toHex(loaded.bytes));
    const asked = await this.#node.tryAsk(readPackage, 'submitpackage', hex, ...NO_LIMITS);
    if ('refused' in asked) return { kind: 'rejected', reason: rejectionOf(asked.refused) };
    const { message } = asked.value;
    if (message === 'success') return { kind: 'accepted' };
    return { kind: 'rejected', reason: packageReason(members, asked.value) };
  }

  async #allKnown(members: readonly LoadedTransaction[]): Promise<boolean> {
    for (const loaded of members) {
      if (!(await this.#waits(loaded)) && (await this.#find(loaded.txid)) === undefined) return false;
    }
    return true;
  }

  async #waits({ txid }: LoadedTransaction): Promise<boolean> {
    return 'value' in (await this.#node.tryAsk(() => true, 'getmempoolentry', txid));
  }
}

/** @throws RpcClientError where the node refuses for another reason than its rules */
function rejectionOf(refused: RpcClientError): string {
  const { rpcCode, reason } = refused;
  const isVerdict = rpcCode === RpcCode.VERIFY || rpcCode === RpcCode.VERIFY_REJECTED;
  if (!isVerdict || reason === undefined) throw refused;
  return reason;
}

/** The reason that says most: a rule of packages, or else the fault of the member that made the whole fail. */
function packageReason(members: readonly LoadedTransaction[], { message, errors }: PackageAnswer): string {
  if (!MEMBER_MESSAGES.includes(message)) return message;
  const refused = members.flatMap(({ wtxid }) => errors.get(wtxid) ?? []);
  // A child misses its inputs whenever its parent fails, and a parent's own low fee does not count in a package.
  return refused.findLast((reason) => reason !== MISSING_INPUTS) ?? refused.at(-1) ?? message;
}
