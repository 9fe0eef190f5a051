import { concatBytes } from '@prometheus-compute/protocol';
import { ScriptCursor } from './parse.ts';

/** What is left of a script, and how often the pattern was found. */
export interface Deletion {
  readonly script: Uint8Array;
  readonly found: number;
}

/**
 * Removes every occurrence of `pattern` that starts where an instruction starts, in one pass. Legacy signature
 * hashes are over a script without the signature itself, an accident of the first implementation that is consensus.
 */
export function findAndDelete(script: Uint8Array, pattern: Uint8Array): Deletion {
  if (pattern.length === 0 || pattern.length > script.length) return { script, found: 0 };
  const kept: Uint8Array[] = [];
  const cursor = new ScriptCursor(script);
  let found = 0;
  let keptTo = 0;
  do {
    const start = cursor.offset;
    while (matches(script, cursor.offset, pattern)) {
      cursor.offset += pattern.length;
      found++;
    }
    if (cursor.offset !== start) {
      kept.push(script.subarray(keptTo, start));
      keptTo = cursor.offset;
    }
  } while (cursor.next());
  if (found === 0) return { script, found };
  kept.push(script.subarray(keptTo));
  return { script: concatBytes(...kept), found };
}

function matches(script: Uint8Array, offset: number, pattern: Uint8Array): boolean {
  if (offset + pattern.length > script.length) return false;
  for (let i = 0; i < pattern.length; i++) if (script[offset + i] !== pattern[i]) return false;
  return true;
}
