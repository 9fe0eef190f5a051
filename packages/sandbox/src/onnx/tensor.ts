import type { OnnxTensor, OnnxType } from './graph.ts';
import { MAX_NUMBERS, MAX_ONNX_BYTES } from './limits.ts';
import { readMessage } from './message.ts';
import { onnxMalformed, onnxUnsupported } from './refusal.ts';

/** TensorProto.DataType of onnx.proto3, as far as it is read. */
const TYPES: Readonly<Record<number, OnnxType>> = {
  1: 'float',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
};

/** Bytes of a value in raw data. */
const WIDTHS: Readonly<Record<OnnxType, number>> = { float: 4, uint8: 1, int8: 1, int32: 4, int64: 8 };

/** The type by its number, undefined for those that are not read. */
export function onnxType(number: number): OnnxType | undefined {
  return TYPES[number];
}

/**
 * TensorProto: a constant. Its values are in the raw data, or in the list of its type.
 *
 * @throws SandboxError `onnx-malformed`, `onnx-unsupported`, `onnx-too-large`
 */
export function readTensor(bytes: Uint8Array, owner: string): OnnxTensor {
  const dimensions: number[] = [];
  const listed: number[] = [];
  let name = '';
  let number = 0;
  let external = false;
  let raw: Uint8Array | undefined;
  const list = { most: MAX_ONNX_BYTES };
  readMessage(bytes, `a constant of ${owner}`, {
    1: { most: MAX_NUMBERS, read: (field) => field.integersInto(dimensions, MAX_NUMBERS) },
    2: { read: (field) => (number = field.integer()) },
    4: { ...list, read: (field) => field.floatsInto(listed, MAX_ONNX_BYTES) },
    5: { ...list, read: (field) => field.integersInto(listed, MAX_ONNX_BYTES) },
    7: { ...list, read: (field) => field.integersInto(listed, MAX_ONNX_BYTES) },
    8: { read: (field) => (name = field.text()) },
    9: { read: (field) => (raw = field.bytes()) },
    14: { read: (field) => (external = field.integer() !== 0) },
  });
  const place = `the constant '${name}' of ${owner}`;
  if (external) onnxUnsupported(place, 'its values are in another file; export the network into one file');
  const type = TYPES[number];
  if (type === undefined) {
    onnxUnsupported(
      place,
      `its values have the type ${number} of ONNX, not float32, int8, uint8, int32 or int64`,
    );
  }
  const count = dimensions.reduce((product, dimension) => product * dimension, 1);
  if (dimensions.some((dimension) => dimension < 0)) onnxMalformed(place, 'a dimension is negative');
  const has = raw === undefined ? listed.length : raw.length / WIDTHS[type];
  if (has !== count) onnxMalformed(place, `its dimensions ask for ${count} values, it has ${has}`);
  if (raw !== undefined && listed.length > 0) onnxMalformed(place, 'it has its values twice');
  const values = raw === undefined ? fromList(listed, type, place) : fromRaw(raw, type, place);
  if (!values.every(Number.isFinite)) onnxMalformed(place, 'a value is not finite');
  return { name, type, dimensions, values };
}

function fromRaw(raw: Uint8Array, type: OnnxType, place: string): OnnxTensor['values'] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  const count = raw.length / WIDTHS[type];
  switch (type) {
    case 'float':
      return Float32Array.from({ length: count }, (_, at) => view.getFloat32(4 * at, true));
    case 'int32':
      return Int32Array.from({ length: count }, (_, at) => view.getInt32(4 * at, true));
    case 'int64': {
      const values = Float64Array.from({ length: count }, (_, at) => Number(view.getBigInt64(8 * at, true)));
      if (!values.every(Number.isSafeInteger)) onnxMalformed(place, 'a value is too large');
      return values;
    }
    case 'uint8':
      return Uint8Array.from(raw);
    case 'int8':
      return Int8Array.from(raw);
  }
}

function fromList(listed: readonly number[], type: OnnxType, place: string): OnnxTensor['values'] {
  const values = {
    float: () => Float32Array.from(listed),
    int64: () => Float64Array.from(listed),
    int32: () => Int32Array.from(listed),
    uint8: () => Uint8Array.from(listed),
    int8: () => Int8Array.from(listed),
  }[type]();
  if (type !== 'float' && values.some((value, at) => value !== listed[at]))
    onnxMalformed(place, `a value is no ${type}`);
  return values;
}
