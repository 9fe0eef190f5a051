import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectPayouts } from '../../src/engine/collect.ts';
import type { LocalNetworkOptions } from '../../src/index.ts';
import { openBatchChannel } from '../../src/index.ts';
import { describe, type Play, startPlay, stateOf } from '../local/play.ts';
import { type Fate, Mortality, type Point } from './mortality.ts';
import { Recorder } from './recorder.ts';

/** Blocks after the settlement until stakes and bond are released, collected, and in a block. */
const AFTERWARDS = 9;

/** How a contract ended, for everybody. */
interface Ending {
  readonly settlement: string;
  /** Satoshis in each wallet when everything was collected, by party. */
  readonly balances: Readonly<Record<string, bigint>>;
  readonly points: readonly Point[];
  /** How often a process ended and was started again. */
  readonly deaths: number;
  /** Blocks since the proposal. */
  readonly blocks: number;
}

/** How it ended, and what everybody did on the way. */
export interface Endured extends Ending {
  readonly recorder: Recorder;
}

/**
 * A whole contract, from the proposal until everybody has its money, with processes that end where they are told and are started again
 * from their files and seeds.
 *
 * @param fate - asked at every effect of every party
 */
export async function endureContract(
  fate: (point: Point) => Fate,
  options: Partial<LocalNetworkOptions> = {},
): Promise<Endured> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'prometheus-crash-'));
  const mortality = new Mortality(dataFolder, fate);
  const executors: LocalNetworkOptions['executors'] = (party, executor) =>
    mortality.executors(party, options.executors?.(party, executor) ?? executor);
  const recorder = new Recorder();
  const ports: LocalNetworkOptions['ports'] = (party, real) =>
    mortality.ports(party, recorder.ports(party, real));
  try {
    await using play = await startPlay({ ...options, dataFolder, ports, executors });
    return { ...(await endure(play, mortality)), recorder };
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

async function endure(play: Play, mortality: Mortality): Promise<Ending> {
  const { network } = play;
  let deaths = 0;
  const begun = network.height;
  let lost = Promise.withResolvers<void>();
  mortality.begin((party) => {
    network.lose(party);
    lost.resolve();
  });
  const revive = async (): Promise<void> => {
    await network.settle();
    for (let gone = mortality.takeLost(); gone.length > 0; gone = mortality.takeLost()) {
      for (const name of gone) {
        deaths += 1;
        lost = Promise.withResolvers();
        await network.restart(network.parties.find((party) => party.name === name)!);
      }
      // Whoever could not reach them tries again when they are back.
      await network.nudge();
    }
  };
  // Whoever asked for the batch asks again where nothing of it was stored.
  while (network.client.node.engine.records.length === 0) {
    await Promise.race([openBatchChannel(network.client.node, play.order), lost.promise]);
    await revive();
  }
  const settled = () =>
    network.parties.every(({ node }) => node.engine.records.every(({ state }) => state.name === 'closed'));
  for (let i = 0; !settled(); i++) {
    if (i === 1_500) {
      const states = network.parties.map(
        ({ name, node }) => `${name}: ${node.engine.records.map(({ state }) => describe(state)).join()}`,
      );
      throw new RangeError(`the contract does not end: ${states.join('; ')}`);
    }
    await network.mine();
    await revive();
  }
  for (let i = 0; i < AFTERWARDS; i++) {
    await network.mine();
    await revive();
  }
  const state = stateOf(network.client);
  const blocks = network.height - begun;
  mortality.rest();
  for (const { node } of network.parties) {
    for (const record of node.engine.records) await collectPayouts(record, node.ports);
  }
  await network.mine();
  await revive();
  return {
    settlement: state.name === 'closed' && state.how === 'settled' ? state.transaction : state.name,
    balances: Object.fromEntries(network.parties.map(({ name, wallet }) => [name, wallet.balance()])),
    points: mortality.points,
    deaths,
    blocks,
  };
}
