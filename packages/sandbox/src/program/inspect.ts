import { SandboxError } from '../errors.ts';
import { WASI_MODULE, WASI_SIGNATURES } from '../host/signatures.ts';
import { MAX_GLOBALS_BYTES, MAX_MODULE_BYTES, MAX_TABLE_ENTRIES, MAX_TABLES } from '../limits.ts';
import { type ModuleOutline, outlineModule } from './outline.ts';
import { PROFILE } from './program.ts';

/** What inspection tells about a program that the sandbox accepts. */
export interface Inspection {
  readonly profile: typeof PROFILE;
  /** Names of the imported functions of `wasi_snapshot_preview1`. */
  readonly imports: readonly string[];
  /** Pages of 64 KiB that the program starts with. */
  readonly memoryPages: number;
}

/**
 * Checks, without running or compiling it, that a module may be a program of profile `wasi-0`: a WASI preview-1
 * command with only deterministic imports, one exported memory and no start section. The bodies of its functions are
 * validated by the engine later, in a child process ({@link SandboxPool.prepare}).
 *
 * @param wasm - binary module
 * @throws SandboxError naming what is wrong; for imports, which one
 *
 * @example
 * inspectProgram(readFileSync('classify.wasm')).imports; // ['fd_read', 'fd_write', 'proc_exit']
 */
export function inspectProgram(wasm: Uint8Array): Inspection {
  const outline = inspectOutline(wasm);
  return {
    profile: PROFILE,
    imports: outline.imports.map((entry) => entry.name),
    memoryPages: outline.memories[0]!.minimum,
  };
}

/** {@link inspectProgram}, for those who go on to rewrite the module. */
export function inspectOutline(wasm: Uint8Array): ModuleOutline {
  if (wasm.length > MAX_MODULE_BYTES) {
    throw new SandboxError('module-too-large', `a module has at most ${MAX_MODULE_BYTES} bytes`, {
      bytes: wasm.length,
      limit: MAX_MODULE_BYTES,
    });
  }
  const outline = outlineModule(wasm);
  checkImports(outline);
  checkMemory(outline);
  checkTables(outline);
  checkGlobals(outline);
  checkStart(outline);
  return outline;
}

function checkImports(outline: ModuleOutline): void {
  const signatures: Readonly<Record<string, string>> = WASI_SIGNATURES;
  for (const { module, name, kind, type } of outline.imports) {
    const called = `${module}.${name}`;
    if (kind === 'memory') {
      throw new SandboxError(
        'memory-imported',
        `the program imports its memory (${called}) instead of exporting it`,
        {
          import: called,
        },
      );
    }
    const expected =
      module === WASI_MODULE && kind === 'function' && Object.hasOwn(signatures, name)
        ? signatures[name]
        : undefined;
    if (expected === undefined) {
      throw new SandboxError(
        'forbidden-import',
        `the program imports ${called}, which the sandbox does not give`,
        {
          import: called,
        },
      );
    }
    if (outline.types[type ?? -1] !== expected) {
      throw new SandboxError('import-signature', `the program imports ${called} with another signature`, {
        import: called,
      });
    }
  }
}

function checkMemory(outline: ModuleOutline): void {
  if (outline.memories.length > 1) {
    throw new SandboxError('memory-forbidden', 'a program has one memory', {
      memories: outline.memories.length,
    });
  }
  const exported = outline.exports.some(({ name, kind }) => name === 'memory' && kind === 'memory');
  if (outline.memories.length === 0 || !exported) {
    throw new SandboxError('no-memory-export', "a program exports its memory as 'memory'");
  }
}

function checkTables(outline: ModuleOutline): void {
  if (
    outline.tables.length > MAX_TABLES ||
    outline.tables.some((table) => table.minimum > MAX_TABLE_ENTRIES)
  ) {
    throw new SandboxError(
      'table-too-large',
      `a program has at most ${MAX_TABLES} tables of ${MAX_TABLE_ENTRIES} entries`,
      { tables: outline.tables.length },
    );
  }
}

/** Bytes of a global in a trace besides its name: length of the name, kind of value, value. */
const GLOBAL_BYTES = 13;

function checkGlobals(outline: ModuleOutline): void {
  let bytes = 0;
  for (const { name, kind } of outline.exports) {
    if (kind === 'global') bytes += GLOBAL_BYTES + Buffer.byteLength(name);
  }
  if (bytes > MAX_GLOBALS_BYTES) {
    throw new SandboxError(
      'globals-too-large',
      `the exported globals of a program take at most ${MAX_GLOBALS_BYTES} bytes of its trace, not ${bytes}`,
      { bytes, limit: MAX_GLOBALS_BYTES },
    );
  }
}

function checkStart(outline: ModuleOutline): void {
  const start = outline.exports.find(({ name }) => name === '_start');
  const imported = outline.imports.length;
  const type = start?.kind === 'function' ? outline.functions[start.index - imported] : undefined;
  if (type === undefined || outline.types[type] !== ':') {
    throw new SandboxError(
      'no-start-function',
      "a program exports a function '_start' without parameters or results",
    );
  }
}
