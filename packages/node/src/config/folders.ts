import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { NetworkName } from './networks.ts';

/** Variables of the environment, as Node.js gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a node keeps what belongs to one network. Everything but the configuration is in one folder of mode 0700. */
export interface NodeFolders {
  /** What all networks have in common: a folder for each of them is in it. */
  readonly data: string;
  readonly node: string;
  readonly config: string;
  readonly keystore: string;
  readonly database: string;
  readonly blobs: string;
  readonly socket: string;
}

/**
 * The folders of a network by the XDG base directory specification: data in `$XDG_DATA_HOME/prometheus/NETWORK`, the configuration in
 * `$XDG_CONFIG_HOME/prometheus/NETWORK.toml`. With a data folder given, everything is in `FOLDER/NETWORK`.
 *
 * @param given.dataDir - `--data-dir`, or `PROMETH_DATA_DIR`
 * @param given.config - `--config`, or `PROMETH_CONFIG`
 */
export function nodeFolders(
  network: NetworkName,
  given: { readonly dataDir?: string | undefined; readonly config?: string | undefined },
  environment: Environment,
): NodeFolders {
  const dataDir = given.dataDir ?? environment.PROMETH_DATA_DIR;
  const config = given.config ?? environment.PROMETH_CONFIG;
  const dataHome =
    environment.XDG_DATA_HOME || environment.LOCALAPPDATA || join(homedir(), '.local', 'share');
  const configHome = environment.XDG_CONFIG_HOME || environment.APPDATA || join(homedir(), '.config');
  const data = dataDir === undefined ? join(dataHome, 'prometheus') : resolve(dataDir);
  const node = join(data, network);
  const usual =
    dataDir === undefined ? join(configHome, 'prometheus', `${network}.toml`) : join(node, 'node.toml');
  return {
    data,
    node,
    config: config === undefined ? usual : resolve(config),
    keystore: join(node, 'keystore'),
    database: join(node, 'node.sqlite'),
    blobs: join(node, 'blobs'),
    socket: join(node, 'control.sock'),
  };
}
