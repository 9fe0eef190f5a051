import { expect, it } from 'vitest';
import { ALLOWED, type JudgedGraph } from './judged.ts';
import { verdictText } from './verdict-table.ts';

const NOT_YET = /non-BIP68-final/;

/** Variants that are allowed beside the valid form of a transaction. */
const ALSO_ALLOWED = [
  /^Tx4 \/ on Tx0 in the mempool$/,
  /^stake 1 \/ together, on Tx0 in the mempool$/,
  /^\S+ \/ with a child$/,
  /^Tx4'? \/ with the fee output taken$/,
  /^Tx\w+ \/ a better child$/,
  /^theft from TxAc? \/ everybody agrees$/,
  /^fee output, Verifier \/ after the window$/,
  /^(?:settlements|verdicts) in conflict \/ .*(?:with a child|its child|pays more|pays more again)$/,
];

/** What holds for every transaction of a graph, whatever n is. */
export function describeEveryTransaction(judged: JudgedGraph): void {
  const transactions = [...judged.graph.transactions.values()];
  const valid = ({ id, zeroFee }: (typeof transactions)[number]): string =>
    `${id} / ${zeroFee ? 'valid, with the least fee' : 'valid'}`;

  it('every verdict is that of bitcoind', async () => {
    expect(Object.keys(await judged.verdicts()).length).toBeGreaterThan(transactions.length * 8);
  });

  it('every transaction is taken as soon as its wait is over', async () => {
    await judged.expectAllowed(...transactions.map(valid));
  });

  it('every transaction that waits is refused one block early', async () => {
    const waiting = transactions.filter(({ wait }) => wait > 0);
    expect(waiting.length).toBeGreaterThan(10);
    await judged.expectRefused(NOT_YET, ...waiting.map(({ id }) => `${id} / one block early`));
  });

  it('nothing else is taken: no variant of any transaction', async () => {
    const labels = Object.entries(await judged.verdicts())
      .filter(([label, verdict]) => label.includes(' / ') && ALLOWED.test(verdictText(verdict)))
      .map(([label]) => label)
      .filter((label) => !/ \/ valid(?:, with the least fee)?$/.test(label))
      .filter((label) => !ALSO_ALLOWED.some((pattern) => pattern.test(label)));
    expect(labels).toEqual([]);
  });
}
