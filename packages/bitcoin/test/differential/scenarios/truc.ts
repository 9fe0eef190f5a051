import { loadTransaction } from '../../../src/index.ts';
import { filler, outputOf, spend } from '../coins.ts';
import type { Scenario } from '../scenario.ts';
import { fundedScenario, REWARD } from './funded.ts';

const HALF = REWARD / 2n;

/** BIP431: version 3, one parent and one child, and their sizes. */
export function trucScenario(): Scenario {
  const { s, take } = fundedScenario('truc', 16);
  const parentCoin = take();
  const parent = spend({ from: [parentCoin], to: [HALF, HALF - 1000n], version: 3 });
  s.send('parent', parent);
  const first = outputOf(parent, 0);
  const second = outputOf(parent, 1);
  s.test('version 2 child of version 3', [spend({ from: [first], to: [HALF - 1000n] })]);
  s.test('version 3 child', [spend({ from: [first], to: [HALF - 1000n], version: 3 })]);

  const base = Math.ceil(
    loadTransaction(spend({ from: [first], to: [filler(500), HALF], version: 3 })).weight / 4,
  );
  for (const size of [1000, 1001]) {
    const child = spend({ from: [first], to: [filler(500 + size - base), HALF - 5000n], version: 3 });
    s.test(`child of ${size} virtual bytes`, [child]);
  }
  const large = take();
  const one = Math.ceil(
    loadTransaction(spend({ from: [large], to: [filler(9000), REWARD], version: 3 })).weight / 4,
  );
  for (const size of [10_000, 10_001]) {
    const wide = spend({ from: [large], to: [filler(9000 + size - one), REWARD - 20_000n], version: 3 });
    s.test(`version 3 of ${size} virtual bytes`, [wide]);
  }

  const child = spend({ from: [first], to: [HALF - 1000n], version: 3 });
  s.send('child', child);
  s.test('grandchild', [spend({ from: [outputOf(child, 0)], to: [HALF - 2000n], version: 3 })]);
  s.test('sibling that pays too little', [spend({ from: [second], to: [HALF - 1000n - 1000n], version: 3 })]);
  s.test('sibling that pays enough', [spend({ from: [second], to: [HALF - 1000n - 1200n], version: 3 })]);
  s.send('sibling takes the place', spend({ from: [second], to: [HALF - 1000n - 1200n], version: 3 }));
  s.mempool('after the eviction of a sibling');
  s.test('child that replaces the sibling and the evicted again', [
    spend({ from: [first, second], to: [REWARD - 10_000n], version: 3 }),
  ]);

  const old = spend({ from: [take()], to: [HALF, HALF - 1000n] });
  s.send('version 2 parent', old);
  s.test('version 3 child of version 2', [
    spend({ from: [outputOf(old, 0)], to: [HALF - 1000n], version: 3 }),
  ]);

  const other = spend({ from: [take()], to: [REWARD - 1000n], version: 3 });
  const another = spend({ from: [take()], to: [REWARD - 1000n], version: 3 });
  s.send('other parent', other);
  s.send('another parent', another);
  s.test('two unconfirmed parents', [
    spend({ from: [outputOf(other, 0), outputOf(another, 0)], to: [2n * REWARD - 5000n], version: 3 }),
  ]);
  s.test('one unconfirmed and one confirmed input', [
    spend({ from: [outputOf(other, 0), take()], to: [2n * REWARD - 5000n], version: 3 }),
  ]);

  // In lists and packages.
  const free = take();
  const a = spend({ from: [free], to: [HALF, HALF], version: 3 });
  const pay = (bytes: Uint8Array, vout: number, version = 3, fee = 3000n) =>
    spend({ from: [outputOf(bytes, vout)], to: [HALF - fee], version });
  s.package('free parent and version 2 child', [a, pay(a, 0, 2)]);
  s.test('list with two children', [
    spend({ from: [free], to: [HALF, HALF - 1000n], version: 3 }),
    pay(spend({ from: [free], to: [HALF, HALF - 1000n], version: 3 }), 0),
    spend({
      from: [outputOf(spend({ from: [free], to: [HALF, HALF - 1000n], version: 3 }), 1)],
      to: [HALF - 3000n],
      version: 3,
    }),
  ]);
  const b = spend({ from: [take()], to: [REWARD], version: 3 });
  s.package('two free parents and a child', [
    a,
    b,
    spend({ from: [outputOf(a, 0), outputOf(b, 0)], to: [HALF + REWARD - 9000n], version: 3 }),
  ]);
  const c = spend({ from: [take()], to: [REWARD] });
  s.package('free version 2 parent and version 3 child', [
    c,
    spend({ from: [outputOf(c, 0)], to: [REWARD - 9000n], version: 3 }),
  ]);
  s.package('free version 2 parent and version 2 child', [
    c,
    spend({ from: [outputOf(c, 0)], to: [REWARD - 9000n] }),
  ]);
  s.package('free parent and child', [a, pay(a, 0)]);
  s.package('second child in a package with a parent that is there', [a, pay(a, 1, 3, 9000n)]);
  s.mempool('at the end');
  return s.finish();
}
