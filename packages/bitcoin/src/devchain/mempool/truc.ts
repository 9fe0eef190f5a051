import type { Txid } from '@prometheus-compute/protocol';
import type { LoadedTransaction } from '../loaded-transaction.ts';
import type { MempoolEntry } from './entry.ts';
import {
  TRUC_ANCESTOR_LIMIT,
  TRUC_CHILD_MAX_VSIZE,
  TRUC_DESCENDANT_LIMIT,
  TRUC_MAX_VSIZE,
  TRUC_VERSION,
} from './limits.ts';
import type { Mempool } from './pool.ts';

/** A broken rule of BIP431, and the one other child of the parent when its eviction may make room. */
export interface TrucFault {
  readonly details: string;
  readonly sibling: MempoolEntry | undefined;
}

/**
 * BIP431 for one transaction whose unconfirmed parents are all in the mempool.
 *
 * @param conflicts - ids of entries that spend the same outputs
 */
export function checkTruc(
  loaded: LoadedTransaction,
  vsize: number,
  parents: readonly MempoolEntry[],
  conflicts: ReadonlySet<Txid>,
  pool: Mempool,
): TrucFault | undefined {
  const fault = (details: string): TrucFault => ({ details, sibling: undefined });
  for (const { loaded: parent } of parents) {
    const inherited = inheritanceFault(loaded, parent);
    if (inherited !== undefined) return fault(inherited);
  }
  if (loaded.transaction.version !== TRUC_VERSION) return undefined;
  if (vsize > TRUC_MAX_VSIZE) return fault(tooBig('tx', loaded, vsize, TRUC_MAX_VSIZE));
  const tooMany = fault(`tx ${named(loaded)} would have too many ancestors`);
  if (parents.length + 1 > TRUC_ANCESTOR_LIMIT) return tooMany;
  const parent = parents[0];
  if (parent === undefined) return undefined;
  if (pool.ancestors(parent).size + 1 > TRUC_ANCESTOR_LIMIT) return tooMany;
  if (vsize > TRUC_CHILD_MAX_VSIZE) return fault(tooBig('child tx', loaded, vsize, TRUC_CHILD_MAX_VSIZE));
  const siblings = [...pool.descendants(parent)].filter((entry) => entry !== parent);
  const replaces = siblings.some((entry) => conflicts.has(entry.loaded.txid));
  if (siblings.length + 2 <= TRUC_DESCENDANT_LIMIT || replaces) return undefined;
  // A reorganisation can leave more children, or grandchildren: then it is not clear which one would have to go.
  const only = siblings.length === 1 && pool.ancestors(siblings[0]!).size === 2 ? siblings[0] : undefined;
  return { details: `tx ${named(parent.loaded)} would exceed descendant count limit`, sibling: only };
}

/** BIP431 for a member of a package, parents before children. */
export function checkPackageTruc(
  loaded: LoadedTransaction,
  vsize: number,
  package_: readonly LoadedTransaction[],
  poolParents: readonly MempoolEntry[],
  pool: Mempool,
): string | undefined {
  const spent = new Set(loaded.transaction.inputs.map((input) => input.txid));
  const packageParents = package_.slice(0, package_.indexOf(loaded)).filter(({ txid }) => spent.has(txid));
  if (loaded.transaction.version !== TRUC_VERSION) {
    for (const parent of [...poolParents.map((entry) => entry.loaded), ...packageParents]) {
      const inherited = inheritanceFault(loaded, parent);
      if (inherited !== undefined) return inherited;
    }
    return undefined;
  }
  const tooMany = `tx ${named(loaded)} would have too many ancestors`;
  const parentCount = poolParents.length + packageParents.length;
  if (parentCount + 1 > TRUC_ANCESTOR_LIMIT) return tooMany;
  const poolParent = poolParents[0];
  if (poolParent !== undefined) {
    if (pool.ancestors(poolParent).size + packageParents.length + 1 > TRUC_ANCESTOR_LIMIT) return tooMany;
  }
  const parent = poolParent?.loaded ?? packageParents[0];
  if (parent === undefined) return undefined;
  if (vsize > TRUC_CHILD_MAX_VSIZE) return tooBig('child tx', loaded, vsize, TRUC_CHILD_MAX_VSIZE);
  const inherited = inheritanceFault(loaded, parent);
  if (inherited !== undefined) return inherited;
  for (const other of package_) {
    if (other === loaded) continue;
    for (const { txid } of other.transaction.inputs) {
      if (txid === parent.txid) return `tx ${named(parent)} would exceed descendant count limit`;
      if (txid === loaded.txid) return `tx ${named(other)} would have too many ancestors`;
    }
  }
  if (poolParent !== undefined && pool.descendants(poolParent).size > 1) {
    return `tx ${named(parent)} would exceed descendant count limit`;
  }
  return undefined;
}

/** TRUC and other transactions do not spend one another while unconfirmed. */
function inheritanceFault(child: LoadedTransaction, parent: LoadedTransaction): string | undefined {
  const childIs = child.transaction.version === TRUC_VERSION;
  if (childIs === (parent.transaction.version === TRUC_VERSION)) return undefined;
  const [mine, theirs] = childIs ? ['version=3', 'non-version=3'] : ['non-version=3', 'version=3'];
  return `${mine} tx ${named(child)} cannot spend from ${theirs} tx ${named(parent)}`;
}

function tooBig(what: string, loaded: LoadedTransaction, vsize: number, limit: number): string {
  return `version=3 ${what} ${named(loaded)} is too big: ${vsize} > ${limit} virtual bytes`;
}

function named({ txid, wtxid }: LoadedTransaction): string {
  return `${txid} (wtxid=${wtxid})`;
}
