import { describe } from 'vitest';
import { describeEveryTransaction } from './every-transaction.ts';
import { JudgedGraph } from './judged.ts';

// How verdicts are recorded: see five-arbiters.test.ts.
describe('n = 7: every transaction of the graph; all variants of one decision of each family and size, four of the others', () => {
  describeEveryTransaction(new JudgedGraph(7, { thin: true }));
});
