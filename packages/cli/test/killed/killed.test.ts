import { describe, expect, it } from 'vitest';
import { type Ending, endureInProcesses } from './contract.ts';
import type { Sentence } from './mortal.ts';

/** One of each role: the others of a role do the same, or have nothing to do. */
const KILLED = ['client', 'worker-1', 'verifier-1', 'arbiter-1'];
/** Milliseconds for a network of nine processes: far above what it takes. */
const LIMIT = 600_000;
/** `points`: every commit of every role, before it and after it; otherwise one of each role. */
const THOROUGHNESS = process.env.KILL_POINTS ?? 'some';
const SEED = Number(process.env.KILL_SEED ?? '1');

let undisturbed: Promise<Ending> | undefined;
function calm(): Promise<Ending> {
  undisturbed ??= endureInProcesses(Object.fromEntries(KILLED.map((name) => [name, null])));
  return undisturbed;
}

/** A number below `limit` that follows from the seed and a name. */
function drawn(name: string, limit: number): number {
  let hash = 2_166_136_261 ^ SEED;
  for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0)!, 16_777_619);
  return (hash >>> 0) % limit;
}

describe('daemons that are killed with SIGKILL in a contract, and started again from their data folders', () => {
  it(
    'undisturbed, everybody commits, and the Worker is paid',
    async () => {
      const { settlement, contract, wallets, commits, deaths } = await calm();
      expect({ settlement, deaths }).toEqual({ settlement: 'Tx4', deaths: [] });
      expect(contract).toMatchObject({ worker: 90_000n, verifier: 10_000n, fund: 0n });
      expect(wallets).toMatchObject({ 'worker-2': 0n, 'verifier-2': 0n });
      for (const name of KILLED) expect(commits[name]).toBeGreaterThan(10);
    },
    LIMIT,
  );

  it(
    'one of each role, each at a commit of its own: the same final balances',
    async () => {
      const { settlement, contract, wallets, commits } = await calm();
      const sentences = KILLED.map((name): [string, Sentence] => {
        // Runs differ a little in how many commits they have.
        const commit = drawn(name, Math.floor(commits[name]! * 0.8));
        return [name, { commit, side: drawn(`${name} side`, 2) === 0 ? 'before' : 'after' }];
      });
      const endured = await endureInProcesses(Object.fromEntries(sentences));
      expect([...endured.deaths].sort()).toEqual([...KILLED].sort());
      expect(endured).toMatchObject({ settlement, contract, wallets });
    },
    LIMIT,
  );

  it.runIf(THOROUGHNESS === 'points').each(KILLED)(
    '%s: at every commit, before it and after it',
    async (name) => {
      const { settlement, contract, wallets, commits } = await calm();
      for (let commit = 0; commit < commits[name]!; commit++) {
        for (const side of ['before', 'after'] as const) {
          const endured = await endureInProcesses({ [name]: { commit, side } });
          // Runs differ a little in how many commits they have.
          expect(endured.deaths.length).toBeLessThanOrEqual(1);
          expect({ commit, side, ...endured }).toMatchObject({ commit, side, settlement, contract, wallets });
        }
      }
    },
  );
});
