import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ChainAlarm,
  type CoreBackend,
  connectCore,
  genesisHash,
  RpcClientError,
  verifySchnorr,
} from '@prometheus-compute/bitcoin';
import type { CodedError } from '@prometheus-compute/protocol';
import { BackupError } from '../backup/errors.ts';
import { backupKey } from '../backup/format.ts';
import { readBackup } from '../backup/read-backup.ts';
import { type RecoveredChannel, Recovery, type RecoveryNotice } from '../backup/recovery.ts';
import { type NodeConfig, policyOf, rpcOf } from '../config/config.ts';
import type { Entropy } from '../ports/entropy.ts';
import { createLocalSigner } from '../signer/local-signer.ts';
import { decodeBundle } from '../tower/bundle.ts';
import { Tower, type TowerNotice } from '../tower/tower.ts';
import { createLocalWallet } from '../wallet/local-wallet.ts';
import { isPassing } from './chain.ts';
import { readRpcPassword } from './rpc-password.ts';
import { unlock } from './unlock.ts';

const entropy: Entropy = (length) => new Uint8Array(randomBytes(length));

/** What runs without peers and without a database, beside a Bitcoin node. */
interface Alone {
  readonly config: NodeConfig;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Ends when the tip was followed once. */
  readonly once: boolean;
  /** Told once when something is wrong with the Bitcoin node. Without `once` it is waited for until it is well again. */
  readonly onTrouble: (trouble: CodedError<string>) => void;
}

/**
 * Publishes what a bundle holds, when it is due, until it is stopped.
 *
 * @throws TowerError, ChainAlarm
 */
export async function runTower({
  bundle: bytes,
  onNotice,
  ...alone
}: Alone & { readonly bundle: Uint8Array; readonly onNotice: (notice: TowerNotice) => void }): Promise<void> {
  const bundle = decodeBundle(bytes);
  await following(alone, async (chain) => {
    const tower = new Tower(bundle, chain, genesisHash(alone.config.network.chain), onNotice);
    return async () => {
      await tower.follow();
      return true;
    };
  });
}

/**
 * Takes what words and backup allow, until nothing is left to wait for.
 *
 * @param order.onRound - told at every tip where the contracts stand, and what the wallet has in satoshis
 * @throws KeystoreError, BackupError, ChainAlarm
 */
export async function runRecovery({
  backup,
  passphrase,
  onNotice,
  onRound,
  ...alone
}: Alone & {
  /** Path of the backup; undefined: the wallet alone. */
  readonly backup: string | undefined;
  readonly passphrase: () => Promise<Uint8Array>;
  readonly onNotice: (notice: RecoveryNotice) => void;
  readonly onRound: (channels: readonly RecoveredChannel[], balance: bigint) => void;
}): Promise<void> {
  const { config } = alone;
  const keys = await unlock(config, passphrase);
  const found = backup === undefined ? undefined : await readBackup(backup, backupKey(keys.master));
  if (backup !== undefined && found === undefined) {
    throw new BackupError('backup-unreadable', `there is no file ${backup}`, { remedy: 'Check its name.' });
  }
  await following(alone, async (chain) => {
    const wallet = createLocalWallet(keys.account, entropy, { recover: true });
    const ports = {
      chain,
      wallet,
      entropy,
      signer: createLocalSigner(keys.master, entropy),
      verify: verifySchnorr,
    };
    const recovery = new Recovery(found?.channels ?? [], ports, {
      policy: policyOf(config),
      start: config.values.chain.start_height,
      onNotice,
    });
    return async () => {
      const channels = await recovery.follow();
      onRound(channels, wallet.balance());
      return channels.some(({ waits }) => waits.length > 0);
    };
  });
}

/**
 * Does a piece of work at every new tip until it says that nothing is left. A Bitcoin node that is restarted, lies or stalls ends nothing:
 * whoever relies on this is not there to begin it again.
 */
async function following(
  { config, signal, once, onTrouble }: Alone,
  begin: (chain: CoreBackend) => Promise<() => Promise<boolean>>,
): Promise<void> {
  let chain: CoreBackend | undefined;
  let follow: (() => Promise<boolean>) | undefined;
  let told = '';
  const tell = (trouble: ChainAlarm | RpcClientError): void => {
    if (told !== trouble.code) onTrouble(trouble);
    told = trouble.code;
  };
  try {
    for (let last = ''; !signal.aborted; ) {
      try {
        chain ??= await connect(config, tell);
        follow ??= await begin(chain);
        const tip = (await chain.tip()).hash.join();
        if (tip !== last && !(await follow())) return;
        last = tip;
        told = '';
      } catch (cause) {
        const isRunning =
          follow !== undefined && (cause instanceof ChainAlarm || cause instanceof RpcClientError);
        if (once || !(isRunning || isPassing(cause))) throw cause;
        tell(cause);
      }
      if (once) return;
      await delay(config.values.chain.poll_seconds * 1_000, undefined, { signal }).catch(() => {});
    }
  } finally {
    chain?.close();
  }
}

async function connect(config: NodeConfig, onAlarm: (alarm: ChainAlarm) => void): Promise<CoreBackend> {
  const { network, values } = config;
  const { start_height, stall_minutes } = values.chain;
  return connectCore({
    rpc: rpcOf(config, await readRpcPassword(config)),
    network: network.chain,
    checkpoint: { height: start_height },
    followsLessWork: network.development,
    ...(stall_minutes === 0 ? {} : { stalledAfter: stall_minutes * 60 }),
    onAlarm,
  });
}
