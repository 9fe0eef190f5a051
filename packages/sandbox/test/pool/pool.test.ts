import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type ChunkOutcome,
  decodeFailure,
  PROFILE,
  type ProgramLimits,
  SandboxPool,
  type WasiOutcome,
} from '../../src/index.ts';
import { compileAssemblyScript } from '../build/assemblyscript.ts';
import { buildModule } from '../build/module.ts';
import * as programs from '../build/programs.ts';

const LIMITS: ProgramLimits = { memoryPages: 16, outputBytes: 1_000_000, milliseconds: 30_000 };
const SEED = new Uint8Array(32).fill(3);
const EMPTY = createHash('sha256').digest();
const pool = new SandboxPool({ processes: 2 });
afterAll(() => pool.close());

const run = (
  wasm: Uint8Array,
  input = new Uint8Array(0),
  limits: Partial<ProgramLimits> = {},
  args: string[] = [],
) => wasi(pool.run({ profile: PROFILE, code: wasm, arguments: args }, input, { ...LIMITS, ...limits }, SEED));
async function wasi(outcome: Promise<ChunkOutcome>): Promise<WasiOutcome> {
  const given = await outcome;
  expect(given.trace.kind).toBe('wasi');
  return given as WasiOutcome;
}
const failureOf = (outcome: ChunkOutcome) => decodeFailure(outcome.output);

describe('programs that end', () => {
  it('copies standard input to standard output, whatever its size', async () => {
    for (const size of [0, 1, 4096, 999_983]) {
      const input = Uint8Array.from({ length: size }, (_, i) => (i * 31) % 251);
      const outcome = await run(programs.echo, input);
      expect(outcome.kind).toBe('done');
      expect(Buffer.compare(outcome.output, input)).toBe(0);
    }
  });

  it('runs a program written in AssemblyScript', async () => {
    const wasm = await compileAssemblyScript(`
      @external("wasi_snapshot_preview1", "fd_read")
      declare function fd_read(fd: i32, vectors: usize, count: i32, read: usize): i32;
      @external("wasi_snapshot_preview1", "fd_write")
      declare function fd_write(fd: i32, vectors: usize, count: i32, written: usize): i32;
      const input = memory.data(1024), vector = memory.data(8), moved = memory.data(4);
      store<u32>(vector, <u32>input, 0); store<u32>(vector, 1024, 4);
      fd_read(0, vector, 1, moved);
      let sum: u64 = 0;
      for (let i: u32 = 0; i < load<u32>(moved); i++) sum += load<u8>(input + i);
      const digits = sum.toString();
      const line = String.UTF8.encode(digits);
      store<u32>(vector, changetype<u32>(line), 0); store<u32>(vector, line.byteLength, 4);
      fd_write(1, vector, 1, moved);
    `);
    const outcome = await run(wasm, Uint8Array.of(200, 100, 55));
    expect(new TextDecoder().decode(outcome.output)).toBe('355');
    expect(outcome.kind).toBe('done');
  });

  it('gives the same output and trace for the same chunk, and another trace for another', async () => {
    const [first, again, other] = await Promise.all([
      run(programs.echo, Uint8Array.of(1, 2, 3)),
      run(programs.echo, Uint8Array.of(1, 2, 3)),
      run(programs.echo, Uint8Array.of(1, 2, 4)),
    ]);
    expect(again).toEqual(first);
    expect(other.trace.memoryDigest).not.toEqual(first.trace.memoryDigest);
  });

  it('digests the whole exported memory', async () => {
    const outcome = await run(
      buildModule({ memories: [[0x00, 0x02]], data: [{ offset: 70_000, bytes: [1, 2] }] }),
    );
    const memory = new Uint8Array(2 * 65_536);
    memory.set([1, 2], 70_000);
    expect(outcome.trace.memoryPages).toBe(2);
    expect(Buffer.compare(outcome.trace.memoryDigest, createHash('sha256').update(memory).digest())).toBe(0);
  });

  it('records exported globals of number types', async () => {
    const { trace } = await run(programs.globals);
    const expected = `020000006730 01 0000000000001440 020000006731 02 ffffffffffffffff 020000006732 01 000000000000f03f`;
    expect(Buffer.from(trace.globals).toString('hex')).toBe(expected.replaceAll(' ', ''));
  });

  it('draws randomness from SHA-256(seed ‖ counter)', async () => {
    const blocks = [0, 1, 2, 3].map((counter) => {
      const suffix = Buffer.alloc(8);
      suffix[0] = counter;
      return createHash('sha256').update(SEED).update(suffix).digest();
    });
    const outcome = await run(programs.random);
    expect(Buffer.from(outcome.output)).toEqual(Buffer.concat(blocks).subarray(0, 100));
  });

  it('passes the arguments after the name of the program', async () => {
    const { output } = await run(programs.showArguments, undefined, {}, ['-k', 'ü']);
    const view = new DataView(output.buffer, output.byteOffset);
    expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([3, 14]);
    expect(new TextDecoder().decode(output.subarray(8, 22))).toBe('program\0-k\0ü\0');
  });

  it('shows a clock that stands at 0', async () => {
    expect([...(await run(programs.clock)).output]).toEqual(new Array(12).fill(0));
  });

  it('discards standard error', async () => {
    expect((await run(programs.stderrOnly, undefined, { outputBytes: 0 })).output.length).toBe(0);
  });

  it('exits with 0 as if it had returned', async () => {
    const outcome = await run(programs.exits(0, [104, 105]));
    expect(outcome).toMatchObject({ kind: 'done' });
    expect(new TextDecoder().decode(outcome.output)).toBe('hi');
  });
});

