import type { EngineMemory } from './engine.ts';
import { OutputBuffer } from './output.ts';
import { RandomStream } from './random.ts';
import type { WasiFunction } from './signatures.ts';

/** WASI error numbers that the host answers. */
const ERRNO = { success: 0, badf: 8, fault: 21, inval: 28, spipe: 70 } as const;

/** Why the host ended a program before it returned by itself. */
export type HostStop =
  | { readonly kind: 'exit'; readonly exitCode: number }
  | { readonly kind: 'output-limit' };

/** Unwinds a program's stack; what it means is in {@link WasiHost.stop}. */
export class StopSignal extends Error {}

/** What a run is given. */
export interface RunInput {
  readonly input: Uint8Array;
  /** 32 bytes: seed of the random stream. */
  readonly seed: Uint8Array;
  readonly arguments: readonly string[];
  readonly outputBytes: number;
}

type Implementation = Readonly<Record<WasiFunction, (...values: never[]) => number>>;

/**
 * WASI preview 1 for one run of a command: the chunk on standard input, standard output kept, standard error
 * discarded, no environment, no files, clocks that show 0, randomness from the seed. Every answer depends on the
 * program and its input alone.
 *
 * Pointers outside the memory give EFAULT instead of throwing, so that the program and not the engine decides.
 */
export class WasiHost {
  readonly #run: RunInput;
  readonly #random: RandomStream;
  readonly #output: OutputBuffer;
  readonly #closed = new Set<number>();
  readonly #arguments: readonly Uint8Array[];
  #read = 0;
  #memory: EngineMemory | undefined;
  #stop: HostStop | undefined;

