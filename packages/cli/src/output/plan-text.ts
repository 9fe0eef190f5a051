import type { JobPlan } from '../engine.ts';
import { blocksText, grouped, percent, signed } from './satoshis.ts';
import { fittedTable, table } from './table.ts';
import { listItem, WIDEST_PROSE, wrapped } from './wrap.ts';

/** Parties as the plan's and the report's tables name them, in their order. */
const PARTIES = ['client', 'worker', 'verifier', 'arbiters', 'fund'] as const;

const INDENT = '  ';

/** What `--dry-run` shows: everything that a Client should know before it signs (U §Before money moves). `columns`: of the terminal. */
export function planText(plan: JobPlan, name: string, columns: number): string {
  const space = columns - INDENT.length;
  const prose = Math.min(space, WIDEST_PROSE);
  const reserve = `${grouped(plan.feeReserve.amount)} sat: ${plan.feeReserve.reason}`;
  return [
    `Plan of ${name}: nothing has been signed or paid.`,
    checking(plan, prose),
    cost(plan),
    exits(plan, space, prose),
    locked(plan, space),
    `Fee reserve\n${indent(wrapped(reserve, prose))}`,
    `Who sees your data\n${indent(plan.disclosure.map((line) => listItem(line, prose)).join('\n'))}`,
  ].join('\n\n');
}

function checking(plan: JobPlan, prose: number): string {
  const first = plan.batches[0];
  const lines = [
    `${plan.batches.length} batches, one contract each; ${plan.parameters.n} arbiters, of whom ${plan.quorum} must agree.`,
    ...plan.batches.map(
      ({ chunks, sampled }, index) =>
        `Batch ${index + 1}: ${chunks} chunks, of which the Verifier checks ${sampled}, drawn after the Worker has committed to all results.`,
    ),
    ...projected(first?.projection ?? null),
  ];
  const rows = (first?.detection ?? []).map(({ badChunks, probability }) => [
    String(badChunks),
    percent(probability),
  ]);
  const caught = table(
    [
      { title: 'wrong chunks in a batch', align: 'right' },
      { title: 'probability of catching it', align: 'right' },
    ],
    rows,
  );
  const loss = -(plan.exits.find(({ scheme }) => scheme === '#4')?.changes.worker ?? 0n);
  const stake = `A Worker that is caught and does not appeal loses ${grouped(loss)} sat (#4).`;
  return `What is checked\n${indent(lines.map((line) => wrapped(line, prose)).join('\n'))}\n\n${indent(caught)}\n\n${indent(stake)}`;
}

/** Both probabilities of `freivalds`: what an honest Verifier finds, and what its fee alone makes it find (F §Verification lock). */
function projected(projection: JobPlan['batches'][number]['projection']): readonly string[] {
  if (projection === null) return [];
  const { rows, withheld, enforced } = projection;
  const chances = enforced
    .map(({ badRows, probability }) => `${badRows}: ${percent(probability)}`)
    .join(', ');
  return [
    `It checks every one of ${grouped(BigInt(rows))} rows without running the model again: a wrong number of a large layer passes with a probability below 2^-59.`,
    `${withheld} rows, drawn by lot, it has to compute itself, or it cannot take its fee. A Verifier that does only this, and says that all is right, still meets a wrong row with this probability (wrong rows: chance): ${chances}. It risks its stake for the rest, and your audit.`,
  ];
}

function cost(plan: JobPlan): string {
  const { reward, settlementFee, retainers, bond, tx0FeeEstimate } = plan.cost.perBatch;
  const batches = BigInt(plan.batches.length);
  const row = (what: string, amount: bigint): string[] => [what, grouped(amount), grouped(amount * batches)];
  const rows = [
    row('reward c, for the Worker and the Verifier', reward),
    row('settlement fee φ, for miners', settlementFee),
    row('retainers nρ, for the arbiters', retainers),
    row('fee of Tx0, estimated', tx0FeeEstimate),
    ['all together', grouped(reward + settlementFee + retainers + tx0FeeEstimate), grouped(plan.cost.total)],
    row('besides: bond b, which comes back', bond),
  ];
  const amounts = table(
    [
      { title: 'satoshis', align: 'left' },
      { title: 'per batch', align: 'right' },
      { title: `${plan.batches.length} batches`, align: 'right' },
    ],
    rows,
  );
  return `What it costs\n${indent(amounts)}`;
}

function exits(plan: JobPlan, space: number, prose: number): string {
  const rows = plan.exits.map(({ scheme, transaction, after, blocks, changes }) => [
    scheme,
    transaction,
    after,
    blocks === null ? 'at once' : blocksText(blocks),
    ...PARTIES.map((party) => signed(changes[party] ?? 0n)),
  ]);
  const ends = fittedTable(
    [
      { title: 'exit', align: 'left' },
      { title: 'transaction', align: 'left' },
      { title: 'not before', align: 'left' },
      { title: 'counted from Tx0', align: 'left' },
      ...PARTIES.map((party) => ({ title: party, align: 'right' }) as const),
    ],
    rows,
    2,
    space,
  );
  const notes = [
    'Net changes in satoshis, per batch; for the decisions of arbiters (#6, #7): when all of them agree.',
    `The Client pays the fee of Tx0 besides (about ${grouped(plan.cost.perBatch.tx0FeeEstimate)} sat); in a dispute, whoever publishes pays for doing so.`,
    'If everybody cooperates it is #3 by Tx4, as soon as the work is checked.',
  ];
  return `How a batch can end\n${indent(ends)}\n${indent(notes.map((note) => listItem(note, prose)).join('\n'))}`;
}

function locked(plan: JobPlan, space: number): string {
  const rows = plan.locked.map(({ party, amount, blocks, note }) => [
    party,
    grouped(amount),
    blocksText(blocks),
    note,
  ]);
  const amounts = fittedTable(
    [
      { title: 'party', align: 'left' },
      { title: 'satoshis', align: 'right' },
      { title: 'at most for', align: 'left' },
      { title: 'what', align: 'left' },
    ],
    rows,
    2,
    space,
  );
  return `What is locked, per batch\n${indent(amounts)}`;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, INDENT);
}
