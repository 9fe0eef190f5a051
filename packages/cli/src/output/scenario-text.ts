import type { SCENARIOS, ScenarioReport } from '@prometheus-compute/simulation';
import { grouped, signed } from './satoshis.ts';
import { fittedTable } from './table.ts';
import { wrapped } from './wrap.ts';

type Entry = ScenarioReport['timeline'][number];

/** Characters of a txid that tell the transactions of a story apart. */
const SHORT_TXID = 8;

/** Every scenario with its one sentence, by topic. */
export function scenarioListText(topics: typeof SCENARIOS, columns: number): string {
  return topics
    .map(({ topic, scenarios }) => {
      const items = scenarios.map(({ name, about }) => `  ${name}\n${indented(about, '    ', columns)}`);
      return [`${topic.charAt(0).toUpperCase()}${topic.slice(1)}`, ...items].join('\n');
    })
    .join('\n\n');
}

/** The story of a scenario, how it ended, and what everybody has got from it. */
export function scenarioText(report: ScenarioReport, columns: number): string {
  return [
    wrapped(report.about, columns),
    timelineText(report.timeline, columns),
    endingText(report, columns),
    ...observations(report, columns),
    balancesText(report, columns),
  ].join('\n\n');
}

function timelineText(timeline: readonly Entry[], columns: number): string {
  const lines = mergedByParty(timeline);
  const block = Math.max('block'.length, ...lines.map(({ entry }) => grouped(entry.height).length));
  const who = Math.max(...lines.map((line) => line.who.length));
  const prefix = ' '.repeat(block + 2 + who + 2);
  let last = '';
  return lines
    .map(({ entry, who: names }) => {
      const { what, why, transaction } = entry;
      const height = grouped(entry.height);
      const shown = height === last ? '' : height;
      last = height;
      const txid = transaction === null ? '' : ` [${transaction.txid.slice(0, SHORT_TXID)}]`;
      const text = `${what}${txid}${why === '' ? '' : `: ${why}`}`;
      const body = wrapped(text, columns - prefix.length).replaceAll('\n', `\n${prefix}`);
      return `${shown.padStart(block)}  ${names.padEnd(who)}  ${body}`;
    })
    .join('\n');
}

/** What several parties do at one height is one line: arbiters mostly do the same. */
function mergedByParty(
  timeline: readonly Entry[],
): readonly { readonly entry: Entry; readonly who: string }[] {
  const groups = new Map<string, { readonly entry: Entry; readonly names: string[] }>();
  for (const entry of timeline) {
    const key = JSON.stringify([entry.height, entry.what, entry.why]);
    const group = groups.get(key) ?? { entry, names: [] };
    group.names.push(entry.who);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ entry, names }) => ({ entry, who: together(names) }));
}

function together(names: readonly string[]): string {
  const arbiters = names.filter((name) => name.startsWith('arbiter-'));
  const others = names.filter((name) => !name.startsWith('arbiter-'));
  const court = arbiters.length > 1 ? [`${arbiters.length} arbiters`] : arbiters;
  return [...others, ...court].join(', ');
}

function endingText({ ending, decrypted, blocks, seed }: ScenarioReport, columns: number): string {
  const frame = `It took ${grouped(blocks)} blocks; the seed was "${seed}".`;
  switch (ending.kind) {
    case 'settled': {
      const secret =
        decrypted === null
          ? 'The Client has not learned h_p.'
          : `The Client has learned h_p, and can read ${decrypted ? 'every' : 'not every'} result.`;
      const text = `${ending.settlement} in block ${grouped(ending.height)} ends it: scheme #${ending.scheme}. ${secret} ${frame}`;
      return wrapped(text, columns);
    }
    case 'abandoned':
      return wrapped(
        `The setup was given up (${ending.fault.code}): ${ending.fault.reason}. Nothing of the contract is on the chain. ${frame}`,
        columns,
      );
    case 'refused':
      return wrapped(`The Client's own node did not begin: ${ending.reason} ${frame}`, columns);
  }
}

function observations({ observations: shown }: ScenarioReport, columns: number): readonly string[] {
  const lines = Object.entries(shown).map(([name, value]) => wrapped(`${name}: ${value}`, columns));
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function balancesText({ balances, fund, fees }: ScenarioReport, columns: number): string {
  const rows = balances.map(({ party, before, after, change, fees: paid }) => [
    party,
    grouped(before),
    grouped(after),
    signed(change),
    signed(-paid.commitment),
    signed(-paid.children),
    signed(-paid.sweeps),
  ]);
  const mined = fees.reduce((sum, { fee }) => sum + fee, 0n);
  const body = fittedTable(
    [
      { title: 'party', align: 'left' },
      ...['before', 'after', 'contract', 'Tx0’s fee', 'children', 'sweeps'].map(
        (title) => ({ title, align: 'right' }) as const,
      ),
    ],
    [...rows, ['fund', '', '', signed(fund), '', '', ''], ['miners', '', '', signed(mined), '', '', '']],
    1,
    columns,
  );
  const legend =
    'Satoshis. contract: what the contract brought or took, without fees, and for the Client without φ and the retainers. children: fees of children that paid for transactions of the contract. sweeps: fees for moving own coins.';
  return `${body}\n${wrapped(legend, columns)}`;
}

const indented = (text: string, prefix: string, columns: number): string =>
  `${prefix}${wrapped(text, columns - prefix.length).replaceAll('\n', `\n${prefix}`)}`;
