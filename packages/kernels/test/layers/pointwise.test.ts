import { createKernels } from '@prometheus-compute/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rounded } from '../build/rounding.ts';
import { Values } from '../build/values.ts';

const { memory, layers } = createKernels();
const LENGTHS = [0, 1, 15, 16, 17, 33, 5000];
const byte = fc.integer({ min: -128, max: 127 });
const multiplier = fc.oneof(fc.nat(2 ** 31 - 1), fc.constantFrom(0, 2 ** 31 - 1));

describe('recentre', () => {
  it.each(LENGTHS)('takes 128 from every byte (%i of them)', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37) & 255);
    memory.temporarily(() => {
      const output = memory.allocate('int8', length);
      layers.recentre(memory.putInt8(bytes), output);
      expect([...memory.int8(output)]).toEqual([...bytes].map((value) => value - 128));
    });
  });
});

describe('table', () => {
  it.each(LENGTHS)('looks every value up (%i of them)', (length) => {
    const values = new Values(length);
    const [x, table] = [values.int8(length), values.int8(256)];
    memory.temporarily(() => {
      const output = memory.allocate('int8', length);
      layers.table(memory.putInt8(x), output, memory.putInt8(table));
      expect([...memory.int8(output)]).toEqual([...x].map((value) => table[value + 128]!));
    });
  });
});

describe('rescaleTable', () => {
  it('holds the rescaled value of every int8', () => {
    const shift = fc.integer({ min: 1, max: 62 });
    fc.assert(
      fc.property(byte, multiplier, shift, byte, (inputZeroPoint, factor, shift, zeroPoint) => {
        const expected = Array.from({ length: 256 }, (_, i) =>
          rounded(BigInt(i - 128 - inputZeroPoint) * BigInt(factor), { shift, zeroPoint }),
        );
        const table = memory.temporarily(() => [
          ...memory.int8(layers.rescaleTable(inputZeroPoint, factor, { shift, zeroPoint })),
        ]);
        expect(table).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe('place', () => {
  it('puts the channels of several tensors side by side, each with its table', () => {
    const values = new Values(3);
    const [positions, parts] = [7, [3, 1, 17]];
    const inputs = parts.map((channels) => values.int8(positions * channels));
    const tables = parts.map(() => values.int8(256));
    const outputChannels = 21;
    const expected: number[] = [];
    for (let position = 0; position < positions; position++) {
      parts.forEach((channels, i) => {
        const row = inputs[i]!.subarray(position * channels, (position + 1) * channels);
        expected.push(...[...row].map((value) => tables[i]![value + 128]!));
      });
    }
    memory.temporarily(() => {
      const output = memory.allocate('int8', positions * outputChannels);
      let firstChannel = 0;
      parts.forEach((channels, i) => {
        const [input, table] = [memory.putInt8(inputs[i]!), memory.putInt8(tables[i]!)];
        layers.place({ input, output, positions, channels, outputChannels, firstChannel, table });
        firstChannel += channels;
      });
      expect([...memory.int8(output)]).toEqual(expected);
    });
  });
});

describe('add', () => {
  it('rounds the sum of both products once', () => {
    const term = fc.record({
      zeroPoint: byte,
      multiplier,
      values: fc.array(byte, { minLength: 9, maxLength: 9 }),
    });
    const rounding = fc.record({
      shift: fc.integer({ min: 1, max: 62 }),
      zeroPoint: byte,
      low: fc.integer({ min: -128, max: 0 }),
      high: fc.integer({ min: 0, max: 127 }),
    });
    fc.assert(
      fc.property(term, term, rounding, (a, b, rounding) => {
        const product = (t: typeof a, i: number) => BigInt(t.values[i]! - t.zeroPoint) * BigInt(t.multiplier);
        const expected = a.values.map((_, i) => rounded(product(a, i) + product(b, i), rounding));
        memory.temporarily(() => {
          const output = memory.allocate('int8', 9);
          const [left, right] = [a, b].map(({ values, zeroPoint, multiplier }) => ({
            ...{ zeroPoint, multiplier },
            input: memory.putInt8(Int8Array.from(values)),
          }));
          layers.add([left!, right!], output, rounding);
          expect([...memory.int8(output)]).toEqual(expected);
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe('argmax', () => {
  const rowsOf = [
    { name: 'the largest', row: [3, -5, 9, 2], index: 2 },
    { name: 'the lowest of several', row: [-7, 4, 4, 4], index: 1 },
    { name: 'the first of equals', row: [-128, -128], index: 0 },
  ];
  it.each(rowsOf)('gives $name, of int8 and of int32', ({ row, index }) => {
    memory.temporarily(() => {
      const output = memory.allocate('int8', 2);
      const twice = [...row, ...row];
      layers.argmax(memory.putInt8(Int8Array.from(twice)), output, 2, row.length);
      expect([...memory.bytes(output)]).toEqual([index, index]);
      const large = Int32Array.from(twice.map((value) => value * 10_000_000));
      layers.argmax(memory.putInt32(large), output, 2, row.length);
      expect([...memory.bytes(output)]).toEqual([index, index]);
    });
  });

  it.each([
    [256, [255]],
    [257, [0, 1]],
  ] as const)('gives the last of %i channels as bytes %j', (channels, bytes) => {
    const row = new Int8Array(channels);
    row[channels - 1] = 1;
    memory.temporarily(() => {
      const output = memory.allocate('int8', bytes.length);
      layers.argmax(memory.putInt8(row), output, 1, channels);
      expect([...memory.bytes(output)]).toEqual(bytes);
    });
  });
});
