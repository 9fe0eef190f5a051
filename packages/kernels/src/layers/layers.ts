import type { Block } from '../memory/block.ts';
import type { Memory } from '../memory/memory.ts';
import { count, product } from '../memory/numbers.ts';
import type { KernelExports } from '../module.ts';
import { LARGEST, poolPlan, putGeometry, type WindowGeometry } from './geometry.ts';
import { checkPlace, type RecordPlace } from './records.ts';
import { checkRounding, int8, multiplier, type Rounding } from './rounding.ts';

/** Values that are requantised at a time, at least: each time takes as long as some of them. */
const RUN = 512;

/** What {@link LayerKernels.requantise} and {@link LayerKernels.requantiseRecords} make of int32. */
interface Requantised {
  /** int8 of the same shape. */
  readonly output: Block<'int8'>;
  /** One for each channel, none negative. */
  readonly multipliers: Block<'int32'>;
  /** Those of negative values, if they have others. */
  readonly negative: Block<'int32'> | null;
  readonly rounding: Rounding;
}

/** Arguments of {@link LayerKernels.requantise}. */
export interface RequantiseArguments extends Requantised {
  /** int32 [rows][channels]. */
  readonly input: Block<'int32'>;
  readonly rows: number;
}

/** Arguments of {@link LayerKernels.requantiseRecords}. */
export interface RequantiseRecordsArguments extends Requantised {
  /** Accumulators of whole positions: as many as there are multipliers, or a multiple of them. */
  readonly place: RecordPlace;
}

/** A pool over images. */
export interface PoolArguments {
  /** int8 [images][height][width][channels]. */
  readonly input: Block<'int8'>;
  /** int8 [images][output height][output width][channels]. */
  readonly output: Block<'int8'>;
  readonly images: number;
  /** With less padding than kernel on each side. */
  readonly geometry: WindowGeometry;
}

/** Arguments of {@link LayerKernels.averagePool}. */
export interface AveragePoolArguments extends PoolArguments {
  readonly inputZeroPoint: number;
  /** By number of counted cells − 1: as many as the kernel has cells, none negative. */
  readonly multipliers: Block<'int32'>;
  /** Whether added cells are counted; they add nothing to the sum. */
  readonly countPadding: boolean;
  readonly rounding: Pick<Rounding, 'shift' | 'zeroPoint'>;
}

/** One of the inputs of {@link LayerKernels.add}. */
export interface Term {
  readonly input: Block<'int8'>;
  readonly zeroPoint: number;
  readonly multiplier: number;
}

/** Arguments of {@link LayerKernels.place}. */
export interface PlaceArguments {
  /** int8 [positions][channels]. */
  readonly input: Block<'int8'>;
  /** int8 [positions][outputChannels]. */
  readonly output: Block<'int8'>;
  readonly positions: number;
  readonly channels: number;
  readonly outputChannels: number;
  /** Channel of the output that the first one of the input becomes. */
  readonly firstChannel: number;
  /** 256 values. */
  readonly table: Block<'int8'>;
}

/** What stands between the linear layers of a model: int32 → int8 and int8 → int8, exact. */
export class LayerKernels {
  readonly #memory: Memory;
  readonly #kernels: KernelExports;

  constructor(memory: Memory, kernels: KernelExports) {
    this.#memory = memory;
    this.#kernels = kernels;
  }

  /**
   * clamp(zeroPoint + (value · multiplier + 2^(shift−1)) >> shift, low, high), in 64 bits.
   * @throws KernelError
   */
  requantise({ input, rows, ...given }: RequantiseArguments): void {
    const channels = count('channels', given.multipliers.length, 1, LARGEST);
    const length = product('input', LARGEST, count('rows', rows, 0, LARGEST), channels);
    const x = this.#memory.check('input', input, 'int32', length);
    this.#memory.disjoint(given.output, input);
    this.#requantise([x, 0, 4], { rows: 1, count: length }, given);
  }

