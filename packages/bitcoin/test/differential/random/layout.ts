import { createHash } from 'node:crypto';
import type { JsonValue } from '../../../src/index.ts';
import type { Layout } from '../compare.ts';

/** Characters of a verdict that a fixture holds as it is. */
const LONGEST = 160;

/** Writes long verdicts, such as the contents of the mempool, as digests: random scenarios have hundreds of them. */
export const digestsOfLongVerdicts: Layout = (verdicts) =>
  Object.fromEntries(
    Object.entries(verdicts).map(([label, verdict]): [string, JsonValue] => {
      const text = JSON.stringify(verdict);
      if (text.length <= LONGEST) return [label, verdict];
      return [label, createHash('sha256').update(text).digest('hex').slice(0, 16)];
    }),
  );
