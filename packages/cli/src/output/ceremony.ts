import {
  type CeremonyReplay,
  type CeremonyStepName,
  type Culprit,
  outpointKey,
  type Parameters,
  type RankedStake,
  toHex,
} from '@prometheus-compute/protocol';
import type { Json } from './json.ts';
import { grouped, jsonSatoshis } from './satoshis.ts';
import { fittedTable } from './table.ts';
import { WIDEST_PROSE, wrapped } from './wrap.ts';

/** What each step checks, and where the rule stands. */
const CHECKED: Readonly<Record<CeremonyStepName, readonly [rule: string, what: string]>> = {
  messages: ['Y §Replay', 'every message is signed by a party of the contract'],
  contract: ['M §Sequence', 'all three agreed to one contract'],
  snapshot: ['Y §Snapshot', 'stakes that were unspent and old enough'],
  seeds: ['Y §Oracle', 'the seeds are those of the contract, opened in their order'],
  union: ['Y §Union', 'the acceptances hold, and the first by rank are the arbiters'],
  agreement: ['Y §Agreement', 'all three signed these arbiters'],
};
const STEPS = Object.keys(CHECKED) as readonly CeremonyStepName[];

/** What the replay cannot know: without it, a file about a chain that never was would pass for a draw. */
const NO_CHAIN =
  'No chain was asked. The general terms (P), the stakes and the block of the draw are what the file says, and only who trusts its maker knows that they are on the chain: look them up with a node of your own.';

/** A replay for people: every step with what it gave, and who was drawn and why. */
export function ceremonyText(replay: CeremonyReplay, minimumAge: number, columns: number): string {
  const width = Math.min(columns, WIDEST_PROSE);
  const parts = [
    replay.steps.map(({ name, result }) => wrapped(`ok      ${name}: ${result}`, width)).join('\n'),
  ];
  if (replay.kind === 'failed') parts.push(wrapped(faultText(replay), width));
  const { ranking } = replay;
  if (ranking !== null) {
    parts.push(rankingTable(ranking, columns));
    const legend = `rank: place in the draw, of the stakes that were unspent at the snapshot and at least ${minimumAge} blocks old. shown by: whose lists have the arbiter's acceptance. The first that accepted are drawn.`;
    parts.push(wrapped(legend, width));
  }
  if (replay.kind === 'complete') parts.push('The ceremony holds.');
  parts.push(wrapped(NO_CHAIN, width));
  return parts.filter((part) => part !== '').join('\n\n');
}

function faultText({ failedStep, fault }: Extract<CeremonyReplay, { kind: 'failed' }>): string {
  const [rule, what] = CHECKED[failedStep];
  const culprit =
    fault.culprit === null ? 'Nobody can be named.' : `At fault: ${culpritText(fault.culprit)}.`;
  return `FAILED  ${failedStep}: ${fault.reason}. ${culprit} The rule: ${what} (${rule}).`;
}

const culpritText = (culprit: Culprit): string =>
  culprit.kind === 'party'
    ? `the ${culprit.party}`
    : `the arbiter with the stake ${outpointKey(culprit.outpoint)}`;

function rankingTable(ranking: readonly RankedStake[], columns: number): string {
  const rows = ranking.map(({ outpoint, amount, index, shownBy }, place) => [
    String(place + 1),
    index === null ? '' : `A_${index}`,
    shownBy.join(', '),
    outpointKey(outpoint),
    grouped(amount),
  ]);
  return fittedTable(
    [
      { title: 'rank', align: 'right' },
      { title: 'drawn', align: 'left' },
      { title: 'shown by', align: 'left' },
      { title: 'stake', align: 'left' },
      { title: 'satoshis', align: 'right' },
    ],
    rows,
    2,
    columns,
  );
}

/** A replay for programs (docs/job-report.md): field names are stable. */
export function ceremonyJson(replay: CeremonyReplay, parameters: Parameters, minimumAge: number): Json {
  const fault = replay.kind === 'failed' ? replay.fault : null;
  return {
    format: 'prometheus/ceremony-check/1',
    complete: replay.kind === 'complete',
    chainAsked: false,
    arbiters: parameters.n,
    minimumAge,
    steps: STEPS.map((name) => {
      const held = replay.steps.find((step) => step.name === name);
      const failed = replay.kind === 'failed' && replay.failedStep === name;
      return {
        name,
        rule: CHECKED[name][0],
        outcome: held !== undefined ? 'holds' : failed ? 'failed' : 'not-reached',
        result: held?.result ?? null,
      };
    }),
    fault:
      fault === null
        ? null
        : {
            code: fault.code,
            reason: fault.reason,
            culprit:
              fault.culprit === null
                ? null
                : fault.culprit.kind === 'party'
                  ? fault.culprit.party
                  : outpointKey(fault.culprit.outpoint),
          },
    graphId: replay.kind === 'complete' ? toHex(replay.graphId) : null,
    ranking: (replay.ranking ?? []).map(({ outpoint, amount, index, shownBy }) => ({
      stake: outpointKey(outpoint),
      amount: jsonSatoshis(amount),
      drawn: index,
      shownBy: [...shownBy],
    })),
  };
}
