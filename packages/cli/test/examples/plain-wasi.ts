/** How a program ended when it was run by plain WebAssembly, without our sandbox. */
export interface PlainRun {
  readonly exit: number | 'trap';
  readonly output: Uint8Array;
}

class Exit extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** Runs a WASI preview-1 command that uses fd_read, fd_write and proc_exit only. */
export function runPlainly(module: Uint8Array<ArrayBuffer>, input: Uint8Array): PlainRun {
  const output: number[] = [];
  let read = 0;
  let memory = new WebAssembly.Memory({ initial: 0 });
  const vectors = (address: number, count: number) => {
    const view = new DataView(memory.buffer);
    return Array.from(
      { length: count },
      (_, i) =>
        new Uint8Array(
          memory.buffer,
          view.getUint32(address + 8 * i, true),
          view.getUint32(address + 8 * i + 4, true),
        ),
    );
  };
  const answer = (address: number, value: number): number => {
    new DataView(memory.buffer).setUint32(address, value, true);
    return 0;
  };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module), {
    wasi_snapshot_preview1: {
      fd_read: (_descriptor: number, address: number, count: number, moved: number) => {
        let total = 0;
        for (const vector of vectors(address, count)) {
          const part = input.subarray(read, read + vector.length);
          vector.set(part);
          read += part.length;
          total += part.length;
        }
        return answer(moved, total);
      },
      fd_write: (_descriptor: number, address: number, count: number, moved: number) => {
        let total = 0;
        for (const vector of vectors(address, count)) {
          output.push(...vector);
          total += vector.length;
        }
        return answer(moved, total);
      },
      proc_exit: (status: number) => {
        throw new Exit(status);
      },
    },
  });
  memory = instance.exports.memory as WebAssembly.Memory;
  const start = instance.exports._start as () => void;
  try {
    start();
  } catch (error) {
    if (error instanceof Exit) return { exit: error.status, output: Uint8Array.from(output) };
    if (error instanceof WebAssembly.RuntimeError) return { exit: 'trap', output: Uint8Array.from(output) };
    throw error;
  }
  return { exit: 0, output: Uint8Array.from(output) };
}
