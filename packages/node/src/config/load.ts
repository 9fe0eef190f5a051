import { open } from 'node:fs/promises';
import { parse as parseToml, TomlError } from 'smol-toml';
import type { z } from 'zod';
import type { NodeConfig } from './config.ts';
import { defaultValues } from './defaults.ts';
import { ConfigError } from './errors.ts';
import { type Environment, nodeFolders } from './folders.ts';
import { type Layer, merged } from './layers.ts';
import { nearestWord } from './nearest.ts';
import { NETWORKS, type Network, type NetworkName } from './networks.ts';
import { configSchema } from './schema.ts';
import { ALL_SETTINGS } from './settings.ts';
import { environmentLayer, givenLayer } from './words.ts';

/** A configuration has some kilobytes. */
const LARGEST_FILE = 1_048_576;

/** What a command line gives. */
export interface GivenConfig {
  readonly network: NetworkName;
  /** The second opt-in to real bitcoin, beside `allow_mainnet`. */
  readonly mainnet: boolean;
  readonly dataDir?: string | undefined;
  /** A file that must be there; without it, the usual one is read if it is there. */
  readonly config?: string | undefined;
  /** `chain.rpc_url=http://…`: one setting each. */
  readonly set?: readonly string[];
}

/**
 * A node's settings: given on the command line > environment (`PROMETH_…`) > file > the network's default.
 *
 * @throws ConfigError: the setting, where it stands, and what is allowed
 */
export async function loadConfig(given: GivenConfig, environment: Environment): Promise<NodeConfig> {
  const network = NETWORKS[given.network];
  const folders = nodeFolders(given.network, given, environment);
  const required = given.config !== undefined || environment.PROMETH_CONFIG !== undefined;
  const file = await readFile(folders.config, required);
  const values = parsed([
    { from: 'the defaults', tree: defaultValues(network, folders) },
    { from: folders.config, tree: file },
    environmentLayer(environment),
    givenLayer(given.set ?? []),
  ]);
  if (values.network !== network.name) {
    throw new ConfigError(
      'network-other',
      `${folders.config} is for ${values.network}, not for ${network.name}`,
      {
        remedy: `Name the network with --network ${values.network}, or another file with --config.`,
      },
    );
  }
  // In the file, and nowhere else: what is typed, or inherited from a shell, is one decision only.
  const isAllowed =
    typeof file === 'object' && file !== null && 'allow_mainnet' in file && file.allow_mainnet === true;
  refuseMainnet(network, given.mainnet && isAllowed);
  return { network, folders, values };
}

/** Real coins need two opt-ins: one that stands in a file, and one that is typed. @throws ConfigError `mainnet-not-allowed` */
function refuseMainnet({ name }: Network, allowed: boolean): void {
  if (name !== 'mainnet' || allowed) return;
  throw new ConfigError('mainnet-not-allowed', 'this node may not use real bitcoin', {
    remedy:
      'Set allow_mainnet = true in its file and give --mainnet, when you have understood what can be lost.',
  });
}

function parsed(layers: readonly Layer[]) {
  const { tree, origin } = merged(layers);
  const result = configSchema.safeParse(tree);
  if (!result.success) throw settingError(result.error.issues[0]!, origin);
  const { data } = result;
  const { chain, roles, arbiter, policy } = data;
  const wrong = (path: string, reason: string) =>
    new ConfigError('setting-wrong', `${path} (in ${origin(path)}) ${reason}`, {
      evidence: { setting: path },
      remedy: `docs/node.md says what ${path} is.`,
    });
  if (roles.length === 0) throw wrong('roles', 'names no role');
  if (new Set(roles).size < roles.length) throw wrong('roles', 'names a role twice');
  if (chain.rpc_user !== '' && chain.rpc_password_file === '')
    throw wrong('chain.rpc_user', 'needs chain.rpc_password_file');
  if (roles.includes('arbiter') && arbiter.offers > 0 && arbiter.parameters_txid === '')
    throw wrong(
      'arbiter.parameters_txid',
      'is missing: an arbiter offers its stakes for one P; with arbiter.offers = 0 it offers none',
    );
  if (policy.maximum_fee_rate_sat_per_kvb < policy.fee_rate_sat_per_kvb)
    throw wrong('policy.maximum_fee_rate_sat_per_kvb', 'is lower than policy.fee_rate_sat_per_kvb');
  return data;
}

/** What is wrong with a setting, and where it stands. */
export function settingError(issue: z.core.$ZodIssue, origin: (path: string) => string): ConfigError {
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part + 1}]` : `.${String(part)}`));
  const name = path.join('').replace(/^\./, '');
  if (issue.code === 'unrecognized_keys') {
    const unknown = [name, issue.keys[0]!].filter((part) => part !== '').join('.');
    const pattern = unknown.replace(/\[\d+\]/g, '[]');
    const meant = nearestWord(
      pattern,
      ALL_SETTINGS.map(({ path: known }) => known),
    );
    return new ConfigError('setting-unknown', `there is no setting ${unknown} (in ${origin(unknown)})`, {
      evidence: { setting: unknown },
      remedy: meant === undefined ? 'docs/node.md has all of them.' : `Did you mean ${meant}?`,
    });
  }
  return new ConfigError('setting-wrong', `${name} (in ${origin(name)}) is not allowed: ${issue.message}`, {
    evidence: { setting: name },
    remedy: `docs/node.md says what ${name.replace(/\[\d+\]/g, '')} is.`,
  });
}

async function readFile(path: string, required: boolean): Promise<unknown> {
  const unreadable = (reason: string, cause?: unknown) =>
    new ConfigError('config-unreadable', `the configuration ${path} cannot be read: ${reason}`, {
      cause,
      remedy: 'Write one with `prometh init`, or name another with --config.',
    });
  const file = await open(path, 'r').catch((cause: unknown) => {
    if (!required && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable('it cannot be opened', cause);
  });
  if (file === undefined) return {};
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > LARGEST_FILE) throw unreadable('it is no file of less than 1 MiB');
    return parseToml(await file.readFile('utf8'), { unsafeKeyBehaviour: 'throw', maxDepth: 16 });
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const [reason = ''] = cause.message.split('\n', 1);
    throw new ConfigError('config-malformed', `${path}, line ${cause.line}: ${reason}`, {
      cause,
      remedy: 'Correct that line; https://toml.io has the language.',
    });
  } finally {
    await file.close();
  }
}
