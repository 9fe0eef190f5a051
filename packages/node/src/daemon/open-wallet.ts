import type { ChainReading } from '../engine/checkpoint.ts';
import { loadCheckpoint } from '../engine/checkpoint.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Store } from '../ports/store.ts';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';
import { createLocalWallet, type LocalWallet } from '../wallet/local-wallet.ts';
import type { HandedOut, WalletState } from '../wallet/wallet-state.ts';
import type { NodeKeys } from './unlock.ts';

const HANDED_KEY = 'wallet:handed';

/** A wallet that goes on where the last run has ended, and how its node reads the chain. */
export interface OpenWallet {
  readonly wallet: LocalWallet;
  readonly reading: ChainReading;
  /** Resolves when everything that was handed out is stored, and rejects when it could not be. */
  stored(): Promise<void>;
}

/**
 * Opens the wallet of a data folder. How far scripts were handed out is stored before anybody gets one, so that a killed process is
 * found paid by all of them. Where nothing is stored, as after a recovery from words, scripts are found on the chain.
 *
 * @param start - first block that the node reads
 * @param onFailure - told what could not be stored
 */
export async function openWallet(
  { account }: Pick<NodeKeys, 'account'>,
  ports: { readonly store: Store; readonly entropy: Entropy },
  start: number,
  onFailure: (cause: unknown) => void,
): Promise<OpenWallet> {
  const { store, entropy } = ports;
  const [checkpoint, record] = [await loadCheckpoint(store), await store.record(HANDED_KEY)];
  let pending: Promise<unknown> = Promise.resolve();
  const wallet = createLocalWallet(account, entropy, {
    recover: true,
    handed: record === undefined ? undefined : (decodeSnapshot(record) as unknown as HandedOut),
    state: checkpoint?.wallet as unknown as WalletState | undefined,
    onHandOut: (handed) => {
      // Each record has everything: the last one counts.
      pending = store.putRecord(HANDED_KEY, encodeSnapshot(handed));
      pending.catch(onFailure);
    },
  });
  // Its script is this wallet's for receiving: no channel gets it.
  wallet.receiveScript(false);
  return {
    wallet,
    reading: { start, checkpoint, wallet: () => wallet.state() },
    stored: async () => void (await pending),
  };
}
