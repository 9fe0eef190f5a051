// `npm run search`: every coalition against every honest party, exhaustively, and the table of what it can take.
// `--every-block`: the coalition may act in every block (two minutes). `--rules`: the plays that each rule prevents.
// `--replay 1000`: random plays performed on the development chain; `--seed` chooses others.
import { parseArgs } from 'node:util';
import {
  agrees,
  COURTS,
  checkRandomPlays,
  coalitionName,
  gamesOf,
  gamesOfCourt,
  LESSONS,
  renderTable,
  rowsOf,
  search,
  storyOf,
  violationsOf,
} from '@prometheus-compute/simulation';

const { values } = parseArgs({
  options: {
    'every-block': { type: 'boolean', default: false },
    rules: { type: 'boolean', default: false },
    replay: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
/** What the figure above rests on. */
const ASSUMED =
  'Taken as ideal: Post, the exchange of signatures inside a stage, and confirmation within Δ. Left out: amounts of fees, pinning,\n' +
  'reorganisations, crashes, and the early release of stakes and bond. What each rule prevents: --rules.';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function searchAll(everyBlock: boolean): void {
  const head = ['n/k', 'coalition', 'honest party', 'worst', 'bound', '', 'states', 'plays', 'seconds'];
  const rows: (readonly string[])[] = [];
  const stories: string[] = [];
  let plays = 0n;
  let states = 0;
  for (const court of COURTS) {
    for (const game of gamesOfCourt(court)) {
      const started = performance.now();
      const result = search(game, { everyBlock });
      const seconds = ((performance.now() - started) / 1000).toFixed(2);
      plays += result.plays;
      states += result.states;
      for (const row of rowsOf(result)) rows.push([...row, `${result.states}`, `${result.plays}`, seconds]);
      for (const { story } of violationsOf(result)) stories.push(`${coalitionName(game)}: ${story}`);
    }
  }
  print(renderTable(head, rows));
  print(`\n${states} states, ${plays} plays, ${stories.length} violations`);
  print(ASSUMED);
  for (const story of stories) print(story);
  if (stories.length > 0) process.exitCode = 1;
}

function showRules(): void {
  for (const lesson of Object.values(LESSONS)) {
    const { without } = gamesOf(lesson);
    const name = lesson.off.join(', ') || 'βv ≥ σc (D3)';
    print(`without ${name}, ${coalitionName(without)}: ${storyOf(search(without), lesson.measure)}\n`);
  }
}

function replayPlays(count: number, seed: number): void {
  const ends = new Map<string, number>();
  let different = 0;
  for (const check of checkRandomPlays(count, seed)) {
    const end = check.end.split(':')[0]!;
    ends.set(end, (ends.get(end) ?? 0) + 1);
    if (!agrees(check)) {
      different += 1;
      print(`model and chain differ at ${check.end}: ${check.prevented ?? 'balances'}`);
    }
  }
  const rows = [...ends].sort(([, a], [, b]) => b - a).map(([end, plays]) => [end, `${plays}`]);
  print(renderTable(['end', 'plays'], rows));
  print(`\n${count} plays with seed ${seed} on the development chain, ${different} different`);
  if (different > 0) process.exitCode = 1;
}

if (values.rules) showRules();
else if (values.replay !== undefined) replayPlays(Number(values.replay), Number(values.seed));
else searchAll(values['every-block']);
