import { BLOCK_INTERVAL, type Block, buildBlock, type Devchain } from '@prometheus-compute/bitcoin';
import { littleEndian } from '@prometheus-compute/protocol';
import { EmbeddedChain } from '../../src/chain/embedded.ts';
import { findScenario } from '../../src/scenarios/catalogue.ts';
import type { ScenarioReport } from '../../src/scenarios/run.ts';
import type { Stage } from '../../src/stage/stage.ts';
import { playedOn } from './play.ts';

/** What becomes of the blocks that are taken back, and who sees it. */
export const MANNERS = [
  /** The same transactions at the same heights, in other blocks. */
  'mined again',
  /** None of them: they wait again. */
  'left out',
  /** As `left out`, while every node is down. */
  'left out while all are down',
  /** Nothing takes their place: at its start every node's database is ahead of the chain. */
  'taken back while all are down',
] as const;
export type Manner = (typeof MANNERS)[number];

/** A reorganisation at a moment of a contract, by its words. */
export interface Shock {
  readonly moment: string;
  readonly depth: number;
  readonly manner: Manner;
}

/** Blocks after the settlement until stakes and bond are released, and the releases are in a block. */
const RELEASED_AFTER = 7;
const MOST_BLOCKS = 140;
/** Blocks in which a contract's transactions are looked for: more than it has at any moment of these tests. */
const HORIZON = 100;
const REWARD = Uint8Array.of(0x51);

/** The Client's state, what is in blocks of the graph, and what waits. */
function momentIn(stage: Stage, chain: Devchain): string {
  const idOf = (txid: Parameters<typeof stage.names.idOf>[0]) => stage.names.idOf(txid, stage.actors) ?? '';
  const { stateName } = stage.client;
  if (stage.hasEnded && 'height' in stage.client.state) {
    const { height } = stage.client.state;
    if (height !== null && stage.height >= height + RELEASED_AFTER) return 'released';
  }
  const first = stage.height - HORIZON;
  const mined = Array.from({ length: HORIZON }, (_, i) => chain.blockAt(first + 1 + i)!)
    .flatMap(({ block }) => block.transactions.slice(1))
    .map(({ txid }) => idOf(txid));
  const waiting = [...chain.mempool.entries()].map(({ loaded }) => idOf(loaded.txid));
  const list = (ids: readonly string[]) => ids.filter((id) => id !== '').join(', ') || 'nothing';
  return `${stateName}: ${list(mined)} in blocks, ${list(waiting)} waits`;
}

/** Looks at a contract around the reorganisation. */
interface Looks {
  readonly before?: (stage: Stage) => void;
  /** @param chain - what is in blocks and what waits */
  readonly after?: (stage: Stage, chain: Devchain) => Promise<void>;
}

/** A contract of the catalogue with a reorganisation. */
export async function shaken(
  name: string,
  { moment, depth, manner }: Shock,
  { before, after }: Looks = {},
): Promise<ScenarioReport> {
  const chain = new EmbeddedChain();
  return playedOn(async () => chain, {
    ...findScenario(name),
    play: async (stage) => {
      const { seen } = chain;
      await stage.mineUntil(() => momentIn(stage, seen) === moment, moment, MOST_BLOCKS);
      before?.(stage);
      const from = stage.height - depth + 1;
      const down = manner.endsWith('all are down') ? stage.actors.map((actor) => actor.name) : [];
      for (const each of down) await stage.stop(each);
      if (manner === 'taken back while all are down') seen.invalidate(seen.blockAt(from)!.block.hash);
      else await chain.moveTo(branchOf(seen, from, manner === 'mined again'));
      for (const each of down) await stage.restart(each);
      await stage.network.nudge();
      await after?.(stage, seen);
    },
  });
}

/** One block more than there are from a height on, in their place. */
function branchOf(chain: Devchain, from: number, again: boolean): readonly Block[] {
  const count = chain.tip().height - from + 2;
  const branch: Block[] = [];
  let { hash: previous, header } = chain.blockAt(from - 1)!.block;
  for (let i = 0; i < count; i++) {
    const height = from + i;
    const [, ...transactions] = again ? (chain.blockAt(height)?.block.transactions ?? []) : [];
    const block = buildBlock(
      { previous, height, time: header.time + BLOCK_INTERVAL },
      // Fees are left to nobody.
      { script: REWARD, transactions, fees: 0n, extraNonce: littleEndian(7, 4) },
    );
    branch.push(block);
    ({ hash: previous, header } = block);
  }
  return branch;
}
