import { P2A_SCRIPT } from '@prometheus-compute/protocol';
import { loadTransaction } from '../../../src/index.ts';
import { ANCHOR, anchorOf, filler, outputOf, spend } from '../coins.ts';
import type { Scenario } from '../scenario.ts';
import { fundedScenario, REWARD } from './funded.ts';

const vsizeOf = (bytes: Uint8Array): number => Math.ceil(loadTransaction(bytes).weight / 4);

/** Packages of a free parent with an anchor and its paying child: the form in which verdicts and appeals go out. */
export function anchorsScenario(): Scenario {
  const { s, take } = fundedScenario('anchors', 20);
  const free = spend({ from: [take()], to: [REWARD, ANCHOR], version: 3 });
  const fund = take();
  const child = (fee: bigint) => spend({ from: [anchorOf(free, 1), fund], to: [REWARD - fee], version: 3 });
  s.send('parent alone', free);
  s.test('parent alone, tested', [free]);
  s.package('package of the parent alone', [free]);
  s.test('child alone', [child(5000n)]);
  s.package('package of the child alone', [child(5000n)]);
  s.test('parent and child in a list', [free, child(5000n)]);
  const least = BigInt(Math.ceil((vsizeOf(free) + vsizeOf(child(0n))) / 10));
  s.package('one satoshi below the minimum', [free, child(least - 1n)]);
  s.package('child without fee', [free, child(0n)]);
  s.package('child with a bad signature', [
    free,
    spend({
      from: [anchorOf(free, 1), fund],
      to: [REWARD - 5000n],
      version: 3,
      edit: (tx) => ({
        ...tx,
        inputs: [tx.inputs[0]!, { ...tx.inputs[1]!, witness: [new Uint8Array(64).fill(3)] }],
      }),
    }),
  ]);
  s.package('child that leaves the anchor', [
    free,
    spend({ from: [outputOf(free, 0)], to: [REWARD - 5000n], version: 3 }),
  ]);
  s.package('version 2 child', [free, spend({ from: [anchorOf(free, 1), fund], to: [REWARD - 5000n] })]);
  s.package('child and parent in the wrong order', [child(5000n), free]);
  s.package('the minimum', [free, child(least)]);
  s.mempool('package is in');
  s.package('the same package again', [free, child(least)]);
  s.package('better child of a parent that is in', [free, child(least + 100n)]);
  s.send('better child sent alone', child(least + 5000n));
  s.send(
    'child that leaves the anchor of a parent that is in',
    spend({ from: [outputOf(free, 0)], to: [REWARD - 9000n], version: 3 }),
  );
  s.test('sibling that spends the other output and the anchor', [
    spend({ from: [outputOf(free, 0), anchorOf(free, 1)], to: [REWARD - 20_000n], version: 3 }),
  ]);

  // Form of the dust.
  const coin = take();
  const payer = take();
  const dusty = (outputs: { amount: bigint; script: Uint8Array }[], fee: bigint, version = 3) =>
    spend({ from: [coin], to: [REWARD - fee, ...outputs], version });
  const sweep = (bytes: Uint8Array, anchors: number[], version = 3) =>
    spend({ from: [...anchors.map((vout) => anchorOf(bytes, vout)), payer], to: [REWARD - 5000n], version });
  const two = dusty([ANCHOR, ANCHOR], 0n);
  s.package('two anchors', [two, sweep(two, [1, 2])]);
  const paying = dusty([ANCHOR], 1000n);
  s.package('anchor and a fee of its own', [paying, sweep(paying, [1])]);
  const dust = dusty([{ amount: 1n, script: P2A_SCRIPT }], 1n);
  s.package('anchor of one satoshi', [dust, sweep(dust, [1])]);
  const worthy = dusty([{ amount: 240n, script: P2A_SCRIPT }], 240n);
  s.package('anchor of 240 sat without fee', [worthy, sweep(worthy, [1])]);
  const v2 = spend({ from: [take()], to: [REWARD, ANCHOR] });
  s.package('version 2 parent with an anchor and version 2 child', [
    v2,
    spend({ from: [anchorOf(v2, 1), take()], to: [REWARD - 5000n] }),
  ]);
  s.block({ label: 'confirms a zero-value anchor', transactions: [free] });
  s.test('confirmed anchor of zero spent', [
    spend({ from: [anchorOf(free, 1), take()], to: [REWARD - 50_000n], version: 3 }),
  ]);
  s.mempool('after the block');
  return s.finish();
}

