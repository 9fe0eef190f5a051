import { describe } from 'vitest';
import { describeEveryTransaction } from './every-transaction.ts';
import { JudgedGraph } from './judged.ts';

// How verdicts are recorded: see five-arbiters.test.ts. With three arbiters k is 2, so that S may leave one out.
describe('n = 3: every transaction of the graph and every variant with one mutation', () => {
  describeEveryTransaction(new JudgedGraph(3));
});