describe('programs that fail in a defined way', () => {
  it('traps', async () => {
    const outcome = await run(programs.unreachable);
    expect(failureOf(outcome)).toEqual({ kind: 'trap', exitCode: 0 });
    expect(outcome.trace.memoryPages).toBe(1);
    expect(Buffer.from(outcome.output).toString('hex')).toBe(
      '0070726f6d6574686575732f6661696c' + '01' + '01' + '00000000',
    );
  });

  it('traps while its data segments are laid out: no memory in the trace', async () => {
    const outcome = await run(programs.outOfBoundsData);
    expect(failureOf(outcome)).toEqual({ kind: 'trap', exitCode: 0 });
    expect(outcome.trace).toMatchObject({ memoryPages: 0 });
    expect(Buffer.from(outcome.trace.memoryDigest)).toEqual(EMPTY);
  });

  it('recurses without end: no memory in the trace, since the depth is the machine’s', async () => {
    const outcome = await run(programs.recursion);
    expect(failureOf(outcome)).toEqual({ kind: 'stack', exitCode: 0 });
    expect(Buffer.from(outcome.trace.memoryDigest)).toEqual(EMPTY);
  });

  it('exits with a code', async () => {
    expect(failureOf(await run(programs.exits(-2)))).toEqual({ kind: 'exit', exitCode: 0xffff_fffe });
  });

  it('cannot undo its exit by catching it', async () => {
    const outcome = await run(programs.catchesExit);
    expect(failureOf(outcome)).toEqual({ kind: 'exit', exitCode: 3 });
  });

  it('writes more than the limit', async () => {
    expect(failureOf(await run(programs.outputFlood, undefined, { outputBytes: 100_000 }))).toEqual({
      kind: 'output-limit',
      exitCode: 0,
    });
    expect((await run(programs.exits(0, [1, 2, 3]), undefined, { outputBytes: 3 })).kind).toBe('done');
    expect((await run(programs.exits(0, [1, 2, 3]), undefined, { outputBytes: 2 })).kind).toBe('failed');
  });

  it('forges a failure record', async () => {
    const record = [...(await run(programs.unreachable)).output];
    expect(failureOf(await run(programs.exits(0, record)))).toEqual({ kind: 'reserved-output', exitCode: 0 });
  });

  it('gets EFAULT for a pointer outside its memory', async () => {
    expect(failureOf(await run(programs.badPointer, Uint8Array.of(1)))).toEqual({
      kind: 'exit',
      exitCode: 21,
    });
  });
});

