/** A tiny builder of WebAssembly modules, for programs that no compiler would make. */

const I32 = 0x7f;
const I64 = 0x7e;

/** Signatures that the tests import. */
const TYPES = {
  'fd_read/write': [[I32, I32, I32, I32], [I32]],
  proc_exit: [[I32], []],
  'two pointers': [[I32, I32], [I32]],
  clock: [[I32, I64, I32], [I32]],
  nothing: [[], []],
} as const;
type TypeName = keyof typeof TYPES;
const TYPE_NAMES = Object.keys(TYPES) as TypeName[];

export interface ModuleDescription {
  readonly imports?: readonly { module?: string; name: string; type: TypeName }[];
  /** Raw entry of the import section, after those above. */
  readonly rawImport?: readonly number[];
  /** Raw entries of the memory section: flags, minimum, maximum. */
  readonly memories?: readonly (readonly number[])[];
  readonly tables?: readonly (readonly number[])[];
  /** Raw entries of the global section, all exported as g0, g1, … */
  readonly globals?: readonly (readonly number[])[];
  /** Name of the one global, instead of g0. */
  readonly globalName?: string;
  readonly memoryName?: string;
  readonly startName?: string;
  readonly startType?: TypeName;
  readonly startSection?: boolean;
  readonly extraSection?: readonly number[];
  /** Instructions of `_start`, without the final end. Function 0 is the first import; `_start` comes after them. */
  readonly code?: readonly number[];
  readonly data?: readonly { offset: number; bytes: readonly number[] }[];
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** i32.const */
export function i32(value: number): number[] {
  const bytes = [0x41];
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

export const call = (index: number): number[] => [0x10, ...unsigned(index)];
export const DROP = 0x1a;
/** i32.store of the two operands on the stack, at an offset. */
export const store = (offset: number): number[] => [0x36, 0x02, ...unsigned(offset)];
export const load = (offset: number): number[] => [0x28, 0x02, ...unsigned(offset)];

const text = (value: string): number[] => {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
};
const vector = (entries: readonly (readonly number[])[]): number[] => [
  ...unsigned(entries.length),
  ...entries.flat(),
];
const section = (id: number, entries: readonly (readonly number[])[]): number[] => {
  if (entries.length === 0) return [];
  const content = vector(entries);
  return [id, ...unsigned(content.length), ...content];
};

/** A module with one function, exported as `_start`, and one memory, exported as `memory`. */
export function buildModule(description: ModuleDescription = {}): Uint8Array {
  const imports = (description.imports ?? []).map(({ module = 'wasi_snapshot_preview1', name, type }) => [
    ...text(module),
    ...text(name),
    0x00,
    TYPE_NAMES.indexOf(type),
  ]);
  if (description.rawImport !== undefined) imports.push([...description.rawImport]);
  const start = (description.imports ?? []).length;
  const memories = description.memories ?? [[0x00, 0x01]];
  const globals = description.globals ?? [];
  const code = [0x00, ...(description.code ?? []), 0x0b];
  const exports = [
    ...(memories.length > 0 ? [[...text(description.memoryName ?? 'memory'), 0x02, 0x00]] : []),
    [...text(description.startName ?? '_start'), 0x00, ...unsigned(start)],
    ...globals.map((_, index) => [...text(description.globalName ?? `g${index}`), 0x03, index]),
  ];
  const types = TYPE_NAMES.map((name) => [
    0x60,
    ...vector(TYPES[name][0].map((type) => [type])),
    ...vector(TYPES[name][1].map((type) => [type])),
  ]);
  const startSection = [0x08, ...unsigned(unsigned(start).length), ...unsigned(start)];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, types),
    ...section(2, imports),
    ...section(3, [[TYPE_NAMES.indexOf(description.startType ?? 'nothing')]]),
    ...section(4, description.tables ?? []),
    ...section(5, memories),
    ...section(6, globals),
    ...section(7, exports),
    ...(description.startSection === true ? startSection : []),
    ...(description.extraSection ?? []),
    ...section(10, [[...unsigned(code.length), ...code]]),
    ...section(
      11,
      (description.data ?? []).map(({ offset, bytes }) => [
        0x00,
        ...i32(offset),
        0x0b,
        ...vector(bytes.map((byte) => [byte])),
      ]),
    ),
  ]);
}
