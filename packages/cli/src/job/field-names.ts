import { z } from 'zod';
import { jobFileSchema } from './schema.ts';

/** The field name of the job file that is most like `typed`, if one is near enough to be what was meant. */
export function nearestFieldName(typed: string): string | undefined {
  let nearest: string | undefined;
  let least = Math.min(3, Math.ceil(typed.length / 2));
  for (const name of fieldNames(z.toJSONSchema(jobFileSchema, { io: 'input' }))) {
    const distance = editDistance(typed.toLowerCase(), name.toLowerCase());
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

function fieldNames(schema: unknown): Set<string> {
  const names = new Set<string>();
  if (typeof schema !== 'object' || schema === null) return names;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties' && typeof value === 'object' && value !== null) {
      for (const name of Object.keys(value)) names.add(name);
    }
    for (const name of fieldNames(value)) names.add(name);
  }
  return names;
}

/** Levenshtein's distance: insertions, deletions and replacements of one character. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[right.length]!;
}
