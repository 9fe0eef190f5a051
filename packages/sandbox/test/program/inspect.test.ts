import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectProgram, SandboxError } from '../../src/index.ts';
import { capModule } from '../../src/program/cap.ts';
import { encodeU32 } from '../../src/program/reader.ts';
import { buildModule } from '../build/module.ts';
import { echo, grow } from '../build/programs.ts';

const refusal = (wasm: Uint8Array) => {
  try {
    inspectProgram(wasm);
  } catch (error) {
    if (error instanceof SandboxError) return { code: error.code, ...error.evidence };
    throw error;
  }
  return undefined;
};
const imported = (...bytes: number[]) => [3, 0x65, 0x6e, 0x76, 1, 0x78, ...bytes]; // env.x

describe('inspection', () => {
  it('tells what a program imports and starts with', () => {
    expect(inspectProgram(echo)).toEqual({
      profile: 'wasi-0',
      imports: ['fd_read', 'fd_write', 'proc_exit'],
      memoryPages: 1,
    });
  });

  it('module-malformed: no magic number, another version, cut off, sections twice', () => {
    expect(refusal(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46))).toMatchObject({ code: 'module-malformed' });
    expect(refusal(echo.with(4, 2))).toMatchObject({ code: 'module-malformed' });
    expect(refusal(echo.subarray(0, 50))).toMatchObject({ code: 'module-malformed' });
    expect(refusal(buildModule({ extraSection: [1, 1, 0] }))).toMatchObject({ code: 'module-malformed' });
  });

  it('module-too-large: in bytes, or in entries of a section', () => {
    expect(refusal(new Uint8Array(16 * 1024 * 1024 + 1))).toMatchObject({ code: 'module-too-large' });
    const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
    const types = (count: number) => {
      const content = [...encodeU32(count), ...new Array<number[]>(count).fill([0x60, 0, 0]).flat()];
      return Uint8Array.from([...header, 1, ...encodeU32(content.length), ...content]);
    };
    expect(refusal(types(100_000))).toMatchObject({ code: 'no-memory-export' });
    expect(refusal(types(100_001))).toMatchObject({ code: 'module-too-large', entries: 100_001 });
  });

  it('forbidden-import, by name: other functions, other modules, other kinds', () => {
    for (const name of ['path_open', 'sock_send', 'poll_oneoff', 'toString', '__proto__']) {
      expect(refusal(buildModule({ imports: [{ name, type: 'fd_read/write' }] }))).toEqual({
        code: 'forbidden-import',
        import: `wasi_snapshot_preview1.${name}`,
      });
    }
    const elsewhere = buildModule({ imports: [{ module: 'env', name: 'fd_read', type: 'fd_read/write' }] });
    expect(refusal(elsewhere)).toEqual({ code: 'forbidden-import', import: 'env.fd_read' });
    expect(refusal(buildModule({ rawImport: imported(0x03, 0x7f, 0x00) }))).toEqual({
      code: 'forbidden-import',
      import: 'env.x',
    });
  });

  it('import-signature', () => {
    expect(refusal(buildModule({ imports: [{ name: 'fd_read', type: 'clock' }] }))).toMatchObject({
      code: 'import-signature',
    });
  });

  it('globals-too-large: names and values of exported globals stand in every trace', () => {
    const withName = (bytes: number) =>
      refusal(buildModule({ globals: [[0x7f, 0x00, 0x41, 0x00, 0x0b]], globalName: 'x'.repeat(bytes) }));
    expect(withName(65_523)).toBeUndefined();
    expect(withName(65_524)).toMatchObject({ code: 'globals-too-large', bytes: 65_537 });
  });

  it('memory-imported', () => {
    expect(refusal(buildModule({ rawImport: imported(0x02, 0x00, 0x01) }))).toEqual({
      code: 'memory-imported',
      import: 'env.x',
    });
  });

  it('memory-forbidden: shared, 64-bit, several', () => {
    for (const memories of [
      [[0x03, 1, 2]],
      [[0x04, 1]],
      [
        [0x00, 1],
        [0x00, 1],
      ],
    ]) {
      expect(refusal(buildModule({ memories }))).toMatchObject({ code: 'memory-forbidden' });
    }
  });

  it('no-memory-export: none, or under another name', () => {
    expect(refusal(buildModule({ memories: [] }))).toEqual({ code: 'no-memory-export' });
    expect(refusal(buildModule({ memoryName: 'mem' }))).toEqual({ code: 'no-memory-export' });
  });

  it('no-start-function: none, or with parameters', () => {
    expect(refusal(buildModule({ startName: 'main' }))).toEqual({ code: 'no-start-function' });
    expect(refusal(buildModule({ startType: 'proc_exit' }))).toEqual({ code: 'no-start-function' });
  });

  it('start-section', () => {
    expect(refusal(buildModule({ startSection: true }))).toEqual({ code: 'start-section' });
  });

  it('table-too-large', () => {
    expect(refusal(buildModule({ tables: [[0x70, 0x00, 0xc0, 0x84, 0x3d]] }))).toMatchObject({
      code: 'table-too-large',
    });
  });

  it('feature-forbidden: exceptions', () => {
    expect(refusal(buildModule({ extraSection: [13, 3, 1, 0, 4] }))).toMatchObject({
      code: 'feature-forbidden',
    });
  });

  it('answers every near miss of a program with a SandboxError or not at all', () => {
    fc.assert(
      fc.property(fc.nat(echo.length - 1), fc.nat(255), fc.nat(echo.length), (place, byte, length) => {
        refusal(echo.with(place, byte).subarray(0, length));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('capping', () => {
  it('memory-too-large: the program starts with more than the limit', () => {
    expect(() => capModule(grow([0x00, 0x05]), 4)).toThrowError(
      expect.objectContaining({ code: 'memory-too-large' }),
    );
  });

  it('changes nothing but the maxima', () => {
    const tables = [[0x70, 0x00, 0x02]];
    const capped = capModule(buildModule({ tables, memories: [[0x00, 0x01]] }), 300);
    const expected = buildModule({
      tables: [[0x70, 0x01, 0x02, 0xa0, 0x8d, 0x06]],
      memories: [[0x01, 0x01, 0xac, 0x02]],
    });
    expect(capped).toEqual(expected);
    expect(capModule(capped, 300)).toEqual(capped);
  });
});
