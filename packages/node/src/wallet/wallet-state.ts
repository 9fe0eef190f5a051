import type { TrackerState, WalletCoin, WalletKey } from '@prometheus-compute/bitcoin';

/** How far an account's scripts were handed out. Stored before anybody gets one. */
export interface HandedOut {
  /** Index of the next script. */
  readonly next: number;
  /** Index of the script on which the wallet asks to be paid. */
  readonly receive: number;
}

/** A coin with its script by index. */
type StoredCoin = Omit<WalletCoin, 'key'> & { readonly index: number };

/** What a wallet knows of the chain, as plain data. It holds no keys. */
export interface WalletState {
  /** Indices of scripts that were paid. */
  readonly used: readonly number[];
  readonly coins: readonly StoredCoin[];
  /** The last blocks, oldest first, so that they can be taken back. */
  readonly blocks: readonly {
    readonly height: number;
    readonly hash: string;
    readonly created: readonly string[];
    readonly spent: readonly StoredCoin[];
  }[];
}

/** Plain data of what a tracker knows. */
export function walletState({ coins, blocks }: TrackerState, used: ReadonlySet<number>): WalletState {
  return {
    used: [...used],
    coins: coins.map(stored),
    blocks: blocks.map(({ spent, ...block }) => ({ ...block, spent: spent.map(stored) })),
  };
}

/** What a tracker knew. @param keyOf - the key at an index of the account */
export function trackerState(state: WalletState, keyOf: (index: number) => WalletKey): TrackerState {
  const coin = ({ index, ...rest }: StoredCoin): WalletCoin => ({ ...rest, key: keyOf(index) });
  return {
    coins: state.coins.map(coin),
    blocks: state.blocks.map(({ spent, ...block }) => ({ ...block, spent: spent.map(coin) })),
  };
}

function stored({ key, ...coin }: WalletCoin): StoredCoin {
  return { ...coin, index: key.index };
}
