import { type StageId, transactionOf } from '@prometheus-compute/protocol';
import type { ScenarioBlock } from '../../../packages/bitcoin/test/differential/scenario.ts';
import { anchorChild, grandchild, leastFee } from '../children.ts';
import { firstLeaf, take } from '../forms.ts';
import { edited } from '../variants.ts';
import type { Visit } from '../visit.ts';

/** What pays for a package that has to win over another one. */
export const HIGH = 50_000n;

/** Ways to send a transaction without fee that do not work (D16). It stays out. */
export function refusedPackages(visit: Visit, id: StageId): void {
  const { s, graph } = visit;
  const parent = visit.bytes(id);
  const coin = visit.feeCoin(id);
  const least = leastFee(parent, coin);
  const child = anchorChild(parent, coin, HIGH);
  s.send(`${id} / without a child`, parent);
  s.package(`${id} / package without a child`, [parent]);
  s.test(`${id} / with a child, tested one by one`, [parent, child]);
  s.package(`${id} / child without its parent`, [child]);
  s.package(`${id} / child without fee`, [parent, anchorChild(parent, coin, 0n)]);
  s.package(`${id} / child one satoshi below the least fee`, [parent, anchorChild(parent, coin, least - 1n)]);
  s.package(`${id} / child of version 2`, [parent, anchorChild(parent, coin, HIGH, { version: 2 })]);
  s.package(`${id} / child of more than 1,000 vB`, [
    parent,
    anchorChild(parent, coin, HIGH, { filler: 1_000 }),
  ]);
  const beside = take(graph, firstLeaf(graph, id, 0), { fee: HIGH }).bytes;
  s.package(`${id} / child that does not spend the anchor`, [parent, beside]);
  s.package(`${id} / two children`, [parent, child, beside]);
  s.package(`${id} / child with a child`, [parent, child, grandchild(child)]);
  s.package(`${id} / child before its parent`, [child, parent]);
  const other = edited(parent, (each) => ({ ...each, version: 2 }));
  for (const version of [3, 2]) {
    s.package(`${id} / version 2, with a child of version ${version}`, [
      other,
      anchorChild(other, coin, HIGH, { version }),
    ]);
  }
  visit.packageVariants(id);
}

/** Sends a transaction without fee with the least fee that works; what may stand beside its child; confirms it. */
export function acceptedPackage(visit: Visit, id: StageId): ScenarioBlock {
  const { s, graph } = visit;
  const parent = visit.bytes(id);
  const coin = visit.feeCoin(id);
  const child = anchorChild(parent, coin, leastFee(parent, coin));
  s.package(`${id} / valid, with the least fee`, [parent, child]);
  s.mempool(`${id} / in the mempool`);
  const beside = take(graph, firstLeaf(graph, id, 0), { fee: HIGH }).bytes;
  s.test(`${id} / a sibling of its child`, [beside]);
  s.test(`${id} / a child of its child`, [grandchild(child)]);
  s.test(`${id} / a better child`, [anchorChild(parent, coin, HIGH)]);
  for (const { id: next, zeroFee, wait } of graph.transactions.values()) {
    if (transactionOf(graph, next).parent !== id) continue;
    if (zeroFee) visit.earlyPackage(next);
    else if (wait <= 2) s.test(`${next} / on its parent in the mempool`, [visit.bytes(next)]);
  }
  return s.block({ label: `${id} confirms`, transactions: [parent, child] });
}
