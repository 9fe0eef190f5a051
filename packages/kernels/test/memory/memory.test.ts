import {
  type Block,
  createKernels,
  KernelError,
  type KernelErrorCode,
  part,
} from '@prometheus-compute/kernels';
import { describe, expect, it } from 'vitest';

function refusal(call: () => unknown): KernelErrorCode | 'none' {
  try {
    call();
  } catch (error) {
    if (error instanceof KernelError) return error.code;
    throw error;
  }
  return 'none';
}

const { memory, linear, layers, records, field } = createKernels({ maximumBytes: 2 ** 20 });
const rounding = { shift: 8, zeroPoint: 0 };

/** A product of 2 × 3 and 3 × 4 that is taken, with one argument changed. */
function gemm(change: Partial<Parameters<typeof linear.gemm>[0]>): KernelErrorCode | 'none' {
  return memory.temporarily(() => {
    const weights = linear.pack(new Int8Array(12), 3, 4);
    const given = {
      input: memory.allocate('int8', 6),
      weights,
      bias: null,
      output: memory.allocate('int32', 8),
      rows: 2,
    };
    return refusal(() => linear.gemm({ ...given, ...change }));
  });
}

describe('an operation refuses', () => {
  it('nothing that fits', () => {
    expect(gemm({})).toBe('none');
  });

  it('a block of another size', () => {
    expect(gemm({ rows: 1 })).toBe('size-mismatch');
    expect(gemm({ bias: memory.allocate('int32', 3) })).toBe('size-mismatch');
  });

  it('a block of another kind', () => {
    const output = { ...memory.allocate('int8', 8) } as unknown as Block<'int32'>;
    expect(gemm({ output })).toBe('kind-mismatch');
  });

  it('a block that begins between values', () => {
    const { address } = memory.allocate('int32', 9);
    expect(gemm({ output: { kind: 'int32', address: address + 2, length: 8 } })).toBe('misaligned');
  });

  it('a block outside of what was given out, or that was released', () => {
    const released = memory.temporarily(() => memory.allocate('int8', 60_000));
    expect(refusal(() => memory.int8(released))).toBe('outside-memory');
    expect(refusal(() => memory.int8({ kind: 'int8', address: 0, length: 4 }))).toBe('outside-memory');
    const block = memory.allocate('int8', 4);
    expect(refusal(() => memory.int8(part(block, 0, 5)))).toBe('outside-memory');
    expect(refusal(() => memory.int8(part(block, 1, 3)))).toBe('none');
  });

  it('an output that lies over an input', () => {
    const block = memory.allocate('int32', 8);
    const input: Block<'int8'> = { kind: 'int8', address: block.address + 26, length: 6 };
    expect(gemm({ output: block, input })).toBe('overlap');
    expect(refusal(() => layers.recentre(input, input))).toBe('overlap');
  });

  it('to take more memory than it was allowed, and goes on afterwards', () => {
    expect(refusal(() => memory.allocate('int32', 2 ** 18))).toBe('memory-exhausted');
    expect(gemm({})).toBe('none');
  });

  it('numbers that no kernel takes', () => {
    const bytes = memory.allocate('int8', 256);
    const sums = memory.allocate('int32', 4);
    const one = memory.putInt32(Int32Array.of(1));
    const requantise = (change: object, multipliers = one) =>
      refusal(() =>
        layers.requantise({
          ...{ input: sums, output: part(bytes, 0, 4), multipliers, negative: null, rows: 4 },
          rounding: { ...rounding, ...change },
        }),
      );
    expect(requantise({})).toBe('none');
    const given = { shift: [0, 63, 1.5], zeroPoint: [-129, 128], low: [-129], high: [128, -129] };
    for (const [name, values] of Object.entries(given)) {
      for (const value of values) expect(requantise({ [name]: value })).toBe('value-out-of-range');
    }
    expect(requantise({}, memory.putInt32(Int32Array.of(-1)))).toBe('value-out-of-range');
    const [input, output] = [part(bytes, 0, 4), part(bytes, 8, 4)];
    const term = { input, zeroPoint: 0, multiplier: -1 };
    expect(refusal(() => layers.add([term, term], output, rounding))).toBe('value-out-of-range');
    expect(refusal(() => layers.rescaleTable(0, 2 ** 31, rounding))).toBe('value-out-of-range');
    const place = {
      input,
      output,
      positions: 1,
      channels: 4,
      outputChannels: 4,
      firstChannel: 1,
      table: bytes,
    };
    expect(refusal(() => layers.place(place))).toBe('value-out-of-range');
    const record = {
      accumulators: sums,
      records: part(bytes, 0, 12),
      rows: 1,
      count: 4,
      recordBytes: 12,
      bytes: 3 as const,
    };
    expect(refusal(() => records.pack({ ...record, offset: 0 }))).toBe('none');
    expect(refusal(() => records.pack({ ...record, offset: 1 }))).toBe('value-out-of-range');
    expect(refusal(() => createKernels({ maximumBytes: 2 ** 31 + 1 }))).toBe('value-out-of-range');
  });

  it('windows that leave no place on the image', () => {
    const geometry = {
      ...{
        height: 3,
        width: 3,
        channels: 1,
        kernel: { height: 2, width: 2 },
        stride: { height: 1, width: 1 },
      },
      padding: { top: 0, left: 0, bottom: 0, right: 0 },
    };
    const [input, output] = [memory.allocate('int8', 9), memory.allocate('int8', 4)];
    const pool = (change: object) =>
      refusal(() => layers.maxPool({ input, output, images: 1, geometry: { ...geometry, ...change } }));
    expect(pool({})).toBe('none');
    expect(pool({ kernel: { height: 4, width: 1 } })).toBe('value-out-of-range');
    expect(pool({ stride: { height: 0, width: 1 } })).toBe('value-out-of-range');
    expect(pool({ padding: { top: 2, left: 0, bottom: 0, right: 0 } })).toBe('value-out-of-range');
    expect(pool({ height: 2 ** 20, width: 2 ** 20 })).toBe('value-out-of-range');
  });

  it('a padding that is no field element', () => {
    const one = { height: 1, width: 1 };
    const geometry = {
      ...one,
      channels: 1,
      kernel: one,
      stride: one,
      padding: { top: 0, left: 0, bottom: 0, right: 0 },
    };
    const fold = (pad: bigint) => {
      const [input, weights] = [field.put(BigUint64Array.of(2n)), field.put(BigUint64Array.of(3n))];
      return refusal(() =>
        field.foldConv({ input, weights, geometry, pad, output: memory.allocate('field', 1) }),
      );
    };
    expect(fold(5n)).toBe('none');
    expect(fold(-1n)).toBe('not-reduced');
  });
});

describe('memory', () => {
  it('keeps what blocks hold when it grows', () => {
    const kernels = createKernels();
    const block = kernels.memory.putInt8(Int8Array.of(1, -2, 3));
    kernels.memory.allocate('int32', 10 ** 6);
    expect([...kernels.memory.int8(block)]).toEqual([1, -2, 3]);
  });

  it('begins every block where a vector may', () => {
    memory.allocate('int8', 1);
    expect(memory.allocate('int8', 1).address % 16).toBe(0);
  });
});
