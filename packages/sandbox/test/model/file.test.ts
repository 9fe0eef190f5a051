import { decode, encode } from '@ipld/dag-cbor';
import { describe, expect, it } from 'vitest';
import { encodeModel, kernelEngine, loadModel, SandboxError } from '../../src/index.ts';
import { everyOperator } from '../build/example-model.ts';
import { Generator } from '../build/generator.ts';
import { randomModel } from '../build/random-model.ts';

type Plain = Record<string, unknown>;
interface PlainFile extends Plain {
  readonly input: Plain;
  readonly nodes: Plain[];
}

const good = encodeModel(everyOperator());
/** A fresh copy of what the file says. */
const plain = (): PlainFile => decode(good);

/** How loading fails; undefined where it does not. */
function refusal(bytes: Uint8Array): SandboxError | undefined {
  try {
    loadModel(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof SandboxError) return error;
    throw error;
  }
}
const refusedAs = (file: unknown) => refusal(new Uint8Array(encode(file)));

describe('model files', () => {
  it('say the model that was encoded, and are encoded to the same bytes again', () => {
    expect(loadModel(good).model).toEqual(everyOperator());
    for (let seed = 0; seed < 50; seed++) {
      const model = randomModel(seed);
      const bytes = encodeModel(model);
      expect(loadModel(bytes).model).toEqual(model);
      expect(Buffer.compare(encodeModel(loadModel(bytes).model), bytes)).toBe(0);
    }
  });

  it('may leave out the scales, and then say none', () => {
    const { scales, ...model } = everyOperator();
    expect(scales).toBeDefined();
    expect(loadModel(encodeModel(model)).model).toEqual(model);
  });

  const places = plain().nodes.flatMap((node, index) =>
    Object.keys(node).map((field) => [index, String(node.op), field] as const),
  );

  it.each(places)(
    'node %i (%s): without %s, or with nonsense there, it is refused by name',
    (index, op, field) => {
      for (const nonsense of [undefined, 'text', 1.5, -300, [], [1, 'two'], {}, new Uint8Array(3), true]) {
        const file = plain();
        const node = file.nodes[index]!;
        if (nonsense === undefined) delete node[field];
        else node[field] = nonsense;
        if (field === 'countPadding' && nonsense === true) continue;
        const error = refusedAs(file);
        expect(error?.code, `${op}.${field} = ${JSON.stringify(nonsense)}`).toBe('model-malformed');
        expect(error?.evidence).toMatchObject({ node: index });
        expect(error?.message).toContain(`node ${index} (`);
      }
    },
  );

  it.each([
    [0, { groups: 0 }, 'groups'],
    [0, { padValue: 128 }, 'padValue'],
    [0, { stride: { height: 0, width: 1 } }, 'height'],
    [0, { kernel: { height: 1, width: 1025 } }, 'width'],
    [0, { kernel: { height: 1, width: 1, depth: 1 } }, 'depth'],
    [0, { padding: { top: 1, left: 0, bottom: 0, right: -1 } }, 'right'],
    [0, { input: 1 }, 'input'],
    [1, { shift: 0 }, 'shift'],
    [1, { shift: 63 }, 'shift'],
    [1, { zeroPoint: -129 }, 'zeroPoint'],
    [1, { low: 101 }, 'high'],
    [1, { multipliers: Uint8Array.of(0, 0, 0, 0x80, 0, 0, 0, 0) }, 'multipliers'],
    [1, { negative: Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0) }, 'negative'],
    [5, { inputs: [5] }, 'inputs'],
    [5, { inputs: [5, 6] }, 'inputs'],
    [5, { multipliers: [-1, 0] }, 'multipliers'],
    [5, { multipliers: [2 ** 31, 0] }, 'multipliers'],
    [6, { inputs: [] }, 'inputs'],
    [6, { inputZeroPoints: [0] }, 'inputZeroPoints'],
    [7, { shape: { height: 0, width: 1, channels: 16 } }, 'height'],
    [9, { op: 'softmax' }, 'op'],
    [9, { more: 1 }, 'more'],
  ] as const)('node %i with %o is refused for its field %s', (index, change, field) => {
    const file = plain();
    Object.assign(file.nodes[index]!, change);
    const error = refusedAs(file);
    expect(error?.code).toBe('model-malformed');
    expect(error?.evidence).toMatchObject({ node: index, field });
  });

  it.each([
    ['another format', (file: PlainFile) => ({ ...file, format: 'prometheus/model/2' })],
    ['no format', ({ format: _, ...file }: PlainFile) => file],
    ['a field more', (file: PlainFile) => ({ ...file, more: 1 })],
    ['no nodes', (file: PlainFile) => ({ ...file, nodes: [], output: 0 })],
    [
      'too many nodes',
      (file: PlainFile) => ({ ...file, nodes: Array.from({ length: 1025 }, () => file.nodes[2]) }),
    ],
    ['a node that is no map', (file: PlainFile) => ({ ...file, nodes: [1] })],
    ['another output than the last node', (file: PlainFile) => ({ ...file, output: 9 })],
    [
      'an input range that ends before it begins',
      (f: PlainFile) => ({ ...f, input: { ...f.input, low: 5, high: 4 } }),
    ],
    [
      'an input without a cell',
      (f: PlainFile) => ({ ...f, input: { ...f.input, shape: { height: 0, width: 1, channels: 1 } } }),
    ],
    [
      'a scale that is no positive number',
      (file: PlainFile) => ({ ...file, scales: { input: new Uint8Array(8), output: new Uint8Array(8) } }),
    ],
    [
      'a scale that is not finite',
      (f: PlainFile) => ({
        ...f,
        scales: { input: Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf0, 0x7f), output: new Uint8Array(8) },
      }),
    ],
    ['a list', (file: PlainFile) => [file]],
  ])('a file with %s is refused', (_name, change) => {
    expect(refusedAs(change(plain()))?.code).toBe('model-malformed');
  });

  it('are refused when they are not canonical: longer heads, another order of fields, bytes at the end', () => {
    const [map] = good;
    const longer = Uint8Array.of(0xb8, map! & 0x1f, ...good.subarray(1));
    const trailing = Uint8Array.of(...good, 0);
    // Fields of equal length stand in alphabetical order: here `input` and `nodes` change places.
    const { input, nodes, ...rest } = plain();
    const field = (name: string, value: unknown) => Buffer.concat([encode(name), encode(value)]);
    const after = Buffer.from(encode(rest)).subarray(1);
    const inOrder = Buffer.concat([Buffer.of(map!), field('input', input), field('nodes', nodes), after]);
    expect(inOrder.equals(good)).toBe(true);
    const swapped = Buffer.concat([Buffer.of(map!), field('nodes', nodes), field('input', input), after]);
    for (const bytes of [longer, trailing, swapped, good.subarray(0, -1), new Uint8Array(0)]) {
      expect(refusal(bytes)?.code).toBe('model-malformed');
    }
  });

  it('are refused before they are decoded when they are too long, too deep, or made of too many items', () => {
    expect(refusal(new Uint8Array(16 * 1024 * 1024 + 1))?.code).toBe('model-too-large');
    const deep = new Uint8Array(1_000_000).fill(0x81);
    expect(refusal(deep)?.message).toContain('too deep');
    const many = new Uint8Array(2 ** 21).fill(0x60);
    many.set([0x9a, 0, 0x20, 0, 0]);
    expect(refusal(many)?.message).toContain('too many items');
  });

  it('a list or bytes that claim more than the file has take no memory', () => {
    const claims = [
      [0x9b, 0, 0, 0, 1, 0, 0, 0, 0],
      [0x5b, 0, 0, 0, 1, 0, 0, 0, 0],
      [0xbb, 0, 0, 0, 1, 0, 0, 0, 0],
      [0x9b, 0, 31, 255, 255, 255, 255, 255, 255],
    ];
    for (const claim of claims) expect(refusal(Uint8Array.from(claim))?.code).toBe('model-malformed');
  });

  it('changed bytes are refused, or are another model that loads and runs: never anything else', () => {
    const random = new Generator(7);
    const files = [good, ...Array.from({ length: 20 }, (_, seed) => encodeModel(randomModel(seed)))];
    let refused = 0;
    for (let round = 0; round < 2000; round++) {
      const bytes = (random.chance(0.5) ? good : random.pick(files)).slice();
      const changes = random.integer(1, 3);
      for (let i = 0; i < changes; i++) bytes[random.integer(0, bytes.length - 1)] = random.integer(0, 255);
      const cut = random.chance(0.1) ? bytes.subarray(0, random.integer(0, bytes.length)) : bytes;
      if (refusal(cut) !== undefined) {
        refused += 1;
        continue;
      }
      const model = loadModel(cut);
      if (model.macs > 1_000_000 || model.rowBytes > 1_000_000) continue;
      const row = new Uint8Array(model.inputBytes).fill(model.model.input.high + 128);
      expect(kernelEngine(model).run(row).trace.length).toBe(model.rowTraceBytes);
    }
    expect(refused).toBeGreaterThan(300);
  });
});
