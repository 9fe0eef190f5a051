import type { FeeRate } from '../money.ts';

// Bitcoin Core 31's default policy (policy/policy.h, policy/packages.h, policy/rbf.h, policy/truc_policy.h).

/** Satoshis per 1000 virtual bytes below which nothing is relayed: spam costs something. */
export const MIN_RELAY_FEE: FeeRate = { fee: 100n, size: 1000 };
/** What a replacement pays above what it replaces, per its own size: replacing is not free bandwidth. */
export const INCREMENTAL_RELAY_FEE: FeeRate = { fee: 100n, size: 1000 };
/** Feerate at which an output that costs more to spend than it holds is dust. */
export const DUST_RELAY_FEE: FeeRate = { fee: 3000n, size: 1000 };
/** Lowest feerate that the block assembler takes. */
export const BLOCK_MIN_FEE: FeeRate = { fee: 1n, size: 1000 };
/** Weight units of a transaction. */
export const MAX_STANDARD_WEIGHT = 400_000;
/** Bytes without witness; 64 bytes could be taken for an inner node of the merkle tree (CVE-2017-12842). */
export const MIN_STANDARD_BASE_SIZE = 65;
/** Bytes of a scriptSig. */
export const MAX_STANDARD_SCRIPT_SIG_SIZE = 1650;
/** Cost of signature operations of a transaction. */
export const MAX_STANDARD_SIGOPS_COST = 16_000;
/** Signature operations outside witnesses that a transaction executes (BIP54). */
export const MAX_LEGACY_SIGOPS = 2500;
/** Signature operations of a P2SH redeem script. */
export const MAX_P2SH_SIGOPS = 15;
/** Virtual bytes that a signature operation counts at least. */
export const BYTES_PER_SIGOP = 20;
/** Bytes of all OP_RETURN scripts of a transaction together. */
export const MAX_DATA_CARRIER_BYTES = 100_000;
/** Outputs below the dust limit that a transaction without fee may have (ephemeral dust). */
export const MAX_DUST_OUTPUTS = 1;
/** P2WSH: bytes of the script, number and bytes of the other items. */
export const MAX_P2WSH_SCRIPT_SIZE = 3600;
export const MAX_P2WSH_STACK_ITEMS = 100;
export const MAX_P2WSH_STACK_ITEM_SIZE = 80;
/** Bytes of an item of a tapscript's initial stack. */
export const MAX_TAPSCRIPT_STACK_ITEM_SIZE = 80;

/** Transactions, and weight units, of a cluster: transactions connected by spending one another. */
export const MAX_CLUSTER_COUNT = 64;
export const MAX_CLUSTER_WEIGHT = 404_000;
/** Clusters that one replacement may touch. */
export const MAX_REPLACED_CLUSTERS = 100;

/** Seconds that a transaction may wait for a block: 14 days. */
export const MEMPOOL_EXPIRY = 336 * 3600;

/** Transactions and weight units of a package. */
export const MAX_PACKAGE_COUNT = 25;
export const MAX_PACKAGE_WEIGHT = 404_000;

/** BIP431 (TRUC). */
export const TRUC_VERSION = 3;
/** Unconfirmed transactions of a line: a parent and its child. */
export const TRUC_ANCESTOR_LIMIT = 2;
export const TRUC_DESCENDANT_LIMIT = 2;
/** Virtual bytes of a TRUC transaction, and of one with an unconfirmed parent. */
export const TRUC_MAX_VSIZE = 10_000;
export const TRUC_CHILD_MAX_VSIZE = 1000;
