import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TipLoop } from '../../src/daemon/tip-loop.ts';
import type { Chain } from '../../src/ports/chain.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { type Play, startPlay } from '../local/play.ts';

let play: Play;
let chain: Chain;
let loop: TipLoop;
/** Why rounds were made and what was logged, in order. */
let seen: string[] = [];
let failing = false;
let changed: () => void = () => {};

beforeEach(async () => {
  play = await startPlay();
  const { node } = play.network.client;
  ({ chain } = node.ports);
  seen = [];
  failing = false;
  const note = (what: string): void => {
    seen.push(what);
    changed();
  };
  const target = { write: (line: string) => note(JSON.parse(line).event) };
  const log = createLog({ level: 'info', format: 'json', target });
  loop = new TipLoop(node, {
    // Never while a test runs: what happens, happens because it was nudged.
    pollSeconds: 600,
    log,
    onRound: async (why) => {
      if (failing) throw new RangeError('this round fails');
      note(why);
    },
  });
  loop.start();
  await seeing('tip', 'tip');
});
afterEach(async () => {
  await loop.stop();
  await play[Symbol.asyncDispose]();
});

/** Waits until exactly these were seen. */
async function seeing(...what: string[]): Promise<void> {
  while (seen.length < what.length) {
    await new Promise<void>((resolve) => {
      changed = resolve;
    });
  }
  expect(seen).toEqual(what);
  seen = [];
}

describe('rounds of a daemon', () => {
  it('are made for a new tip, which is logged, and when something has happened', async () => {
    loop.nudge();
    await seeing('nudge');
    play.network.chain.mine(1, Uint8Array.of(0x51));
    loop.nudge();
    await seeing('tip', 'tip');
    expect(play.network.client.node.watcher.height).toBe(play.network.height);
  });

  it('are made again at the same tip when one has failed', async () => {
    failing = true;
    play.network.chain.mine(1, Uint8Array.of(0x51));
    loop.nudge();
    await seeing('tip', 'chain-unreachable');
    failing = false;
    loop.nudge();
    await seeing('tip', 'tip', 'chain-back');
  });

  it('say once that the chain gives no answer, and once that it is back', async () => {
    const { tip } = chain;
    chain.tip = () => Promise.reject(new RangeError('nobody answers'));
    loop.nudge();
    await seeing('chain-unreachable');
    expect(loop.troubled).toBe(true);
    chain.tip = tip;
    loop.nudge();
    await seeing('nudge', 'chain-back');
    expect(loop.troubled).toBe(false);
  });
});
