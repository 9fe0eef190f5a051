import { type BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Writes an integer field. */
export function putInteger(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

/** Writes a text field. */
export function putText(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

/** Writes a message field, with what `body` writes in it. */
export function putMessage(writer: BinaryWriter, field: number, body: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  body();
  writer.join();
}
