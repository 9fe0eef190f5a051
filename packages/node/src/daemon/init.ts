import { randomBytes } from 'node:crypto';
import { mnemonicFromEntropy, seedFromMnemonic } from '@prometheus-compute/bitcoin';
import { defaultValues } from '../config/defaults.ts';
import { ConfigError } from '../config/errors.ts';
import type { NodeFolders } from '../config/folders.ts';
import { merged } from '../config/layers.ts';
import { settingError } from '../config/load.ts';
import type { Network } from '../config/networks.ts';
import { configSchema } from '../config/schema.ts';
import { givenLayer } from '../config/words.ts';
import { configText, writeConfig } from '../config/write.ts';
import { KeystoreError } from '../keystore/errors.ts';
import type { ScryptCost } from '../keystore/format.ts';
import { createKeystore, hasKeystore } from '../keystore/keystore.ts';
import { makeDataFolder } from './data-folder.ts';
import { keysOf } from './unlock.ts';

/** Bytes of entropy of a wallet: 12 words. */
const ENTROPY_BYTES = 16;

/** What a new node is made of. */
export interface NewNodeOptions {
  readonly network: Network;
  readonly folders: NodeFolders;
  /** BIP39 words, of {@link newMnemonic} or of a wallet that is recovered. */
  readonly words: string;
  /** Wiped when this resolves. */
  readonly passphrase: Uint8Array;
  /** As they were typed: what is none is refused. */
  readonly roles: readonly string[];
  /** First block to read; undefined: the network's. */
  readonly startHeight?: number | undefined;
  /** Settings as they were typed (`chain.rpc_url=http://…`), which the file then has. */
  readonly set?: readonly string[] | undefined;
  readonly cost?: ScryptCost;
}

/** What was made. */
export interface NewNode {
  /** The first address of the wallet. */
  readonly address: string;
  readonly keystore: string;
  readonly config: string;
  /** False: a configuration was there already, and was not touched. */
  readonly configWritten: boolean;
}

/** Words of a new wallet. Whoever has them has its money. */
export function newMnemonic(): string {
  return mnemonicFromEntropy(new Uint8Array(randomBytes(ENTROPY_BYTES)));
}

/**
 * Refuses where a wallet is already, before anybody is asked for anything.
 *
 * @throws KeystoreError `keystore-exists`
 */
export async function refuseSecondWallet({ keystore }: NodeFolders): Promise<void> {
  if (!(await hasKeystore(keystore))) return;
  throw new KeystoreError('keystore-exists', `${keystore} is there already: this node has a wallet`, {
    remedy: 'Start it with `prometh node`, or name another data folder with --data-dir.',
  });
}

/**
 * Makes data folder, keystore and configuration of a node.
 *
 * @throws WalletError `mnemonic-invalid`, KeystoreError `keystore-exists`, DaemonError, ConfigError `setting-wrong`
 */
export async function makeNode(options: NewNodeOptions): Promise<NewNode> {
  const { network, folders, passphrase } = options;
  const seed = seedFromMnemonic(options.words);
  try {
    const text = newConfig(options);
    await makeDataFolder(folders.node);
    const draw = (length: number) => new Uint8Array(randomBytes(length));
    await createKeystore(folders.keystore, seed, passphrase, draw, options.cost);
    const { account } = keysOf(seed, network.addresses);
    const configWritten = await writeConfig(folders.config, text).then(
      () => true,
      (cause: unknown) => {
        if (cause instanceof ConfigError && cause.code === 'config-exists') return false;
        throw cause;
      },
    );
    const { address } = account.key('receive', 0);
    return { address, keystore: folders.keystore, config: folders.config, configWritten };
  } finally {
    seed.fill(0);
    passphrase.fill(0);
  }
}

/** @throws ConfigError `setting-unknown`, `setting-wrong` */
function newConfig({ network, folders, roles, startHeight, set = [] }: NewNodeOptions): string {
  const given = givenLayer(set);
  const chosen = ['roles', ...set.map((word) => word.slice(0, word.indexOf('=')))];
  const decided = ['network', 'allow_mainnet', 'roles'].find((name) => chosen.slice(1).includes(name));
  if (decided !== undefined) {
    throw new ConfigError('setting-wrong', `--set ${decided} is not for a new node`, {
      evidence: { setting: decided },
      remedy:
        'Give --network and --roles; allow_mainnet is the one line that you change in the file yourself.',
    });
  }
  const { tree, origin } = merged([
    { from: 'the defaults', tree: defaultValues(network, folders) },
    { from: '--roles', tree: { roles } },
    ...(startHeight === undefined
      ? []
      : [{ from: '--start-height', tree: { chain: { start_height: startHeight } } }]),
    given,
  ]);
  const checked = configSchema.safeParse(tree);
  if (!checked.success) throw settingError(checked.error.issues[0]!, origin);
  // The operator decides about real bitcoin in the file, so the line is there to be changed.
  if (network.name === 'mainnet') chosen.push('allow_mainnet');
  if (startHeight !== undefined) chosen.push('chain.start_height');
  return configText(checked.data, new Set(['network', ...chosen]));
}
