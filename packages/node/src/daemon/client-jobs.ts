import type { NodeConfig } from '../config/config.ts';
import type { ControlMethod } from '../control/methods.ts';
import { jobMethods } from '../jobs/control.ts';
import { JobRunner } from '../jobs/job-runner.ts';
import type { PricedPeer } from '../jobs/partner-prices.ts';
import type { Node } from '../node/node.ts';
import type { PeerId } from '../ports/transport.ts';

/** Blocks come every ten minutes on average (Bitcoin); on development chains when they are asked for. */
const SECONDS_PER_BLOCK = 600;

/** The jobs of a Client's daemon. */
export interface ClientJobs {
  readonly runner: JobRunner;
  readonly methods: readonly ControlMethod[];
}

/**
 * Takes up the jobs of a Client's node, and makes the Workers and Verifiers of its configuration known to the network. Undefined where the
 * node is no Client.
 *
 * @param onChange - told when something can begin before the next block
 */
export async function openJobs(
  node: Node,
  { values, network }: NodeConfig,
  transport: { addPeer(address: string): PeerId },
  onChange: () => void,
): Promise<ClientJobs | undefined> {
  if (!values.roles.includes('client')) return undefined;
  const priced = (partners: NodeConfig['values']['worker']): readonly PricedPeer[] =>
    partners.map(({ address, price_sat }) => ({
      peer: transport.addPeer(address),
      price: BigInt(price_sat),
    }));
  const runner = await JobRunner.load(node, {
    peers: { workers: priced(values.worker), verifiers: priced(values.verifier) },
    network: network.name,
  });
  const secondsPerBlock = network.development ? null : SECONDS_PER_BLOCK;
  return { runner, methods: jobMethods({ node, runner, secondsPerBlock, onChange }) };
}
