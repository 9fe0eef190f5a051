import { SandboxError } from '../errors.ts';
import { MAX_MODULE_ENTRIES } from '../limits.ts';
import { ModuleReader } from './reader.ts';

/** Section ids of the binary format that a program may have, and the place of each in the order (datacount, 12, comes before code). */
const ORDER: Readonly<Record<number, number>> = {
  1: 1,
  2: 2,
  3: 3,
  4: 4,
  5: 5,
  6: 6,
  7: 7,
  8: 8,
  9: 9,
  12: 10,
  10: 11,
  11: 12,
};

/** Value types as one letter each: i32 `i`, i64 `I`, f32 `f`, f64 `F`, v128 `v`, funcref `r`, externref `e`. */
const VALUE_TYPES: Readonly<Record<number, string>> = {
  127: 'i',
  126: 'I',
  125: 'f',
  124: 'F',
  123: 'v',
  112: 'r',
  111: 'e',
};

/** Limits of a memory (pages) or a table (entries). */
export interface SizeLimits {
  readonly minimum: number;
  readonly maximum: number | undefined;
}

/** Kinds of imports and exports in the order of their codes. */
export type ExternKind = 'function' | 'table' | 'memory' | 'global' | 'tag';
const KINDS: readonly ExternKind[] = ['function', 'table', 'memory', 'global', 'tag'];

/** A section that the sandbox rewrites: where it stands, header included. */
export interface SectionPlace {
  readonly start: number;
  readonly end: number;
}

/** What the sandbox has to know of a module before an engine sees it. Bodies of functions are left to the engine. */
export interface ModuleOutline {
  /** Signatures as letters, e.g. `iI:i` for (i32, i64) → i32. */
  readonly types: readonly string[];
  readonly imports: readonly { module: string; name: string; kind: ExternKind; type: number | undefined }[];
  /** Type indexes of the module's own functions. */
  readonly functions: readonly number[];
  readonly tables: readonly (SizeLimits & { readonly element: number })[];
  readonly memories: readonly SizeLimits[];
  readonly exports: readonly { name: string; kind: ExternKind; index: number }[];
  readonly tableSection: SectionPlace | undefined;
  readonly memorySection: SectionPlace | undefined;
}

/**
 * Parses sections 1–5 and 7 of a module; refuses what no program may have: a start section, sections out of order or
 * twice, unknown sections, types other than functions over plain values, shared or 64-bit memories.
 *
 * @throws SandboxError `module-malformed`, `start-section`, `feature-forbidden`, `memory-forbidden`
 */
export function outlineModule(wasm: Uint8Array): ModuleOutline {
  const reader = new ModuleReader(wasm);
  for (const expected of [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]) {
    if (reader.byte() !== expected) throw reader.malformed('wrong magic number or version');
  }
  const outline = {
    types: [] as string[],
    imports: [] as { module: string; name: string; kind: ExternKind; type: number | undefined }[],
    functions: [] as number[],
    tables: [] as (SizeLimits & { element: number })[],
    memories: [] as SizeLimits[],
    exports: [] as { name: string; kind: ExternKind; index: number }[],
    tableSection: undefined as SectionPlace | undefined,
    memorySection: undefined as SectionPlace | undefined,
  };
  let last = 0;
  while (!reader.done) {
    const start = reader.offset;
    const id = reader.byte();
    const section = reader.part(reader.u32());
    if (id === 0) continue;
    const order = ORDER[id];
    if (order === undefined) throw forbidden(`section ${id} (exceptions and other extensions)`);
    if (order <= last) throw section.malformed('section out of order');
    last = order;
    switch (id) {
      case 1:
        list(section, () => outline.types.push(functionType(section)));
        break;
      case 2:
        list(section, () => outline.imports.push(readImport(section)));
        break;
      case 3:
        list(section, () => outline.functions.push(section.u32()));
        break;
      case 4:
        list(section, () => outline.tables.push(tableType(section)));
        outline.tableSection = { start, end: section.end };
        break;
      case 5:
        list(section, () => outline.memories.push(sizeLimits(section)));
        outline.memorySection = { start, end: section.end };
        break;
      case 7:
        list(section, () =>
          outline.exports.push({ name: section.name(), kind: kind(section), index: section.u32() }),
        );
        break;
      case 8:
        throw new SandboxError(
          'start-section',
          'the module has a start section, which would run before the chunk is set',
        );
    }
  }
  return outline;
}

function forbidden(what: string): SandboxError {
  return new SandboxError('feature-forbidden', `programs of profile wasi-0 may not use ${what}`, {
    feature: what,
  });
}

function list(section: ModuleReader, entry: () => void): void {
  const count = section.count();
  if (count > MAX_MODULE_ENTRIES) {
    throw new SandboxError(
      'module-too-large',
      `a module has at most ${MAX_MODULE_ENTRIES} types, imports, functions or exports`,
      { entries: count, limit: MAX_MODULE_ENTRIES },
    );
  }
  for (let i = 0; i < count; i++) entry();
  if (!section.done) throw section.malformed('section longer than its entries');
}

function kind(reader: ModuleReader): ExternKind {
  const found = KINDS[reader.byte()];
  if (found === undefined) throw reader.malformed('unknown kind of import or export');
  return found;
}

function valueTypes(reader: ModuleReader): string {
  let letters = '';
  for (let left = reader.count(); left > 0; left--) {
    const letter = VALUE_TYPES[reader.byte()];
    if (letter === undefined) throw forbidden('types of the garbage collection proposal');
    letters += letter;
  }
  return letters;
}

function functionType(reader: ModuleReader): string {
  if (reader.byte() !== 0x60) throw forbidden('types of the garbage collection proposal');
  return `${valueTypes(reader)}:${valueTypes(reader)}`;
}

function readImport(reader: ModuleReader) {
  const module = reader.name();
  const name = reader.name();
  const imported = kind(reader);
  let type: number | undefined;
  switch (imported) {
    case 'function':
      type = reader.u32();
      break;
    case 'table':
      tableType(reader);
      break;
    case 'memory':
      sizeLimits(reader);
      break;
    case 'global':
      reader.byte();
      reader.byte();
      break;
    case 'tag':
      throw forbidden('exceptions');
  }
  return { module, name, kind: imported, type };
}

function tableType(reader: ModuleReader): SizeLimits & { element: number } {
  const element = reader.byte();
  if (element !== 0x70 && element !== 0x6f) throw forbidden('tables other than of funcref and externref');
  return { element, ...sizeLimits(reader) };
}

function sizeLimits(reader: ModuleReader): SizeLimits {
  const flags = reader.byte();
  if (flags > 1) {
    throw new SandboxError(
      'memory-forbidden',
      'shared memories, 64-bit memories and 64-bit tables are not allowed',
      {
        flags,
      },
    );
  }
  return { minimum: reader.u32(), maximum: flags === 1 ? reader.u32() : undefined };
}
