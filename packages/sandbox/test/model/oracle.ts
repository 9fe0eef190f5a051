import type { ConvNode, Model, ModelNode, Shape } from '../../src/index.ts';

/** A tensor of one row, cell by cell, as integers without a size. */
interface Cells {
  readonly shape: Shape;
  readonly at: (y: number, x: number, channel: number) => bigint;
}

/** What the oracle computes of one row. */
interface OracleRow {
  /** Tensor by tensor in NHWC order; 0 is the input. */
  readonly tensors: readonly (readonly bigint[])[];
}

/**
 * The semantics of docs/protocol/model.md written down cell by cell with integers of any size, in no hurry and sharing nothing with
 * an engine: each tensor is a function of its coordinates.
 */
export function oracleRow({ input, nodes }: Model, row: Uint8Array): OracleRow {
  const tensors: Cells[] = [
    frozen(
      input.shape,
      [...row].map((byte) => BigInt(byte) - 128n),
    ),
  ];
  const lists = [listed(tensors[0]!)];
  for (const node of nodes) {
    const inputs = ('inputs' in node ? node.inputs : [node.input]).map((source) => tensors[source]!);
    const made = apply(node, inputs);
    const list = listed(made);
    tensors.push(frozen(made.shape, list));
    lists.push(list);
  }
  return { tensors: lists };
}

/** rq(v, M, S), from its definition. */
export function oracleRq(value: bigint, multiplier: bigint, shift: number): bigint {
  return (value * multiplier + (1n << BigInt(shift - 1))) >> BigInt(shift);
}

function apply(node: ModelNode, inputs: readonly Cells[]): Cells {
  const input = inputs[0]!;
  const { shape } = input;
  switch (node.op) {
    case 'conv':
      return conv(node, input);
    case 'gemm': {
      const list = listed(input);
      const N = node.bias.length;
      return {
        shape: { height: 1, width: 1, channels: N },
        at: (_y, _x, n) =>
          list.reduce(
            (sum, value, k) => sum + value * BigInt(node.weights[k * N + n]!),
            BigInt(node.bias[n]!),
          ),
      };
    }
    case 'requant':
      return {
        shape,
        at: (y, x, channel) => {
          const value = input.at(y, x, channel);
          const by = value < 0n && node.negative !== null ? node.negative : node.multipliers;
          const scaled = BigInt(node.zeroPoint) + oracleRq(value, BigInt(by[channel]!), node.shift);
          return clamp(scaled, node.low, node.high);
        },
      };
    case 'table':
      return { shape, at: (y, x, channel) => BigInt(node.table[Number(input.at(y, x, channel)) + 128]!) };
    case 'maxpool':
      return {
        shape: { ...swept(shape, node), channels: shape.channels },
        at: (y, x, channel) =>
          window(node, shape, y, x)
            .filter(({ inside }) => inside)
            .map((cell) => input.at(cell.y, cell.x, channel))
            .reduce(larger),
      };
    case 'avgpool':
      return {
        shape: { ...swept(shape, node), channels: shape.channels },
        at: (y, x, channel) => {
          const covered = window(node, shape, y, x);
          const real = covered.filter(({ inside }) => inside);
          const counted = node.countPadding ? covered.length : real.length;
          const zero = BigInt(node.inputZeroPoint);
          const sum = real.reduce((total, cell) => total + input.at(cell.y, cell.x, channel) - zero, 0n);
          const mean = oracleRq(sum, BigInt(node.multipliers[counted - 1]!), node.shift);
          return clamp(BigInt(node.zeroPoint) + mean, -128, 127);
        },
      };
    case 'add':
      return {
        shape,
        at: (y, x, channel) => {
          const sum = inputs.reduce(
            (total, of, i) =>
              total +
              (of.at(y, x, channel) - BigInt(node.inputZeroPoints[i]!)) * BigInt(node.multipliers[i]!),
            0n,
          );
          return clamp(BigInt(node.zeroPoint) + oracleRq(sum, 1n, node.shift), node.low, node.high);
        },
      };
    case 'concat': {
      const owners = inputs.flatMap((of, i) =>
        Array.from({ length: of.shape.channels }, (_, c) => [i, c] as const),
      );
      return {
        shape: { ...shape, channels: owners.length },
        at: (y, x, channel) => {
          const [i, c] = owners[channel]!;
          const value = inputs[i]!.at(y, x, c) - BigInt(node.inputZeroPoints[i]!);
          return clamp(
            BigInt(node.zeroPoint) + oracleRq(value, BigInt(node.multipliers[i]!), node.shift),
            -128,
            127,
          );
        },
      };
    }
    case 'reshape':
      return frozen(node.shape, listed(input));
    case 'argmax': {
      const list = listed(input);
      const most = list.reduce(larger);
      return frozen({ height: 1, width: 1, channels: 1 }, [BigInt(list.indexOf(most))]);
    }
  }
}

function conv(node: ConvNode, { shape, at }: Cells): Cells {
  const { weights, bias, groups } = node;
  const N = bias.length;
  const ins = shape.channels / groups;
  return {
    shape: { ...swept(shape, node), channels: N },
    at: (y, x, n) => {
      const group = Math.floor(n / (N / groups));
      return window(node, shape, y, x).reduce((sum, cell, tap) => {
        let total = sum;
        for (let c = 0; c < ins; c++) {
          const value = cell.inside ? at(cell.y, cell.x, group * ins + c) : BigInt(node.padValue);
          total += value * BigInt(weights[(tap * ins + c) * N + n]!);
        }
        return total;
      }, BigInt(bias[n]!));
    },
  };
}

type Sweep = Pick<ConvNode, 'kernel' | 'stride' | 'padding'>;

function swept(shape: Shape, { kernel, stride, padding }: Sweep) {
  return {
    height: Math.floor((shape.height + padding.top + padding.bottom - kernel.height) / stride.height) + 1,
    width: Math.floor((shape.width + padding.left + padding.right - kernel.width) / stride.width) + 1,
  };
}

/** The cells that the window at (y, x) covers, row by row. */
function window({ kernel, stride, padding }: Sweep, shape: Shape, y: number, x: number) {
  return Array.from({ length: kernel.height * kernel.width }, (_, tap) => {
    const cellY = y * stride.height - padding.top + Math.floor(tap / kernel.width);
    const cellX = x * stride.width - padding.left + (tap % kernel.width);
    const inside = cellY >= 0 && cellY < shape.height && cellX >= 0 && cellX < shape.width;
    return { y: cellY, x: cellX, inside };
  });
}

function listed({ shape, at }: Cells): readonly bigint[] {
  const list: bigint[] = [];
  for (let y = 0; y < shape.height; y++) {
    for (let x = 0; x < shape.width; x++) {
      for (let channel = 0; channel < shape.channels; channel++) list.push(at(y, x, channel));
    }
  }
  return list;
}

function frozen(shape: Shape, list: readonly bigint[]): Cells {
  return { shape, at: (y, x, channel) => list[(y * shape.width + x) * shape.channels + channel]! };
}

function clamp(value: bigint, low: number, high: number): bigint {
  if (value < BigInt(low)) return BigInt(low);
  return value > BigInt(high) ? BigInt(high) : value;
}

function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}
