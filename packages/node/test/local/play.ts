import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ChannelState,
  type Contract,
  completeTransaction,
  DEFAULT_PARAMETERS,
  type Graph,
  graphOf,
  type Parameters,
  satoshi,
  type TransactionId,
  utf8,
} from '@prometheus-compute/protocol';
import { PROFILE, SandboxPool } from '@prometheus-compute/sandbox';
import {
  type BatchOrder,
  DEVELOPMENT_POLICY,
  LocalNetwork,
  type LocalNetworkOptions,
  openBatchChannel,
} from '../../src/index.ts';
import type { LocalParty } from '../../src/local/party.ts';
import type { BatchRequest } from '../../src/roles/batch-attempts.ts';
import { storePayload } from '../../src/roles/client.ts';
import { type ChainHost, chainHost } from './chain-hosts.ts';

/** The default P with the least number of arbiters. */
export const PARAMETERS: Parameters = { ...DEFAULT_PARAMETERS, n: 3 };
const program = {
  profile: PROFILE,
  code: new Uint8Array(readFileSync(join(import.meta.dirname, '../../../../examples/primes/primes.wasm'))),
  arguments: [],
};
/** Ranges whose primes are counted: short ones, since nobody here looks at the numbers. */
const inputs = ['1 100', '100 200', '200 300', '300 400'].map((range) => utf8(`${range}\n`));
const COMMITMENT_FEE = 2_000n;

/** The Client's offer: the contract of T §Default P. */
const OFFERED = {
  reward: satoshi(100_000n),
  settlementFee: satoshi(3_000n),
  retainer: satoshi(1_000n),
  bond: satoshi(20_000n),
  deliveryBlocks: 120,
  confirmationBlocks: 24,
  stageBlocks: 24,
  arbitrationBlocks: 144,
  relayBlocks: 1,
  limits: { memoryPages: 16, outputBytes: 4_096, milliseconds: 20_000 },
} satisfies Partial<Contract>;

/** What C, W and V bring: exactly what the contract takes, so that Tx0 has no changes. */
export const FUNDS = {
  client: 100_000n + 3_000n + 3n * 1_000n + 20_000n + COMMITMENT_FEE,
  worker: PARAMETERS.w,
  verifier: PARAMETERS.v,
} as const;

/** A network in a folder of its own, with a program to run. */
export interface Play extends AsyncDisposable {
  readonly network: LocalNetwork;
  readonly folder: string;
  /** The batch that {@link begin} proposes. */
  readonly order: BatchOrder;
  /** The same with its payload stored, and with one Worker and one Verifier to choose from. */
  request(changes?: Partial<BatchOrder>): Promise<BatchRequest>;
  /** Proposes a batch to the Worker and the Verifier, and lets everybody do what can be done before the next block. */
  begin(): Promise<void>;
}

/**
 * Starts C, W, V and arbiters on a chain of their own. Stop it with `await using`.
 *
 * @param hosted - where they reach it: in this process, or a bitcoind where `BITCOIND` names one
 */
export async function startPlay(
  options: Partial<LocalNetworkOptions> = {},
  executor = new SandboxPool(),
  hosted?: ChainHost,
): Promise<Play> {
  const host = hosted ?? (await chainHost());
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-node-'));
  const network = await LocalNetwork.start({
    dataFolder: folder,
    executor,
    policy: DEVELOPMENT_POLICY,
    parameters: PARAMETERS,
    arbiters: 3,
    funds: { client: [FUNDS.client], worker: [FUNDS.worker], verifier: [FUNDS.verifier] },
    ...onHost(host, options),
  });
  const order: BatchOrder = {
    batch: 1,
    program,
    scheme: 'replay',
    inputs,
    sampled: 2,
    parametersTxid: network.parametersTxid,
    parameters: PARAMETERS,
    offered: OFFERED,
    commitmentFee: COMMITMENT_FEE,
    worker: network.worker.name,
    verifier: network.verifier.name,
  };
  return {
    network,
    folder,
    order,
    request: async (changes) => {
      const { program, inputs, worker, verifier, ...terms } = { ...order, ...changes };
      const payload = await storePayload(network.client.node.ports.blobs, program, inputs);
      return {
        ...terms,
        place: terms.batch,
        payload,
        candidates: { workers: [worker], verifiers: [verifier] },
      };
    },
    begin: async () => {
      await openBatchChannel(network.client.node, order);
      await network.settle();
    },
    async [Symbol.asyncDispose]() {
      await network.close();
      await executor.close();
      await host?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The parties' own adapters stand around the chain that they reach. */
function onHost(
  host: ChainHost | undefined,
  options: Partial<LocalNetworkOptions>,
): Partial<LocalNetworkOptions> {
  if (host === undefined) return options;
  const { ports, ...others } = options;
  const reached = host.options.ports;
  return {
    ...host.options,
    ...others,
    ports: (name, real) => (ports ?? ((_, same) => same))(name, reached(name, real)),
  };
}

/** The state of the newest channel of a party. */
export function stateOf(party: LocalParty): ChannelState {
  const record = party.node.engine.records.at(-1);
  if (record === undefined) throw new RangeError(`${party.name} has no channel`);
  return record.state;
}

/** Mines until a party's channel is as wanted. Gives up after `limit` blocks. */
export async function mineUntil(network: LocalNetwork, wanted: () => boolean, limit = 40): Promise<void> {
  for (let i = 0; !wanted(); i++) {
    if (i === limit) {
      const states = network.parties.map(
        ({ name, node }) => `${name}: ${node.engine.records.map(({ state }) => describe(state)).join()}`,
      );
      throw new RangeError(`not reached in ${limit} blocks\n${states.join('\n')}`);
    }
    await network.mine();
  }
}

/** Where a channel is, in a few words. */
export function describe(state: ChannelState): string {
  if (state.name === 'setup') return `setup ${state.step}`;
  return state.name === 'closed' && state.how === 'abandoned'
    ? `abandoned: ${state.fault.reason}`
    : state.name;
}

/** The graph that a party's open or settled channel is about. */
export function graphIn(state: ChannelState): Graph {
  if (state.name === 'closed') return graphIn(state.before!);
  if (!('agreement' in state)) throw new RangeError('no graph yet');
  return graphOf(state.agreement);
}

/** A transaction that needs no more signatures than the party holds. */
export function completeFrom(state: ChannelState, id: TransactionId): Uint8Array {
  if (!('signatures' in state)) throw new RangeError('no signatures here');
  return completeTransaction(graphIn(state), id, new Map(Object.entries(state.signatures.plain)));
}

/** H0 of a party's channel. */
export function commitmentHeight(state: ChannelState): number {
  const open = state.name === 'closed' ? state.before : state;
  if (open === null || !('commitmentHeight' in open) || open.commitmentHeight === null)
    throw new RangeError('Tx0 is not in a block');
  return open.commitmentHeight;
}
