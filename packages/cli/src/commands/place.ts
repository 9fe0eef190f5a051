import { type Command, InvalidArgumentError } from 'commander';
import type { NodeConfig } from '../node-package.ts';
import { loadNode } from '../node-package.ts';

/** Which node a command is about, as commander gives it. */
export interface PlaceOptions {
  readonly network?: string;
  readonly mainnet?: boolean;
  readonly dataDir?: string;
  readonly config?: string;
  readonly set?: readonly string[];
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Adds the options that name a node. */
export function withPlace(command: Command): Command {
  return command
    .option('--network <name>', 'dev, regtest, signet, testnet4 or mainnet (default: dev)')
    .option('--mainnet', 'use real bitcoin; the configuration must allow it as well')
    .option('--data-dir <folder>', "where Prometheus keeps its records (default: the user's data folder)")
    .option('--config <file>', "the node's settings (default: in the user's folder for configurations)")
    .option(
      '--set <setting>',
      'one setting, e.g. chain.rpc_url=http://127.0.0.1:18443; may stand several times',
      collected,
    )
    .option('--json', 'print one JSON document on standard output (docs/node.md)')
    .option('--verbose', 'show causes and stack traces of failures');
}

/** The network's name: given, by `--mainnet`, or from the environment. */
export function networkName({ network, mainnet }: PlaceOptions): string {
  return network ?? (mainnet ? 'mainnet' : undefined) ?? process.env.PROMETH_NETWORK ?? 'dev';
}

/** The settings of the node that is meant. @throws ConfigError */
export async function placeConfig(options: PlaceOptions): Promise<NodeConfig> {
  const { loadConfig, networkNamed } = await loadNode();
  const { name } = networkNamed(networkName(options));
  const { dataDir, config, set = [], mainnet = false } = options;
  return loadConfig({ network: name, mainnet, dataDir, config, set }, process.env);
}

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** A height of a block. */
export function blockHeight(text: string): number {
  if (!/^\d{1,8}$/.test(text)) throw new InvalidArgumentError('It must be the height of a block.');
  return Number(text);
}
