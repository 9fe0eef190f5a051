import { loadTransaction } from '../../../src/index.ts';
import { filler, outputOf, spend } from '../coins.ts';
import type { Scenario } from '../scenario.ts';
import { fundedScenario, REWARD } from './funded.ts';

/** Replacement by fee: what must be paid, at the border, and what goes with the replaced transaction. */
export function replacementScenario(): Scenario {
  const { s, take } = fundedScenario('replacement', 12);
  const vsize = (bytes: Uint8Array): bigint => BigInt(Math.ceil(loadTransaction(bytes).weight / 4));
  const increment = (bytes: Uint8Array): bigint => (vsize(bytes) + 9n) / 10n;

  const coin = take();
  const original = spend({ from: [coin], to: [REWARD - 1000n], sequence: 0xffff_ffff });
  s.send('original, not signalling', original);
  s.test('lower fee', [spend({ from: [coin], to: [REWARD - 999n] })]);
  s.test('same fee', [spend({ from: [coin], to: [REWARD - 1000n], lockTime: 1 })]);
  const least = 1000n + increment(original);
  s.test('one satoshi below the increment', [spend({ from: [coin], to: [REWARD - least + 1n] })]);
  s.test('the increment', [spend({ from: [coin], to: [REWARD - least] })]);
  s.test('more fee at a lower rate', [spend({ from: [coin], to: [filler(2000), REWARD - 2000n] })]);
  s.send('replaced', spend({ from: [coin], to: [REWARD - least] }));
  s.mempool('after a replacement');

  // Descendants go with their parent and count with their fees.
  const root = take();
  const parent = spend({ from: [root], to: [REWARD - 1000n] });
  const child = spend({ from: [outputOf(parent, 0)], to: [REWARD - 6000n] });
  s.send('parent', parent);
  s.send('child', child);
  s.test('pays for the parent only', [spend({ from: [root], to: [REWARD - 3000n] })]);
  s.test('pays for both but not its relay', [spend({ from: [root], to: [REWARD - 6000n] })]);
  s.test('pays for both', [spend({ from: [root], to: [REWARD - 6100n] })]);
  s.test('spends what it replaces', [
    spend({ from: [root, outputOf(parent, 0)], to: [REWARD - 1000n + REWARD - 50_000n] }),
  ]);
  s.test('replaces the child only', [spend({ from: [outputOf(parent, 0)], to: [REWARD - 7000n] })]);
  s.send('replaces both', spend({ from: [root], to: [REWARD - 7000n] }));
  s.mempool('parent and child are gone');

  // The feerate diagram: a cheap child that rode on a good parent must not be traded for a worse whole.
  const [left, right] = [take(), take()];
  const good = spend({ from: [left], to: [REWARD / 2n, REWARD / 2n - 20_000n] });
  s.send('good parent', good);
  const cheap = spend({ from: [outputOf(good, 0), right], to: [REWARD / 2n + REWARD - 300n] });
  s.send('cheap child', cheap);
  s.test('larger child that pays a little more', [
    spend({ from: [outputOf(good, 0), right], to: [filler(3000), REWARD / 2n + REWARD - 700n] }),
  ]);
  s.test('better child', [spend({ from: [outputOf(good, 0), right], to: [REWARD / 2n + REWARD - 900n] })]);
  s.test('conflicts with two', [spend({ from: [left, right], to: [2n * REWARD - 25_000n] })]);
  s.test('conflicts with two and pays too little', [
    spend({ from: [left, right], to: [2n * REWARD - 20_310n] }),
  ]);

  // Testing several at once allows no replacement.
  s.test('conflict in a list', [
    spend({ from: [left], to: [REWARD - 90_000n] }),
    spend({ from: [take()], to: [REWARD - 1000n] }),
  ]);
  const fresh = take();
  const one = spend({ from: [fresh], to: [REWARD - 1000n] });
  const two = spend({ from: [outputOf(one, 0)], to: [REWARD - 2000n] });
  s.test('a list of two', [one, two]);
  s.test('a list in the wrong order', [two, one]);
  s.test('a list with a repetition', [one, one]);
  s.test('a list with a conflict', [one, spend({ from: [fresh], to: [REWARD - 5000n] })]);
  s.test('a list whose first member fails', [spend({ from: [fresh], to: [REWARD] }), two]);
  s.test('a list whose second member fails', [one, spend({ from: [outputOf(one, 0)], to: [REWARD] })]);
  return s.finish();
}
