import { SandboxError } from '../errors.ts';
import { MAX_TABLE_ENTRIES } from '../limits.ts';
import { inspectOutline } from './inspect.ts';
import type { SizeLimits } from './outline.ts';
import { encodeU32 } from './reader.ts';

/**
 * The module that really runs: the given one with the maximum of its memory set to the contract's limit where it
 * declares none or a larger one, and the same for tables. Compilers rarely declare a maximum, so refusing would refuse
 * almost every program; and a cap written into the module makes `memory.grow` fail at the same page for everybody.
 *
 * @param wasm - a module as the contract's program hash names it
 * @param memoryPages - the contract's limit
 * @throws SandboxError of the inspection, or `memory-too-large` when it starts with more than the limit
 */
export function capModule(wasm: Uint8Array, memoryPages: number): Uint8Array<ArrayBuffer> {
  const outline = inspectOutline(wasm);
  const memory = outline.memories[0]!;
  if (memory.minimum > memoryPages) {
    throw new SandboxError(
      'memory-too-large',
      `the program starts with ${memory.minimum} pages of memory where ${memoryPages} are allowed`,
      { pages: memory.minimum, limit: memoryPages },
    );
  }
  const tables = outline.tables.map((table) => [table.element, ...capped(table, MAX_TABLE_ENTRIES)]);
  const parts: Uint8Array[] = [];
  let copied = 0;
  for (const [place, id, entries] of [
    [outline.tableSection, 4, tables],
    [outline.memorySection, 5, [capped(memory, memoryPages)]],
  ] as const) {
    if (place === undefined) continue;
    const content = [...encodeU32(entries.length), ...entries.flat()];
    parts.push(
      wasm.subarray(copied, place.start),
      Uint8Array.of(id, ...encodeU32(content.length), ...content),
    );
    copied = place.end;
  }
  parts.push(wasm.subarray(copied));
  const module = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    module.set(part, offset);
    offset += part.length;
  }
  return module;
}

function capped(limits: SizeLimits, cap: number): number[] {
  const maximum = Math.min(limits.maximum ?? cap, cap);
  return [0x01, ...encodeU32(limits.minimum), ...encodeU32(maximum)];
}
