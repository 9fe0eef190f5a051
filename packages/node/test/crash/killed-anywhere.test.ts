import { SandboxPool } from '@prometheus-compute/sandbox';
import { afterAll, describe, expect, it } from 'vitest';
import type { LocalNetworkOptions } from '../../src/index.ts';
import { type Endured, endureContract } from './contract.ts';
import type { Fate, Point } from './mortality.ts';
import { onceAtEachSort, onceForEachSort } from './once.ts';

/** What is tried beyond the default: `sorts` for every sort of effect on both sides, `points` for every effect besides. */
const THOROUGHNESS = process.env.CRASH_POINTS ?? 'some';

/** Runs chunks, and gives others' results for them: what a Worker does that does not want to compute. */
class LazyPool extends SandboxPool {
  override async run(...given: Parameters<SandboxPool['run']>) {
    return { ...(await super.run(...given)), output: new Uint8Array(8) };
  }
}
const lazy = new LazyPool();
afterAll(() => lazy.close());

/** Of the arbiters one is enough: they do the same. */
const PARTIES = ['client', 'worker', 'verifier', 'arbiter-1'];

/** Contracts that end differently. */
interface Course {
  readonly what: string;
  readonly settlement: string;
  readonly options: Partial<LocalNetworkOptions>;
  /** Whether an effect belongs to what is special about it. */
  readonly concerns: (point: Point) => boolean;
}
const COOPERATION: Course = {
  what: 'nobody disputes',
  settlement: 'Tx4',
  options: {},
  concerns: () => true,
};
const DISPUTES = ['arbitration', 'claim', 'vote', 'decisionSignatures', 'published:TxA', 'published:TxV0'];
/** The Worker delivers what is wrong, and appeals. */
const APPEAL: Course = {
  what: 'a Worker is found out by arbiters',
  settlement: 'Tx7:1.2.3',
  options: { executors: (party, pool) => (party === 'worker' ? lazy : pool) },
  concerns: ({ kind, detail }) =>
    kind === 'submit' || detail.startsWith('post ') || DISPUTES.some((word) => detail.startsWith(word)),
};

/** A sort without the recipients of a message, and without what happens at every block. */
const coarse = ({ party, kind, detail }: Point): string | undefined =>
  !PARTIES.includes(party) || detail.startsWith('chain')
    ? undefined
    : `${party} ${kind} ${detail.split(' ')[0]}`;
const fine =
  (name: string) =>
  ({ party, kind, detail }: Point) =>
    party === name ? `${kind} ${detail}` : undefined;

/** Runs in which nobody was killed. */
const undisturbed = new Map<Course, Promise<Endured>>();
async function calm(course: Course): Promise<Endured> {
  let ending = undisturbed.get(course);
  if (ending === undefined) {
    ending = endureContract(() => 'lives', course.options);
    undisturbed.set(course, ending);
  }
  return ending;
}

async function expectSameEnding(course: Course, fate: (point: Point) => Fate): Promise<Endured> {
  const { balances } = await calm(course);
  const ending = await endureContract(
    (point) => (course.concerns(point) ? fate(point) : 'lives'),
    course.options,
  );
  // Nothing was sent before it was stored, nothing said twice in other words, and no nonce used twice.
  expect(ending.recorder.violations).toEqual([]);
  expect(ending.settlement).toBe(course.settlement);
  expect(ending.recorder.published.filter((each) => each.startsWith('Tx0 '))).not.toEqual([]);
  // No second payment, and no first one lost: what everybody has at the end is the same to the satoshi.
  expect(ending.balances).toEqual(balances);
  return ending;
}

describe('a process that is killed, and started again from its file and seed, ends with the same balances', () => {
  it('undisturbed contracts end as expected, and keep to "stored before sent"', async () => {
    for (const course of [COOPERATION, APPEAL]) {
      const { settlement, deaths, recorder } = await calm(course);
      expect({ settlement, deaths }).toEqual({ settlement: course.settlement, deaths: 0 });
      expect(recorder.violations).toEqual([]);
      expect(recorder.sent.length).toBeGreaterThan(course === COOPERATION ? 60 : 300);
      const published = recorder.published.map((each) => each.split(' ')[0]);
      expect(published).toEqual(expect.arrayContaining(['Tx0', course.settlement]));
    }
  });

  it.each([COOPERATION, APPEAL])('everybody, once at each sort of effect, when $what', async (course) => {
    const { deaths } = await expectSameEnding(course, onceForEachSort(coarse));
    expect(deaths).toBeGreaterThan(course === COOPERATION ? 60 : 12);
  });

  describe.runIf(THOROUGHNESS !== 'some').each([COOPERATION, APPEAL])('when $what', (course) => {
    it.each(PARTIES)('%s: at every sort of effect, before it and after it', async (name) => {
      const { deaths } = await expectSameEnding(
        { ...course, concerns: () => true },
        onceAtEachSort(fine(name)),
      );
      expect(deaths).toBeGreaterThan(20);
    });

    it.runIf(THOROUGHNESS === 'points').each(PARTIES)('%s: at every single effect', async (name) => {
      const count = (await calm(course)).points.filter(({ party }) => party === name).length;
      for (let index = 0; index < count; index++) {
        for (const side of ['before', 'after'] as const) {
          const fate = (point: Point): Fate =>
            point.party === name && point.index === index ? side : 'lives';
          const { deaths } = await expectSameEnding({ ...course, concerns: () => true }, fate);
          // Runs differ a little in how many effects they have.
          expect(deaths).toBeLessThanOrEqual(1);
        }
      }
    });
  });
});
