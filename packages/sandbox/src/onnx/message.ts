import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { SandboxError } from '../errors.ts';
import { MAX_NAME_BYTES } from './limits.ts';
import { onnxMalformed, onnxTooLarge } from './refusal.ts';

/** One field of a protobuf message that is looked at. */
export interface Field {
  /** How often it may be there; once unless said otherwise. */
  readonly most?: number;
  readonly read: (value: FieldReader) => void;
}

/**
 * Reads a message of protobuf's wire format (https://protobuf.dev/programming-guides/encoding/). Fields that are not named are passed
 * over, as the format has it; what is named has to be right. Nothing is read recursively here: nesting is that of the
 * calls, which follow the schema.
 *
 * @param place - what the message is, for refusals
 * @throws SandboxError `onnx-malformed`, `onnx-too-large`
 */
export function readMessage(bytes: Uint8Array, place: string, fields: Readonly<Record<number, Field>>): void {
  const reader = new BinaryReader(bytes);
  const seen = new Map<number, number>();
  try {
    while (reader.pos < reader.len) {
      const [number, wire] = reader.tag();
      if (wire === WireType.StartGroup || wire === WireType.EndGroup)
        onnxMalformed(place, 'it has a group of fields');
      const field = fields[number];
      if (field === undefined) {
        reader.skip(wire);
        continue;
      }
      const count = (seen.get(number) ?? 0) + 1;
      seen.set(number, count);
      const { most = 1 } = field;
      if (count > most) onnxTooLarge(place, `fields with the number ${number}`, most);
      field.read(new FieldReader(reader, wire, place));
    }
  } catch (error) {
    if (error instanceof SandboxError) throw error;
    onnxMalformed(place, 'it is not in the wire format of protobuf, or not complete');
  }
}

/** The value of one field; exactly one of its methods is called. */
export class FieldReader {
  readonly place: string;
  readonly #reader: BinaryReader;
  readonly #wire: WireType;

  constructor(reader: BinaryReader, wire: WireType, place: string) {
    this.place = place;
    this.#reader = reader;
    this.#wire = wire;
  }

  /** A view, not a copy. */
  bytes(): Uint8Array {
    this.#need(WireType.LengthDelimited);
    return this.#reader.bytes();
  }

  /** A text that can be shown on a terminal. */
  text(): string {
    const bytes = this.bytes();
    if (bytes.length > MAX_NAME_BYTES) onnxTooLarge(this.place, 'bytes of a name', MAX_NAME_BYTES);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (/\p{Cc}/u.test(text)) onnxMalformed(this.place, 'a name has control characters');
    return text;
  }

  /** An int32, int64 or enum that a number holds. */
  integer(): number {
    this.#need(WireType.Varint);
    return safe(this.#reader.int64(), this.place);
  }

  float(): number {
    this.#need(WireType.Bit32);
    return this.#reader.float();
  }

  /** Adds what a repeated integer field holds: one value, or a packed list of them. */
  integersInto(values: number[], most: number): void {
    this.#eachPacked(
      WireType.Varint,
      (reader) => values.push(safe(reader.int64(), this.place)),
      values,
      most,
    );
  }

  /** Adds what a repeated float field holds. */
  floatsInto(values: number[], most: number): void {
    this.#eachPacked(WireType.Bit32, (reader) => values.push(reader.float()), values, most);
  }

  #eachPacked(single: WireType, read: (reader: BinaryReader) => void, values: number[], most: number): void {
    if (this.#wire === single) {
      if (values.length >= most) onnxTooLarge(this.place, 'numbers in a list', most);
      read(this.#reader);
      return;
    }
    const packed = new BinaryReader(this.bytes());
    while (packed.pos < packed.len) {
      if (values.length >= most) onnxTooLarge(this.place, 'numbers in a list', most);
      read(packed);
    }
  }

  #need(wire: WireType): void {
    if (this.#wire !== wire) onnxMalformed(this.place, 'a field has the wrong wire type');
  }
}

function safe(value: bigint | string, place: string): number {
  const number = Number(BigInt(value));
  if (!Number.isSafeInteger(number)) onnxMalformed(place, `the number ${value} is too large`);
  return number;
}
