import type { ConvNode, LoadedModel, Model, ModelNode, Shape, Source } from '../../src/index.ts';
import { Generator } from './generator.ts';
import {
  divisors,
  randomKernel,
  randomPadding,
  randomRange,
  randomStride,
  type Sweep,
  sweep,
} from './random-shapes.ts';

/** How large random graphs are. */
export interface RandomSize {
  /** Height and width of the input, at most. */
  readonly side: number;
  /** Channels of the input, at most. */
  readonly channels: number;
  /** Nodes that are chosen; requantisations and what joins loose ends come on top. */
  readonly nodes: number;
  /** Output channels of linear nodes are chosen among these. */
  readonly outputs: readonly number[];
}

/** Small enough for thousands of graphs; some layers have enough channels to be checked by the scheme `freivalds`. */
const SMALL: RandomSize = {
  side: 7,
  channels: 5,
  nodes: 6,
  outputs: [1, 2, 3, 4, 8, 12, 13, 32, 33, 40, 48],
};

/** The graph that belongs to a seed: every operator occurs, in every variant, with ordinary and with extreme numbers. */
export function randomModel(seed: number, size: RandomSize = SMALL): Model {
  return new ModelBuilder(new Generator(seed), size).build();
}

/** Rows that a model takes, ordinary and extreme ones. */
export function randomRows({ model, inputBytes }: LoadedModel, rows: number, seed: number): Uint8Array {
  const generator = new Generator(seed);
  const { low, high } = model.input;
  return Uint8Array.from({ length: rows * inputBytes }, () =>
    generator.chance(0.1) ? generator.pick([low, high]) + 128 : generator.integer(low, high) + 128,
  );
}

interface Tip {
  readonly source: Source;
  readonly shape: Shape;
}

class ModelBuilder {
  readonly #random: Generator;
  readonly #size: RandomSize;
  readonly #nodes: ModelNode[] = [];
  /** int8 tensors that nothing takes yet. */
  readonly #loose = new Set<Tip>();
  readonly #all: Tip[] = [];

  constructor(random: Generator, size: RandomSize) {
    this.#random = random;
    this.#size = size;
  }

  build(): Model {
    const random = this.#random;
    const [low, high] = random.chance(0.7) ? [-128, 127] : randomRange(this.#random);
    const input = { shape: this.#inputShape(), zeroPoint: random.integer(-128, 127), low, high };
    this.#made({ source: 0, shape: input.shape });
    const count = random.integer(1, this.#size.nodes);
    for (let i = 0; i < count; i++) this.#grow();
    this.#finish();
    return { input, nodes: this.#nodes, output: this.#nodes.length };
  }

  #inputShape(): Shape {
    const { side, channels } = this.#size;
    return {
      height: this.#random.integer(1, side),
      width: this.#random.integer(1, side),
      channels: this.#random.integer(1, channels),
    };
  }

  #grow(): void {
    const steps = {
      conv: () => this.#requantise(this.#conv(this.#tip())),
      gemm: () => this.#requantise(this.#gemm(this.#tip())),
      table: () => this.#table(this.#tip()),
      maxpool: () => this.#maxPool(this.#tip()),
      avgpool: () => this.#avgPool(this.#tip()),
      add: () => this.#add(),
      concat: () => this.#concat(this.#fitting((a, b) => a.height === b.height && a.width === b.width)),
      reshape: () => this.#reshape(this.#tip()),
    };
    this.#random.pick([...Object.values(steps), steps.conv])();
  }

  #table({ source, shape }: Tip): void {
    this.#push({ op: 'table', input: source, table: this.#random.int8s(256) }, shape);
  }

  #conv({ source, shape }: Tip): Tip {
    const random = this.#random;
    const padding = randomPadding(random, 3);
    const kernel = randomKernel(random, shape, padding, 4);
    const outputs = random.pick(this.#size.outputs);
    const common = divisors(shape.channels).filter((of) => outputs % of === 0);
    const depthwise = random.chance(0.2);
    const groups = depthwise ? shape.channels : random.chance(0.7) ? 1 : random.pick(common);
    const N = depthwise ? shape.channels * random.integer(1, 2) : outputs;
    const K = kernel.height * kernel.width * (shape.channels / groups);
    const node: ConvNode = {
      op: 'conv',
      input: source,
      ...this.#weights(K, N),
      kernel,
      stride: randomStride(random),
      padding,
      groups,
      padValue: random.pick([-128, 0, random.integer(-128, 127)]),
    };
    return this.#append(node, { ...sweep(shape, node), channels: N });
  }

  #gemm({ source, shape }: Tip): Tip {
    const K = shape.height * shape.width * shape.channels;
    const N = this.#random.pick(this.#size.outputs);
    return this.#append(
      { op: 'gemm', input: source, ...this.#weights(K, N) },
      { height: 1, width: 1, channels: N },
    );
  }

