import type { SettlementId } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import type { Stage } from '../../src/stage/stage.ts';
import { byAll, tableOf } from './play.ts';
import { MANNERS, type Shock, shaken } from './reorganised.ts';

/** `all`: every moment with every depth and manner; otherwise one of each contract, and all of an honest one. */
const THOROUGHNESS = process.env.REORGANISATIONS ?? 'some';
const DEPTHS = [1, 2, 3, 4, 5, 6];

/** A contract, how it ends, and its moments, the Client's state first. */
interface Course {
  readonly name: string;
  readonly settlement: SettlementId;
  readonly moments: readonly string[];
}
const SETUP = 'setup signatures: nothing in blocks, Tx0 waits';
const LOCKED = 'computation: Tx0 in blocks, nothing waits';
const DELIVERED = 'verification: Tx0 in blocks, nothing waits';
const ACCUSED = 'verification: Tx0 in blocks, TxV1 waits';
const DISPUTED = 'arbitration: Tx0, TxV1 in blocks, nothing waits';
const COURSES: readonly Course[] = [
  {
    name: 'all-honest',
    settlement: 'Tx4',
    moments: [
      SETUP,
      LOCKED,
      'verification: Tx0 in blocks, Tx4 waits',
      'Tx4: Tx0, Tx4 in blocks, nothing waits',
      'released',
    ],
  },
  {
    name: 'client-refuses-to-release',
    settlement: "Tx4'",
    moments: [
      DISPUTED,
      DELIVERED,
      ACCUSED,
      "arbitration: Tx0, TxV1 in blocks, Tx4' waits",
      "Tx4': Tx0, TxV1, Tx4' in blocks, nothing waits",
      'released',
    ],
  },
  {
    name: 'worker-never-reveals',
    settlement: "Tx1'",
    moments: [
      "arbitration: Tx0, TxV1 in blocks, Tx1' waits",
      DELIVERED,
      ACCUSED,
      DISPUTED,
      "Tx1': Tx0, TxV1, Tx1' in blocks, nothing waits",
      'released',
    ],
  },
  {
    name: 'bad-chunk-appealed',
    settlement: byAll('Tx7'),
    moments: [
      'arbitration: Tx0, TxV0, TxA in blocks, nothing waits',
      'verification: Tx0 in blocks, TxV0 waits',
      'arbitration: Tx0, TxV0 in blocks, TxA waits',
      `arbitration: Tx0, TxV0, TxA in blocks, ${byAll('Tx7')} waits`,
      `${byAll('Tx7')}: Tx0, TxV0, TxA, ${byAll('Tx7')} in blocks, nothing waits`,
      'released',
    ],
  },
];

/** Every moment with every depth and manner. */
const every = ({ moments }: Course): readonly Shock[] =>
  moments.flatMap((moment) =>
    DEPTHS.flatMap((depth) => MANNERS.map((manner) => ({ moment, depth, manner }))),
  );
/** Depths and manners in turn, so that each is tried at some moment. */
const some = ({ name, moments }: Course, course: number): readonly Shock[] =>
  moments.slice(0, name === 'all-honest' ? moments.length : 1).map((moment, i) => ({
    moment,
    depth: DEPTHS[(i + course + 5) % DEPTHS.length]!,
    manner: MANNERS[(i + course) % MANNERS.length]!,
  }));
/** Tx0 comes back into a block that is no higher than where the contract began. */
const BEFORE_THE_BEGINNING: Shock = { moment: SETUP, depth: 6, manner: 'taken back while all are down' };
const CASES = [
  ...COURSES.flatMap((course, i) =>
    (THOROUGHNESS === 'all' ? every(course) : some(course, i)).map((shock) => ({ ...course, ...shock })),
  ),
  ...(THOROUGHNESS === 'all' ? [] : [{ ...COURSES[0]!, ...BEFORE_THE_BEGINNING }]),
];

describe('a reorganisation of up to six blocks ends no contract differently, to the satoshi', () => {
  it.each(CASES)('$name, "$moment", depth $depth, $manner', async ({ name, settlement, ...shock }) => {
    const { ending, changes } = await shaken(name, shock);
    expect(ending).toMatchObject({ kind: 'settled', settlement });
    expect(changes).toEqual(tableOf(name, settlement));
  });
});

describe('a reorganisation of seven blocks', () => {
  it('stops every node with an alarm: none publishes anything until its operator has looked, then the contract goes on', async () => {
    const shock: Shock = { moment: DISPUTED, depth: 7, manner: 'mined again' };
    const alarms: unknown[] = [];
    const watch = (stage: Stage): void => {
      for (const { party } of stage.actors) {
        party.node.engine.watch((notice) => {
          if (notice.kind === 'reorganisation-too-deep') alarms.push(notice);
        });
      }
    };
    const { ending, changes } = await shaken('worker-never-reveals', shock, {
      before: watch,
      after: async (stage, chain) => {
        const nodes = stage.actors.map(({ party }) => party.node);
        expect(alarms).toEqual(
          nodes.map(() => ({ kind: 'reorganisation-too-deep', depth: 7, height: stage.height - 8 })),
        );
        expect(nodes.every(({ watcher }) => watcher.halted)).toBe(true);
        // 44 blocks after TxV1 the Client and the Verifier may take Tx1′.
        await stage.mine(50);
        expect(chain.mempool.size).toBe(0);
        expect(stage.client.stateName).toBe('arbitration');
        for (const { watcher } of nodes) await watcher.resumePublishing();
        expect(nodes.some(({ watcher }) => watcher.halted)).toBe(false);
      },
    });
    expect(ending).toMatchObject({ kind: 'settled', settlement: "Tx1'" });
    expect(changes).toEqual(tableOf('worker-never-reveals', "Tx1'"));
  });
});