/** Form of packages, members that need no package, and replacement by a package. */
export function packagesScenario(): Scenario {
  const { s, take } = fundedScenario('packages', 30);
  const parentOf = (fee: bigint, version = 2) => spend({ from: [take()], to: [REWARD - fee], version });
  const [p1, p2] = [parentOf(0n), parentOf(1000n)];
  const joint = (fee: bigint) =>
    spend({ from: [outputOf(p1, 0), outputOf(p2, 0)], to: [2n * REWARD - 1000n - fee] });
  s.package('not a child with its parents', [p1, p2]);
  s.package('parents that depend on each other', chain3(take()));
  s.package('a member twice', [p1, p1, joint(5000n)]);
  s.package('members in conflict', [
    p1,
    spend({
      from: [{ ...outputOf(p1, 0), ...loadTransaction(p1).transaction.inputs[0]!, amount: REWARD }],
      to: [REWARD - 9n],
    }),
    joint(5000n),
  ]);
  s.package('free parent and paying parent, child pays too little', [p1, p2, joint(20n)]);
  s.mempool('the paying parent stays');
  s.package('free parent, parent that is in, child pays', [p1, p2, joint(5000n)]);
  s.mempool('all three');

  // A member that fails for another reason than its fee ends the whole.
  const bad = spend({
    from: [take()],
    to: [REWARD],
    edit: (tx) => ({ ...tx, inputs: [{ ...tx.inputs[0]!, witness: [new Uint8Array(64).fill(9)] }] }),
  });
  s.package('free parent with a bad signature', [
    bad,
    spend({ from: [outputOf(bad, 0)], to: [REWARD - 9000n] }),
  ]);
  const early = spend({ from: [take()], to: [REWARD], lockTime: 5000 });
  s.package('free parent that is not final', [
    early,
    spend({ from: [outputOf(early, 0)], to: [REWARD - 9000n] }),
  ]);
  const high = parentOf(0n);
  s.package('child above the maximum feerate', [
    high,
    spend({ from: [outputOf(high, 0)], to: [REWARD - 90_000_000n] }),
  ]);

  // Two packages for one coin.
  const root = take();
  const version = 3;
  const a = spend({ from: [root], to: [REWARD], version });
  const aChild = (fee: bigint) => spend({ from: [outputOf(a, 0)], to: [REWARD - fee], version });
  const b = spend({
    from: [root],
    to: [REWARD - 1n, { amount: 0n, script: Uint8Array.of(0x6a, 1, 1) }],
    version,
  });
  const bChild = (fee: bigint) => spend({ from: [outputOf(b, 0)], to: [REWARD - 1n - fee], version });
  s.package('first package', [a, aChild(3000n)]);
  s.package('second package pays less', [b, bChild(2000n)]);
  s.package('second package pays the same', [b, bChild(2999n)]);
  s.package('second package pays more but not its relay', [b, bChild(3010n)]);
  s.package('second package pays more at a lower rate', [b, bChild(3100n)]);
  s.package('second package pays more', [b, bChild(4000n)]);
  s.mempool('second package is in');
  const lone = spend({ from: [root], to: [REWARD - 20_000n], version });
  s.test('a single transaction replaces the package', [lone]);

  // Parents that pay for their child get no replacement.
  const two = take();
  const c = spend({ from: [two], to: [REWARD - 500n] });
  s.send('in the way', c);
  const d = spend({ from: [two], to: [REWARD - 510n] });
  s.package('package whose child pays less than the parent', [
    d,
    spend({ from: [outputOf(d, 0)], to: [REWARD - 515n] }),
  ]);
  s.package('package whose child pays', [d, spend({ from: [outputOf(d, 0)], to: [REWARD - 5000n] })]);
  const e1 = take();
  const e2 = take();
  s.send('in the way of a package of three', spend({ from: [e1], to: [REWARD - 1000n] }));
  const f1 = spend({ from: [e1], to: [REWARD] });
  const f2 = spend({ from: [e2], to: [REWARD] });
  s.package('package of three in conflict', [
    f1,
    f2,
    spend({ from: [outputOf(f1, 0), outputOf(f2, 0)], to: [2n * REWARD - 9000n] }),
  ]);
  s.package('package of 60 kvB members', [...wide(take())]);
  s.mempool('at the end');
  return s.finish();
}

function chain3(coin: Parameters<typeof spend>[0]['from'][number]): Uint8Array[] {
  const one = spend({ from: [coin], to: [REWARD / 2n, REWARD / 2n] });
  const two = spend({ from: [outputOf(one, 0)], to: [REWARD / 2n] });
  return [one, two, spend({ from: [outputOf(one, 1), outputOf(two, 0)], to: [REWARD - 9000n] })];
}

function wide(coin: Parameters<typeof spend>[0]['from'][number]): Uint8Array[] {
  const one = spend({ from: [coin], to: [filler(60_000), REWARD] });
  return [one, spend({ from: [outputOf(one, 0)], to: [filler(60_000), REWARD - 90_000n] })];
}
