import type * as NodePackage from '@prometheus-compute/node';

export type { Faucet, Finding, FirstCoin, NewNode, NodeConfig } from '@prometheus-compute/node';

/** Loads the node's package: lazily, so that `--help` does not wait for it. */
export async function loadNode(): Promise<typeof NodePackage> {
  return await import('@prometheus-compute/node');
}
