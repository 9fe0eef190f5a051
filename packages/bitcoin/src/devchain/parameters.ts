/**
 * Consensus parameters of the development chain: those of Bitcoin Core's regtest, so that its blocks are valid
 * on `bitcoind -regtest` and the other way round. Every soft fork is active from height 1.
 */

/** Blocks between two halvings of the subsidy. */
const HALVING_INTERVAL = 150;
/** Subsidy of the first blocks, in satoshis. */
const INITIAL_SUBSIDY = 50n * 100_000_000n;
/** Blocks after which a coinbase output may be spent. */
export const COINBASE_MATURITY = 100;
/** The one difficulty of the chain in compact form: every second hash meets it. */
export const COMPACT_TARGET = 0x207fffff;
/** Cost of signature operations that a block may have (BIP141). */
export const MAX_BLOCK_SIGOPS_COST = 80_000;
/** Seconds that a block's time may lie ahead of the node's clock. */
export const MAX_FUTURE_BLOCK_TIME = 2 * 60 * 60;
/** Blocks whose median is the median time past (BIP113). */
export const MEDIAN_TIME_SPAN = 11;
/** Version of the blocks made here: BIP9 with no deployment signalled. */
export const BLOCK_VERSION = 0x2000_0000;

/** Satoshis that the coinbase of a block at `height` may create. */
export function blockSubsidy(height: number): bigint {
  const halvings = Math.floor(height / HALVING_INTERVAL);
  return halvings >= 64 ? 0n : INITIAL_SUBSIDY >> BigInt(halvings);
}

/** Bitcoin Core's regtest genesis block. */
export const GENESIS_BLOCK =
  '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e6776' +
  '8f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f20020000000101000000010000000000000000000000000000' +
  '000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f3230' +
  '3039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73' +
  'ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6' +
  'bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000';