describe('limits', () => {
  it('stops memory at the cap, also where the module declares no maximum or a larger one', async () => {
    const pages = async (memory: readonly number[], memoryPages: number) => {
      const { output } = await run(programs.grow(memory), undefined, { memoryPages });
      return new DataView(output.buffer, output.byteOffset).getUint32(0, true);
    };
    expect(await pages([0x00, 0x01], 16)).toBe(16);
    expect(await pages([0x01, 0x01, 0x40], 3)).toBe(3);
    expect(await pages([0x01, 0x01, 0x02], 16)).toBe(2);
  });

  it('gives no result, and no failure either, when the wall clock runs out', async () => {
    await expect(run(programs.endless, undefined, { milliseconds: 200 })).rejects.toMatchObject({
      code: 'no-result-yet',
      evidence: { reason: 'wall-clock' },
    });
    expect((await run(programs.echo, Uint8Array.of(9))).kind).toBe('done');
  });

  it('gives the same NaN bits in every process', async () => {
    const outcomes = await Promise.all([run(programs.nanBits), run(programs.nanBits)]);
    expect(outcomes[0].output).toEqual(outcomes[1].output);
    expect(outcomes[0].output.subarray(2, 4)).toSatisfy((bytes: Uint8Array) => (bytes[1]! & 0x7f) === 0x7f);
  });

  it('refuses limits that are none', async () => {
    for (const wrong of [
      { memoryPages: 0 },
      { memoryPages: 65_537 },
      { outputBytes: -1 },
      { milliseconds: 0.5 },
    ]) {
      await expect(run(programs.echo, undefined, wrong)).rejects.toMatchObject({ code: 'limits-malformed' });
    }
  });

  it('refuses arguments that no command line can hold', async () => {
    for (const argument of ['a\0b', '\ud800', 'x'.repeat(65_536)]) {
      await expect(run(programs.echo, undefined, {}, [argument])).rejects.toMatchObject({
        code: 'arguments-malformed',
      });
    }
  });
});

describe('the pool', () => {
  it('has the engine refuse what inspection cannot see', async () => {
    const invalid = { profile: PROFILE, code: buildModule({ code: [0x6a] }), arguments: [] };
    await expect(pool.prepare(invalid, LIMITS)).rejects.toMatchObject({ code: 'module-invalid' });
    expect(await pool.prepare({ profile: PROFILE, code: programs.echo, arguments: [] }, LIMITS)).toEqual({
      profile: 'wasi-0',
      imports: ['fd_read', 'fd_write', 'proc_exit'],
      memoryPages: 1,
    });
  });

  it('runs many programs and chunks on few processes', async () => {
    const wasms = Array.from({ length: 12 }, (_, code) => programs.exits(code + 1));
    const outcomes = await Promise.all([...wasms, ...wasms].map((wasm) => run(wasm)));
    expect(outcomes.map((outcome) => failureOf(outcome)?.exitCode)).toEqual(
      [...wasms, ...wasms].map((_, i) => (i % 12) + 1),
    );
  });

  it('gives no result when a process dies, and replaces it', async () => {
    const dying = new SandboxPool({ processes: 1 });
    const program = { profile: PROFILE, code: programs.endless, arguments: [] };
    const lost = dying.run(program, new Uint8Array(0), LIMITS, SEED);
    for (const id of dying.processIds) process.kill(id, 'SIGKILL');
    await expect(lost).rejects.toMatchObject({
      code: 'no-result-yet',
      evidence: { reason: 'process-ended' },
    });
    const next = await dying.run(
      { profile: PROFILE, code: programs.echo, arguments: [] },
      Uint8Array.of(5),
      LIMITS,
      SEED,
    );
    expect([...next.output]).toEqual([5]);
    await dying.close();
    expect(dying.processIds).toEqual([]);
  });

  it('leaves no orphan when its own process is killed in the middle of an endless program', async () => {
    const parent = spawn(process.execPath, [fileURLToPath(new URL('../build/orphan.ts', import.meta.url))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = Number(line.toString());
    expect(isAlive(child)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(child), { timeout: 20_000 }).toBe(false);
  });

  it('rejects what is queued or running when it is closed, and leaves no process', async () => {
    const closing = new SandboxPool({ processes: 1 });
    const program = { profile: PROFILE, code: programs.endless, arguments: [] };
    const results = [1, 2].map(() => closing.run(program, new Uint8Array(0), LIMITS, SEED));
    const settled = Promise.allSettled([...results]);
    await closing.close();
    for (const result of await settled) expect(result).toMatchObject({ reason: { code: 'closed' } });
    await expect(closing.run(program, new Uint8Array(0), LIMITS, SEED)).rejects.toMatchObject({
      code: 'closed',
    });
  });
});

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}
