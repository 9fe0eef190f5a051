import { closestMatch } from 'leven';
import { z } from 'zod';
import { jobFileSchema } from './schema.ts';

/** The field name of the job file that is most like `typed`, if one is near enough to be what was meant. */
export function nearestFieldName(typed: string): string | undefined {
  const names = [...fieldNames(z.toJSONSchema(jobFileSchema, { io: 'input' }))];
  return closestMatch(typed, names, { maxDistance: Math.min(2, Math.ceil(typed.length / 2) - 1) });
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
