import { hash } from 'node:crypto';
import {
  Engine,
  type EngineGlobal,
  type EngineInstance,
  type EngineMemory,
  type EngineModule,
} from '../host/engine.ts';
import { WASI_MODULE } from '../host/signatures.ts';
import { type RunInput, StopSignal, WasiHost } from '../host/wasi.ts';
import { encodeFailure, type Failure, isReserved } from '../outcome/failure.ts';
import type { WasiOutcome, WasiTrace } from '../outcome/outcome.ts';

/** The host itself failed, not the program: no result. */
export class HostFault extends Error {}

/**
 * Runs a program once, in a fresh instance, to its end: to be called only where nothing is lost when it never ends.
 *
 * @param module - capped and compiled
 * @throws HostFault when the machine could not do it (no memory for the instance, a broken host)
 */
export function execute(module: EngineModule, run: RunInput): WasiOutcome {
  const host = new WasiHost(run);
  let instance: EngineInstance;
  try {
    instance = new Engine.Instance(module, { [WASI_MODULE]: { ...host.functions() } });
  } catch (error) {
    if (error instanceof Engine.RuntimeError) return failed({ kind: 'trap', exitCode: 0 }, emptyTrace());
    throw new HostFault('the instance could not be made', { cause: error });
  }
  const { memory, _start: start } = instance.exports as { memory: EngineMemory; _start: () => void };
  host.attach(memory);
  let trap: Failure | undefined;
  try {
    start();
  } catch (error) {
    trap = classify(error);
  }
  // what the host decided stands, even where the program caught the signal that should have ended it
  if (host.stop?.kind === 'output-limit')
    return failed({ kind: 'output-limit', exitCode: 0 }, traceOf(instance));
  if (host.stop?.kind === 'exit' && host.stop.exitCode !== 0) return failed(host.stop, traceOf(instance));
  if (host.stop === undefined && trap !== undefined) {
    return failed(trap, trap.kind === 'stack' ? emptyTrace() : traceOf(instance));
  }
  const output = host.output();
  if (isReserved(output)) return failed({ kind: 'reserved-output', exitCode: 0 }, traceOf(instance));
  return { kind: 'done', output, trace: traceOf(instance) };
}

/**
 * The failure behind an exception that came out of a program. V8 reports an exhausted stack as a RangeError with this
 * message; any other error of the host's own code is a fault of the host.
 */
function classify(error: unknown): Failure | undefined {
  if (error instanceof StopSignal) return undefined;
  if (error instanceof Engine.RuntimeError) return { kind: 'trap', exitCode: 0 };
  if (error instanceof RangeError && error.message === 'Maximum call stack size exceeded') {
    return { kind: 'stack', exitCode: 0 };
  }
  throw new HostFault('the host failed', { cause: error });
}

function failed(failure: Failure, trace: WasiTrace): WasiOutcome {
  return { kind: 'failed', failure, output: encodeFailure(failure), trace };
}

function emptyTrace(): WasiTrace {
  return {
    kind: 'wasi',
    memoryPages: 0,
    memoryDigest: sha256(new Uint8Array(0)),
    globals: new Uint8Array(0),
  };
}

function traceOf(instance: EngineInstance): WasiTrace {
  const exported = instance.exports as { memory: EngineMemory };
  const memory = new Uint8Array(exported.memory.buffer);
  return {
    kind: 'wasi',
    memoryPages: memory.length / 65_536,
    memoryDigest: sha256(memory),
    globals: globalsOf(instance),
  };
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha256', bytes, 'buffer'));
}

/** Format: {@link WasiTrace.globals}. */
function globalsOf(instance: EngineInstance): Uint8Array {
  const entries: { name: Buffer; value: number | bigint }[] = [];
  for (const [name, exported] of Object.entries(instance.exports)) {
    if (!(exported instanceof Engine.Global)) continue;
    const value = numberOf(exported);
    if (value !== undefined) entries.push({ name: Buffer.from(name), value });
  }
  entries.sort((a, b) => Buffer.compare(a.name, b.name));
  return Buffer.concat(
    entries.flatMap(({ name, value }) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(name.length);
      const number = Buffer.alloc(9);
      number[0] = typeof value === 'bigint' ? 2 : 1;
      if (typeof value === 'bigint') number.writeBigInt64LE(value, 1);
      else if (Number.isNaN(value)) number.writeBigUInt64LE(0x7ff8_0000_0000_0000n, 1);
      else number.writeDoubleLE(value, 1);
      return [length, name, number];
    }),
  );
}

/** Value of a global of a number type; undefined for references, and for v128, which throws when read. */
function numberOf(global: EngineGlobal): number | bigint | undefined {
  try {
    const value: unknown = global.value;
    return typeof value === 'number' || typeof value === 'bigint' ? value : undefined;
  } catch {
    return undefined;
  }
}
