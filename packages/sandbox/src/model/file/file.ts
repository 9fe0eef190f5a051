import { decode, encode } from '@ipld/dag-cbor';
import { SandboxError } from '../../errors.ts';
import type { Model, ModelInput, ModelNode, ModelScales } from '../graph.ts';
import { MAX_MODEL_BYTES, MAX_NODES } from '../limits.ts';
import { clamping, decodeNode, decodeShape } from './decode-node.ts';
import { Fields, malformed, type Place } from './fields.ts';
import { structureFault } from './structure.ts';

/** First field of a model file, and its version. */
const FORMAT = 'prometheus/model/1';

const FILE: Place = { name: 'the model file', evidence: {} };

/**
 * The model file of a model: canonical dag-cbor (F §Model file). Whether the model is any good shows when the file
 * is loaded.
 */
export function encodeModel(model: Model): Uint8Array {
  const { input, nodes, output, scales } = model;
  const file = {
    format: FORMAT,
    input,
    nodes: nodes.map(plainNode),
    output,
    ...(scales === undefined
      ? {}
      : { scales: { input: binary64(scales.input), output: binary64(scales.output) } }),
  };
  return plain(encode(file));
}

/**
 * The model of a model file, parsed strictly: what would not be encoded to the same bytes again is refused.
 *
 * @param bytes - from outside
 * @throws SandboxError `model-too-large`, `model-malformed`
 */
export function decodeModel(bytes: Uint8Array): Model {
  if (bytes.length > MAX_MODEL_BYTES) {
    throw new SandboxError('model-too-large', `a model file has at most ${MAX_MODEL_BYTES} bytes`, {
      bytes: bytes.length,
      limit: MAX_MODEL_BYTES,
    });
  }
  const fault = structureFault(bytes);
  if (fault !== undefined) malformed(FILE, `${fault}`);
  const model = readModel(new Fields(decodeCbor(bytes), FILE));
  if (!Buffer.from(encodeModel(model)).equals(bytes)) {
    malformed(FILE, 'its bytes are not the canonical encoding of what they say');
  }
  return model;
}

function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return decode(plain(bytes));
  } catch {
    return malformed(FILE, 'it is not dag-cbor');
  }
}

function readModel(fields: Fields): Model {
  if (fields.text('format') !== FORMAT) malformed(FILE, `its format is not ${FORMAT}`, 'format');
  const input = readInput(fields.map('input'));
  const list = fields.take('nodes');
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_NODES) {
    malformed(FILE, `a model has 1 to ${MAX_NODES} nodes`, 'nodes');
  }
  const nodes = list.map((node, index) => decodeNode(new Fields(node, nodePlace(index, node)), index));
  // Every tensor is used, and nothing comes after the last node: so it is the output.
  const output = fields.integer('output', nodes.length, nodes.length);
  const scales = fields.has('scales') ? readScales(fields.map('scales')) : undefined;
  fields.done();
  return { input, nodes, output, ...(scales === undefined ? {} : { scales }) };
}

function readInput(fields: Fields): ModelInput {
  const input = {
    shape: decodeShape(fields.map('shape')),
    zeroPoint: fields.int8('zeroPoint'),
    ...clamping(fields),
  };
  fields.done();
  return input;
}

function readScales(fields: Fields): ModelScales {
  const read = (name: string): number => {
    const bytes = fields.bytes(name);
    const scale = bytes.length === 8 ? new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true) : 0;
    if (!Number.isFinite(scale) || scale <= 0) {
      malformed(fields.place, `'${name}' is a positive number of 8 bytes`, name);
    }
    return scale;
  };
  const scales = { input: read('input'), output: read('output') };
  fields.done();
  return scales;
}

/** How errors name a node. */
export function nodePlace(index: number, node: unknown): Place {
  const op = typeof node === 'object' && node !== null && 'op' in node ? node.op : undefined;
  const name = typeof op === 'string' ? op.slice(0, 32) : 'unknown';
  return { name: `node ${index} (${name})`, evidence: { node: index, op: name } };
}

/** A node with typed arrays as bytes, numbers in little-endian order. */
function plainNode(node: ModelNode): Record<string, unknown> {
  const entries = Object.entries(node).map(([name, value]): [string, unknown] => {
    if (value instanceof Int8Array)
      return [name, new Uint8Array(value.buffer, value.byteOffset, value.length)];
    return [name, value instanceof Int32Array ? littleEndian(value) : value];
  });
  return Object.fromEntries(entries);
}

function littleEndian(numbers: Int32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * numbers.length));
  for (const [i, number] of numbers.entries()) view.setInt32(4 * i, number, true);
  return new Uint8Array(view.buffer);
}

function binary64(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  return new Uint8Array(view.buffer);
}

/** The same bytes as a plain Uint8Array: the encoder returns Node's Buffer for long values, and decodes a Buffer into Buffers. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
