import { SandboxError } from '../../errors.ts';
import type { Padding, Window } from '../graph.ts';
import { MAX_WINDOW } from '../limits.ts';

/** Where something in a model file is: the file itself, its input, or a node. */
export interface Place {
  readonly name: string;
  readonly evidence: Readonly<Record<string, string | number>>;
}

/** @throws SandboxError `model-malformed`, always */
export function malformed(place: Place, message: string, field?: string): never {
  throw new SandboxError('model-malformed', `${place.name}: ${message}`, {
    ...place.evidence,
    ...(field === undefined ? {} : { field }),
  });
}

/** A map of a model file, whose fields are taken out one by one; {@link done} refuses what is left. */
export class Fields {
  readonly place: Place;
  readonly #left: Map<string, unknown>;

  /** @throws SandboxError `model-malformed` where `value` is no map */
  constructor(value: unknown, place: Place) {
    const prototype = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
    if (prototype !== Object.prototype && prototype !== null) malformed(place, 'a map was expected');
    this.place = place;
    this.#left = new Map(Object.entries(value as Record<string, unknown>));
  }

  has(name: string): boolean {
    return this.#left.has(name);
  }

  /** Takes the field where it is null. */
  isNull(name: string): boolean {
    return this.#left.get(name) === null && this.#left.delete(name);
  }

  take(name: string): unknown {
    if (!this.#left.has(name)) malformed(this.place, `the field '${name}' is missing`, name);
    const value = this.#left.get(name);
    this.#left.delete(name);
    return value;
  }

  text(name: string): string {
    const value = this.take(name);
    if (typeof value !== 'string') malformed(this.place, `'${name}' is text`, name);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.take(name);
    if (typeof value !== 'boolean') malformed(this.place, `'${name}' is true or false`, name);
    return value;
  }

  integer(name: string, least: number, most: number): number {
    return this.#integer(this.take(name), name, least, most);
  }

  int8(name: string): number {
    return this.integer(name, -128, 127);
  }

  integers(name: string, count: readonly [number, number], least: number, most: number): readonly number[] {
    const value = this.take(name);
    const [fewest, largest] = count;
    if (!Array.isArray(value) || value.length < fewest || value.length > largest) {
      malformed(this.place, `'${name}' is a list of ${fewest} to ${largest} numbers`, name);
    }
    return value.map((item) => this.#integer(item, name, least, most));
  }

  int8s(name: string): Int8Array {
    const bytes = this.bytes(name);
    return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length).slice();
  }

  /** int32, each 4 bytes little-endian, of at least `least`. */
  int32s(name: string, least = -(2 ** 31)): Int32Array {
    const bytes = this.bytes(name);
    if (bytes.length % 4 !== 0) malformed(this.place, `'${name}' holds numbers of 4 bytes`, name);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const numbers = new Int32Array(bytes.length / 4);
    for (let i = 0; i < numbers.length; i++) numbers[i] = view.getInt32(4 * i, true);
    if (numbers.some((number) => number < least)) {
      malformed(this.place, `a number in '${name}' is below ${least}`, name);
    }
    return numbers;
  }

  bytes(name: string): Uint8Array {
    const value = this.take(name);
    if (!(value instanceof Uint8Array)) malformed(this.place, `'${name}' is bytes`, name);
    return value;
  }

  /** A map as the value of a field. */
  map(name: string): Fields {
    return new Fields(this.take(name), { ...this.place, name: `${this.place.name}, ${name}` });
  }

  window(name: string): Window {
    const fields = this.map(name);
    const window = {
      height: fields.integer('height', 1, MAX_WINDOW),
      width: fields.integer('width', 1, MAX_WINDOW),
    };
    fields.done();
    return window;
  }

  padding(name: string): Padding {
    const fields = this.map(name);
    const padding = {
      top: fields.integer('top', 0, MAX_WINDOW),
      left: fields.integer('left', 0, MAX_WINDOW),
      bottom: fields.integer('bottom', 0, MAX_WINDOW),
      right: fields.integer('right', 0, MAX_WINDOW),
    };
    fields.done();
    return padding;
  }

  /** @throws SandboxError `model-malformed` where a field is left that nobody took */
  done(): void {
    const [name] = this.#left.keys();
    if (name !== undefined) malformed(this.place, `the field '${name}' is unknown`, name);
  }

  #integer(value: unknown, name: string, least: number, most: number): number {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      malformed(this.place, `'${name}' is an integer from ${least} to ${most}`, name);
    }
    return value;
  }
}
