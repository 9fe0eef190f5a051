import { filler, outputOf, spend } from '../coins.ts';
import type { Scenario } from '../scenario.ts';
import { fundedScenario, REWARD } from './funded.ts';

/** Limits of clusters: 64 transactions and 101,000 virtual bytes that hang together. */
export function clustersScenario(): Scenario {
  const { s, take } = fundedScenario('clusters', 10);
  let last = spend({ from: [take()], to: [REWARD - 1000n] });
  s.send('chain 1', last);
  for (let length = 2; length <= 64; length++) {
    last = spend({ from: [outputOf(last, 0)], to: [REWARD - 1000n * BigInt(length)] });
    s.send(`chain ${length}`, last);
  }
  const next = spend({ from: [outputOf(last, 0)], to: [REWARD - 70_000n] });
  s.test('chain 65', [next]);
  s.send('chain 65, sent', next);
  s.test('replacement of the 64th', [
    spend({ from: [outputOf(last, 0)].slice(1).concat(take()), to: [REWARD - 1000n] }),
  ]);

  // Two clusters of 50 kvB that a third transaction would join.
  const one = spend({ from: [take()], to: [filler(50_000), REWARD - 100_000n] });
  const two = spend({ from: [take()], to: [filler(50_000), REWARD - 100_000n] });
  s.send('50 kvB', one);
  s.send('another 50 kvB', two);
  const join = (size: number) =>
    spend({ from: [outputOf(one, 1), outputOf(two, 1)], to: [filler(size), 2n * REWARD - 250_000n] });
  s.test('joins them with little', [join(500)]);
  s.test('joins them with too much', [join(1500)]);
  // A wide cluster: one parent with 63 children.
  const outputs = Array.from({ length: 64 }, () => REWARD / 64n - 1000n);
  const parent = spend({ from: [take()], to: outputs });
  s.send('wide parent', parent);
  for (let index = 0; index < 64; index++) {
    s.send(
      `wide child ${index}`,
      spend({ from: [outputOf(parent, index)], to: [REWARD / 64n - 2000n - BigInt(index)] }),
    );
  }
  s.call(
    'entry of the wide parent',
    'getmempoolentry',
    [outputOf(parent, 0).txid],
    [
      'vsize',
      'weight',
      'descendantcount',
      'descendantsize',
      'ancestorcount',
      'ancestorsize',
      'chunkweight',
      'fees',
    ],
  );
  s.call(
    'mempool info',
    'getmempoolinfo',
    [],
    ['size', 'bytes', 'total_fee', 'limitclustercount', 'limitclustersize', 'mempoolminfee'],
  );
  return s.finish();
}