  /** The same for accumulators that are in records still. @throws KernelError */
  requantiseRecords({ place, ...given }: RequantiseRecordsArguments): void {
    const { rows, recordBytes, bytes } = place;
    const x = checkPlace(this.#memory, place);
    count('positions', place.count / given.multipliers.length, 0, LARGEST);
    this.#memory.disjoint(given.output, place.records);
    this.#requantise([x, recordBytes, bytes], { rows, count: place.count }, given);
  }

  #requantise(
    source: readonly [address: number, stride: number, bytes: number],
    values: { readonly rows: number; readonly count: number },
    { output, multipliers, negative, rounding }: Requantised,
  ): void {
    const { shift, zeroPoint, low, high } = checkRounding(rounding);
    const channels = multipliers.length;
    const y = this.#memory.check(
      'output',
      output,
      'int8',
      product('output', LARGEST, values.rows, values.count),
    );
    const m = this.#checkMultipliers('multipliers', multipliers, channels);
    const n = negative === null ? 0 : this.#checkMultipliers('negative', negative, channels);
    this.#memory.disjoint(output, multipliers, ...(negative === null ? [] : [negative]));
    const run = Math.ceil(RUN / channels) * channels;
    this.#memory.temporarily(() => {
      const runs = this.#memory.allocate('int32', 2 * run).address;
      this.#kernels.requantise(
        ...[...source, y, values.rows, values.count, channels, m, n, runs, run],
        ...[shift, zeroPoint, low, high],
      );
    });
  }

  /** value − 128 of every byte. @throws KernelError */
  recentre(input: Block<'int8'>, output: Block<'int8'>): void {
    const x = this.#memory.check('input', input, 'int8');
    const y = this.#memory.check('output', output, 'int8', input.length);
    this.#memory.disjoint(output, input);
    this.#kernels.recentre(x, y, input.length);
  }

  /** table[value + 128] of every value. @throws KernelError */
  table(input: Block<'int8'>, output: Block<'int8'>, table: Block<'int8'>): void {
    this.place({
      ...{ input, output, positions: 1, channels: input.length, outputChannels: input.length },
      ...{ firstChannel: 0, table },
    });
  }

  /**
   * The table of q → clamp(zeroPoint + rq(q − inputZeroPoint, multiplier, shift), −128, 127), in a new block.
   * @throws KernelError
   */
  rescaleTable(
    inputZeroPoint: number,
    factor: number,
    rounding: Pick<Rounding, 'shift' | 'zeroPoint'>,
  ): Block<'int8'> {
    const { shift, zeroPoint } = checkRounding(rounding);
    int8('inputZeroPoint', inputZeroPoint);
    multiplier('multiplier', factor);
    const table = this.#memory.allocate('int8', 256);
    this.#kernels.rescaleTable(table.address, inputZeroPoint, factor, shift, zeroPoint);
    return table;
  }

  /** table[value + 128] of every value, placed among other channels: one input of a concatenation. @throws KernelError */
  place(given: PlaceArguments): void {
    const { input, output, positions, channels, outputChannels, firstChannel, table } = given;
    count('positions', positions, 0, LARGEST);
    count('outputChannels', outputChannels, 0, LARGEST);
    count('channels', channels, 0, outputChannels);
    count('firstChannel', firstChannel, 0, outputChannels - channels);
    const x = this.#memory.check('input', input, 'int8', product('input', LARGEST, positions, channels));
    const length = product('output', LARGEST, positions, outputChannels);
    const y = this.#memory.check('output', output, 'int8', length);
    const values = this.#memory.check('table', table, 'int8', 256);
    this.#memory.disjoint(output, input, table);
    this.#kernels.placeChannels(x, y + firstChannel, positions, channels, outputChannels, values);
  }

  /** Largest value of each channel under the window; added cells never win. @throws KernelError */
  maxPool({ input, output, images, geometry }: PoolArguments): void {
    const plan = poolPlan(geometry);
    const { x, y } = this.#checkPool({ input, output, images, geometry }, plan);
    this.#memory.disjoint(output, input);
    this.#memory.temporarily(() => {
      this.#kernels.maxPool(x, y, putGeometry(this.#memory, geometry, plan).address, images);
    });
  }

  /** clamp(zeroPoint + rq(Σ (value − inputZeroPoint), multiplier, shift), −128, 127). @throws KernelError */
  averagePool(given: AveragePoolArguments): void {
    const { input, output, images, geometry, multipliers, inputZeroPoint, countPadding } = given;
    const { shift, zeroPoint } = checkRounding(given.rounding);
    const plan = poolPlan(geometry);
    // Sums of values of up to 255 stay within int32.
    count('cells of the kernel', plan.cells, 1, 2 ** 23);
    int8('inputZeroPoint', inputZeroPoint);
    const { x, y } = this.#checkPool(given, plan);
    const m = this.#checkMultipliers('multipliers', multipliers, plan.cells);
    this.#memory.disjoint(output, input, multipliers);
    this.#memory.temporarily(() => {
      const g = putGeometry(this.#memory, geometry, plan).address;
      const sums = this.#memory.allocate('int32', geometry.channels).address;
      const padding = countPadding ? 1 : 0;
      this.#kernels.averagePool(x, y, g, images, sums, m, padding, inputZeroPoint, shift, zeroPoint);
    });
  }

  /**
   * clamp(zeroPoint + ((a − z_a)·M_a + (b − z_b)·M_b + 2^(shift−1)) >> shift, low, high), value by value.
   * @throws KernelError
   */
  add([a, b]: readonly [Term, Term], output: Block<'int8'>, rounding: Rounding): void {
    const { shift, zeroPoint, low, high } = checkRounding(rounding);
    for (const term of [a, b]) {
      int8('zeroPoint of an input', term.zeroPoint);
      multiplier('multiplier of an input', term.multiplier);
    }
    const { length } = output;
    const y = this.#memory.check('output', output, 'int8');
    const atA = this.#memory.check('first input', a.input, 'int8', length);
    const atB = this.#memory.check('second input', b.input, 'int8', length);
    this.#memory.disjoint(output, a.input, b.input);
    this.#memory.temporarily(() => {
      const products = this.#memory.allocate('int8', 4096).address;
      const terms = [a.zeroPoint, a.multiplier, b.zeroPoint, b.multiplier] as const;
      this.#kernels.add(atA, atB, y, length, ...terms, shift, zeroPoint, low, high, products);
    });
  }

  /**
   * Number of the largest value of each row, the lowest where several are: 1 byte for up to 256 channels, otherwise
   * 2 bytes, little-endian.
   * @param input - int8 or int32 [rows][channels]
   * @param output - rows · 1 or 2 bytes
   * @throws KernelError
   */
  argmax(input: Block<'int8'> | Block<'int32'>, output: Block<'int8'>, rows: number, channels: number): void {
    count('rows', rows, 0, LARGEST);
    count('channels', channels, 1, 65_536);
    const bytes = channels <= 256 ? 1 : 2;
    const kind = input.kind === 'int8' ? 'int8' : 'int32';
    const x = this.#memory.check('input', input, kind, product('input', LARGEST, rows, channels));
    const y = this.#memory.check('output', output, 'int8', rows * bytes);
    this.#memory.disjoint(output, input);
    if (kind === 'int8') this.#kernels.argmax8(x, y, rows, channels, bytes);
    else this.#kernels.argmax32(x, y, rows, channels, bytes);
  }

  #checkPool(
    { input, output, images, geometry }: PoolArguments,
    { imageLength, positions }: { readonly imageLength: number; readonly positions: number },
  ): { readonly x: number; readonly y: number } {
    count('images', images, 0, LARGEST);
    const x = this.#memory.check('input', input, 'int8', product('input', LARGEST, images, imageLength));
    const length = product('output', LARGEST, images, positions, geometry.channels);
    return { x, y: this.#memory.check('output', output, 'int8', length) };
  }

  /** Multipliers are few beside what they multiply, so each is looked at. */

  #checkMultipliers(name: string, block: Block<'int32'>, length: number): number {
    const address = this.#memory.check(name, block, 'int32', length);
    const first = this.#kernels.firstNegative(address, length) ?? length;
    if (first < length) multiplier(name, this.#memory.int32(block)[first]!);
    return address;
  }
}