  constructor(run: RunInput) {
    this.#run = run;
    this.#random = new RandomStream(run.seed);
    this.#output = new OutputBuffer(run.outputBytes);
    this.#arguments = ['program', ...run.arguments].map((argument) =>
      new TextEncoder().encode(`${argument}\0`),
    );
  }

  /** Gives the host the memory of the instance, which exists only after the imports do. */
  attach(memory: EngineMemory): void {
    this.#memory = memory;
  }

  /** Set when the host ended the program. A program cannot undo it by catching the signal. */
  get stop(): HostStop | undefined {
    return this.#stop;
  }

  output(): Uint8Array<ArrayBuffer> {
    return this.#output.join();
  }

  /** The functions to import. */
  functions(): Implementation {
    return {
      args_get: (pointers: number, buffer: number) => this.#argsGet(pointers >>> 0, buffer >>> 0),
      args_sizes_get: (count: number, size: number) =>
        this.#writeU32s([
          [count, this.#arguments.length],
          [size, this.#arguments.reduce((sum, argument) => sum + argument.length, 0)],
        ]),
      environ_get: () => ERRNO.success,
      environ_sizes_get: (count: number, size: number) =>
        this.#writeU32s([
          [count, 0],
          [size, 0],
        ]),
      clock_res_get: (clock: number, result: number) => this.#clock(clock, result),
      clock_time_get: (clock: number, _precision: bigint, result: number) => this.#clock(clock, result),
      random_get: (pointer: number, length: number) => {
        const target = this.#bytes(pointer, length);
        if (target === undefined) return ERRNO.fault;
        this.#random.fill(target);
        return ERRNO.success;
      },
      fd_read: (fd: number, vectors: number, count: number, result: number) =>
        this.#transfer(fd, [0], vectors, count, result, (target) => {
          const piece = this.#run.input.subarray(this.#read, this.#read + target.length);
          target.set(piece);
          this.#read += piece.length;
          return piece.length;
        }),
      fd_write: (fd: number, vectors: number, count: number, result: number) =>
        this.#transfer(fd, [1, 2], vectors, count, result, (source) => {
          if (fd === 1 && !this.#output.append(source)) return this.#end({ kind: 'output-limit' });
          return source.length;
        }),
      fd_close: (fd: number) => {
        if (!this.#open(fd)) return ERRNO.badf;
        this.#closed.add(fd);
        return ERRNO.success;
      },
      fd_fdstat_get: (fd: number, result: number) => this.#fdstat(fd, result),
      fd_seek: (fd: number) => (this.#open(fd) ? ERRNO.spipe : ERRNO.badf),
      fd_prestat_get: () => ERRNO.badf,
      fd_prestat_dir_name: () => ERRNO.badf,
      sched_yield: () => ERRNO.success,
      proc_exit: (code: number) => this.#end({ kind: 'exit', exitCode: code >>> 0 }),
    };
  }

  #end(stop: HostStop): never {
    this.#stop ??= stop;
    throw new StopSignal();
  }

  #open(fd: number): boolean {
    if (this.#stop !== undefined) throw new StopSignal();
    return fd >= 0 && fd <= 2 && !this.#closed.has(fd);
  }

  #bytes(pointer: number, length: number): Uint8Array | undefined {
    if (this.#stop !== undefined) throw new StopSignal();
    const start = pointer >>> 0;
    const size = length >>> 0;
    const buffer = this.#memory?.buffer;
    if (buffer === undefined || start + size > buffer.byteLength) return undefined;
    return new Uint8Array(buffer, start, size);
  }

  #writeU32s(values: readonly (readonly [pointer: number, value: number])[]): number {
    for (const [pointer, value] of values) {
      const target = this.#bytes(pointer, 4);
      if (target === undefined) return ERRNO.fault;
      new DataView(target.buffer, target.byteOffset).setUint32(0, value, true);
    }
    return ERRNO.success;
  }

  #argsGet(pointers: number, buffer: number): number {
    let place = buffer;
    for (const [index, argument] of this.#arguments.entries()) {
      const target = this.#bytes(place, argument.length);
      if (target === undefined || this.#writeU32s([[pointers + 4 * index, place]]) !== ERRNO.success)
        return ERRNO.fault;
      target.set(argument);
      place += argument.length;
    }
    return ERRNO.success;
  }

  /** Clocks 0..3 (real time, monotonic, process, thread): time and resolution are 0. */
  #clock(clock: number, result: number): number {
    if (clock < 0 || clock > 3) return ERRNO.inval;
    const target = this.#bytes(result, 8);
    target?.fill(0);
    return target === undefined ? ERRNO.fault : ERRNO.success;
  }

  /** A character device that can be read (0) or written (1, 2), 24 bytes. */
  #fdstat(fd: number, result: number): number {
    if (!this.#open(fd)) return ERRNO.badf;
    const target = this.#bytes(result, 24);
    if (target === undefined) return ERRNO.fault;
    target.fill(0);
    target[0] = 2; // filetype character_device
    target[8] = fd === 0 ? 1 << 1 : 1 << 6; // rights fd_read, fd_write
    return ERRNO.success;
  }

  /**
   * Walks the vectors (pointer and length, u32 each) of a read or write until one is handled only in part, and stores
   * the bytes moved at `result`.
   */
  #transfer(
    fd: number,
    allowed: readonly number[],
    vectors: number,
    count: number,
    result: number,
    move: (bytes: Uint8Array) => number,
  ): number {
    if (!this.#open(fd) || !allowed.includes(fd)) return ERRNO.badf;
    const total = count >>> 0;
    const list = total > MAX_VECTORS ? undefined : this.#bytes(vectors, 8 * total);
    if (total > MAX_VECTORS) return ERRNO.inval;
    if (list === undefined || this.#bytes(result, 4) === undefined) return ERRNO.fault;
    const heads = new DataView(list.slice().buffer);
    let moved = 0;
    for (let place = 0; place < heads.byteLength; place += 8) {
      const bytes = this.#bytes(heads.getUint32(place, true), heads.getUint32(place + 4, true));
      if (bytes === undefined) return ERRNO.fault;
      const done = move(bytes);
      moved += done;
      if (done < bytes.length) break;
    }
    return this.#writeU32s([[result, moved >>> 0]]);
  }
}

/** Vectors of one read or write (IOV_MAX of Linux); more give EINVAL there too. */
const MAX_VECTORS = 1024;
