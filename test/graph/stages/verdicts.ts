import type { ScenarioBlock } from '../../../packages/bitcoin/test/differential/scenario.ts';
import { anchorChild } from '../children.ts';
import { firstLeaf, take } from '../forms.ts';
import type { Visit } from '../visit.ts';
import { acceptedPackage, HIGH, refusedPackages } from './packages.ts';

/** What spends Tx0 or the other verdict: TxV1 and TxV0 differ, so nothing fits both. */
function notOfThisBranch(visit: Visit, id: 'TxV1' | 'TxV0'): void {
  const { s, graph } = visit;
  const other = id === 'TxV1' ? 'TxV0' : 'TxV1';
  for (const { id: next, parent, zeroFee } of graph.transactions.values()) {
    if (parent !== other && parent !== 'Tx0') continue;
    if (next === id) continue;
    const bytes = visit.bytes(next);
    const label = `${next} / on ${id}`;
    if (zeroFee) s.package(label, [bytes, anchorChild(bytes, visit.feeCoin(next), HIGH)]);
    else s.test(label, [bytes]);
  }
}

/** D6: C, W and V with k arbiters, against the arbiter that is left out. */
function theft(visit: Visit, id: 'TxA' | 'TxAc'): void {
  const { s, graph } = visit;
  const spend = firstLeaf(graph, id, 0);
  const { n } = graph.terms.parameters;
  const outsider = `arbiter:${n}` as const;
  const position = spend.signers.indexOf(outsider);
  const group = `theft from ${id}`;
  s.test(`${group} / everybody agrees`, [take(graph, spend).bytes]);
  for (const instead of [null, 'client', 'arbiter:1'] as const) {
    const signers = spend.signers.map((signer) => (signer === outsider ? instead : signer));
    s.test(`${group} / ${instead ?? 'nobody'} signs for ${outsider}`, [
      take(graph, spend, { signers }).bytes,
    ]);
  }
  const consent = [...graph.transactions.values()].find(
    (each) => each.parent === id && each.id.includes(':') && !each.id.endsWith(`${n}`),
  )!;
  const signature = visit.signature(consent.id, outsider);
  s.test(`${group} / a signature of ${outsider} on another decision`, [
    take(graph, spend, { instead: new Map([[position, signature]]) }).bytes,
  ]);
}

/** The branch in which a verdict is on the chain, and the appeal or challenge after it. */
export function verdictBranch(visit: Visit, verdict: 'TxV1' | 'TxV0'): ScenarioBlock {
  const { s } = visit;
  const appeal = verdict === 'TxV1' ? 'TxAc' : 'TxA';
  const confirmed = acceptedPackage(visit, verdict);
  notOfThisBranch(visit, verdict);
  refusedPackages(visit, appeal);
  s.mempool(`${appeal} / nothing got in`);
  visit.advance(confirmed.height + 1);
  const next = s.tip;
  visit.along(visit.settlements(verdict, confirmed.height));
  visit.leave(`back to ${verdict}`, next, confirmed);
  const appealed = acceptedPackage(visit, appeal);
  theft(visit, appeal);
  visit.along(visit.settlements(appeal, appealed.height));
  return confirmed;
}