  #weights(K: number, N: number): { readonly weights: Int8Array; readonly bias: Int32Array } {
    const random = this.#random;
    const style = random.pick(['any', 'seven bit', 'extreme', 'small'] as const);
    const range = style === 'seven bit' ? [-64, 63] : style === 'small' ? [-3, 3] : [-128, 127];
    const extreme = () => Int8Array.from({ length: K * N }, () => random.pick([-128, 127, -128, 0]));
    const weights = style === 'extreme' ? extreme() : random.int8s(K * N, range[0]!, range[1]!);
    const large = random.chance(0.1) ? 2 ** 30 : 2 ** 12;
    return { weights, bias: random.int32s(N, -large, large) };
  }

  /** Most of what is requantised gives many different values; some all ends of the range. */
  #requantise({ source, shape }: Tip): void {
    const random = this.#random;
    const { channels } = shape;
    const extreme = random.chance(0.1);
    const multipliers = extreme
      ? Int32Array.from({ length: channels }, () => random.pick([0, 1, 2 ** 31 - 1]))
      : random.int32s(channels, 2 ** 29, 2 ** 31 - 1);
    const negative = random.chance(0.25) ? multipliers.map((of) => of >>> random.integer(1, 6)) : null;
    const [low, high] = random.chance(0.5) ? [-128, 127] : randomRange(this.#random);
    const shift = extreme ? random.pick([1, 2, 15, 16, 17, 18, 32, 33, 61, 62]) : random.integer(33, 42);
    const zeroPoint = random.integer(-128, 127);
    this.#push({ op: 'requant', input: source, multipliers, negative, shift, zeroPoint, low, high }, shape);
  }

  #maxPool({ source, shape }: Tip): void {
    const moves = this.#pooling(shape);
    this.#push(
      { op: 'maxpool', input: source, ...moves },
      { ...sweep(shape, moves), channels: shape.channels },
    );
  }

  #avgPool({ source, shape }: Tip): void {
    const random = this.#random;
    const moves = this.#pooling(shape);
    const multipliers = Int32Array.from({ length: moves.kernel.height * moves.kernel.width }, (_, n) =>
      Math.round((2 ** 30 * random.integer(1, 3)) / 2 / (n + 1)),
    );
    this.#push(
      {
        op: 'avgpool',
        input: source,
        ...moves,
        inputZeroPoint: random.integer(-128, 127),
        multipliers,
        shift: random.pick([30, 30, 29, 31]),
        zeroPoint: random.integer(-128, 127),
        countPadding: random.chance(0.5),
      },
      { ...sweep(shape, moves), channels: shape.channels },
    );
  }

  #pooling(shape: Shape): Sweep {
    const padding = randomPadding(this.#random, 2);
    return {
      kernel: randomKernel(this.#random, shape, padding, 4, padding),
      stride: randomStride(this.#random),
      padding,
    };
  }

  #add(): void {
    const random = this.#random;
    const same = (a: Shape, b: Shape) =>
      a.height === b.height && a.width === b.width && a.channels === b.channels;
    const fitting = this.#fitting(same);
    const [a, b] = [fitting[0]!, fitting.at(-1)!];
    const [low, high] = random.chance(0.5) ? [-128, 127] : randomRange(this.#random);
    const most = random.chance(0.1) ? 2 ** 31 - 1 : 2 ** 30;
    this.#push(
      {
        op: 'add',
        inputs: [a.source, b.source],
        inputZeroPoints: [random.integer(-128, 127), random.integer(-128, 127)],
        multipliers: [random.integer(0, most), random.integer(0, most)],
        shift: random.chance(0.1) ? random.pick([1, 40, 62]) : random.integer(28, 31),
        zeroPoint: random.integer(-128, 127),
        low,
        high,
      },
      a.shape,
    );
  }

  #concat(tips: readonly Tip[]): void {
    const random = this.#random;
    const shape = { ...tips[0]!.shape, channels: tips.reduce((sum, tip) => sum + tip.shape.channels, 0) };
    this.#push(
      {
        op: 'concat',
        inputs: tips.map(({ source }) => source),
        inputZeroPoints: tips.map(() => random.integer(-128, 127)),
        multipliers: tips.map(() => random.integer(0, random.chance(0.1) ? 2 ** 31 - 1 : 2 ** 30)),
        shift: random.chance(0.1) ? random.pick([1, 16, 17, 62]) : random.integer(28, 31),
        zeroPoint: random.integer(-128, 127),
      },
      shape,
    );
  }

  #reshape({ source, shape }: Tip): void {
    const cells = shape.height * shape.width * shape.channels;
    const height = this.#random.pick(divisors(cells));
    const width = this.#random.pick(divisors(cells / height));
    const made = { height, width, channels: cells / height / width };
    this.#push({ op: 'reshape', input: source, shape: made }, made);
  }

  /** Joins what nothing takes yet, and ends in int8, int32 or an index. */
  #finish(): void {
    const random = this.#random;
    const loose = [...this.#loose];
    if (loose.length > 1) {
      const vectors = loose.map(({ source, shape }) => {
        const made = { height: 1, width: 1, channels: shape.height * shape.width * shape.channels };
        return this.#append({ op: 'reshape', input: source, shape: made }, made);
      });
      this.#concat(vectors);
      for (const tip of loose) this.#loose.delete(tip);
    }
    const end = random.pick(['int8', 'int32', 'argmax', 'argmax of int8'] as const);
    const last = [...this.#loose][0]!;
    if (end === 'int8' && this.#nodes.length > 0) return;
    const made = this.#gemm(last);
    if (end === 'int8' || end === 'int32') return;
    if (end === 'argmax of int8') this.#requantise(made);
    this.#append({ op: 'argmax', input: this.#nodes.length }, made.shape);
  }

  /** A tensor, rather one that nothing takes yet. */
  #tip(): Tip {
    const tip = this.#random.chance(0.8) ? this.#random.pick([...this.#loose]) : this.#random.pick(this.#all);
    this.#loose.delete(tip);
    return tip;
  }

  /** One to three tensors whose shapes fit together. */
  #fitting(fits: (a: Shape, b: Shape) => boolean): readonly Tip[] {
    const first = this.#tip();
    const others = this.#all.filter(({ shape }) => fits(shape, first.shape));
    const tips = [
      first,
      ...Array.from({ length: this.#random.integer(0, 2) }, () => this.#random.pick(others)),
    ];
    for (const tip of tips) this.#loose.delete(tip);
    return tips;
  }

  #append(node: ModelNode, shape: Shape): Tip {
    this.#nodes.push(node);
    return { source: this.#nodes.length, shape };
  }

  #push(node: ModelNode, shape: Shape): void {
    this.#made(this.#append(node, shape));
  }

  #made(tip: Tip): void {
    this.#all.push(tip);
    this.#loose.add(tip);
  }
}
