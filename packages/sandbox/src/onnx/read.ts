import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './graph.ts';
import {
  MAX_ATTRIBUTES,
  MAX_NAMES,
  MAX_NUMBERS,
  MAX_ONNX_BYTES,
  MAX_ONNX_NODES,
  MAX_ONNX_TENSORS,
} from './limits.ts';
import { readMessage } from './message.ts';
import { onnxMalformed, onnxTooLarge, onnxUnsupported } from './refusal.ts';
import { onnxType, readTensor } from './tensor.ts';

/** Versions of the operators between which those that are supported have kept their meaning, or changed it in a way that is known here. */
const OPSETS = { least: 7, most: 25 } as const;

const FILE = 'the ONNX file';

// Numbers of the fields: onnx.proto3 of the ONNX project, the message named in the comment of each function.

/**
 * The graph of an ONNX file (ModelProto). Limits hold before anything is allocated; whether the graph makes sense shows when a network is
 * made of it.
 *
 * @param bytes - from outside
 * @throws SandboxError `onnx-malformed`, `onnx-too-large`, `onnx-unsupported`
 */
export function readOnnx(bytes: Uint8Array): OnnxGraph {
  if (bytes.length > MAX_ONNX_BYTES) onnxTooLarge(FILE, 'bytes', MAX_ONNX_BYTES);
  let graph: Uint8Array | undefined;
  let opset = 0;
  readMessage(bytes, FILE, {
    7: { read: (field) => (graph = field.bytes()) },
    8: {
      most: MAX_NAMES,
      read: (field) => {
        const { domain, version } = readOpset(field.bytes());
        if (domain === '' || domain === 'ai.onnx') opset = version;
      },
    },
  });
  if (graph === undefined) onnxMalformed(FILE, 'it has no graph');
  if (opset < OPSETS.least || opset > OPSETS.most) {
    onnxUnsupported(
      FILE,
      `its operators have version ${opset}; ${OPSETS.least} to ${OPSETS.most} can be read`,
    );
  }
  return { ...readGraph(graph), opset };
}

/** OperatorSetIdProto. */
function readOpset(bytes: Uint8Array): { domain: string; version: number } {
  let domain = '';
  let version = 0;
  readMessage(bytes, FILE, {
    1: { read: (field) => (domain = field.text()) },
    2: { read: (field) => (version = field.integer()) },
  });
  return { domain, version };
}

/** GraphProto. */
function readGraph(bytes: Uint8Array): Omit<OnnxGraph, 'opset'> {
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxTensor>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  readMessage(bytes, 'the graph', {
    1: { most: MAX_ONNX_NODES, read: (field) => nodes.push(readNode(field.bytes(), nodes.length)) },
    5: {
      most: MAX_ONNX_TENSORS,
      read: (field) => {
        const tensor = readTensor(field.bytes(), 'the graph');
        if (constants.has(tensor.name)) onnxMalformed('the graph', `two constants '${tensor.name}'`);
        constants.set(tensor.name, tensor);
      },
    },
    11: { most: MAX_ONNX_TENSORS, read: (field) => inputs.push(readValue(field.bytes())) },
    12: { most: MAX_NAMES, read: (field) => outputs.push(readValue(field.bytes())) },
    15: { read: () => onnxUnsupported('the graph', 'it has sparse constants') },
  });
  return { nodes, constants, inputs: inputs.filter(({ name }) => !constants.has(name)), outputs };
}

/** NodeProto. */
function readNode(bytes: Uint8Array, index: number): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  let name = '';
  let operator = '';
  let domain = '';
  const place = `node ${index + 1} of the graph`;
  readMessage(bytes, place, {
    1: { most: MAX_NAMES, read: (field) => inputs.push(field.text()) },
    2: { most: MAX_NAMES, read: (field) => outputs.push(field.text()) },
    3: { read: (field) => (name = field.text()) },
    4: { read: (field) => (operator = field.text()) },
    5: {
      most: MAX_ATTRIBUTES,
      read: (field) => {
        const [key, value] = readAttribute(field.bytes(), place);
        if (attributes.has(key)) onnxMalformed(place, `it has the attribute '${key}' twice`);
        attributes.set(key, value);
      },
    },
    7: { read: (field) => (domain = field.text()) },
  });
  const standard = domain === '' || domain === 'ai.onnx';
  return {
    name: name === '' ? `${operator} (${place})` : name,
    operator: standard ? operator : `${domain}.${operator}`,
    inputs,
    outputs,
    attributes,
  };
}

/** AttributeProto. */
function readAttribute(bytes: Uint8Array, place: string): [name: string, value: OnnxAttribute] {
  let name = '';
  let type = 0;
  let float = 0;
  let int = 0;
  let text: Uint8Array = new Uint8Array();
  let tensor: Uint8Array | undefined;
  const floats: number[] = [];
  const ints: number[] = [];
  readMessage(bytes, `an attribute of ${place}`, {
    1: { read: (field) => (name = field.text()) },
    2: { read: (field) => (float = field.float()) },
    3: { read: (field) => (int = field.integer()) },
    4: { read: (field) => (text = field.bytes()) },
    5: { read: (field) => (tensor = field.bytes()) },
    7: { most: MAX_NUMBERS, read: (field) => field.floatsInto(floats, MAX_NUMBERS) },
    8: { most: MAX_NUMBERS, read: (field) => field.integersInto(ints, MAX_NUMBERS) },
    20: { read: (field) => (type = field.integer()) },
  });
  // AttributeProto.AttributeType
  switch (type) {
    case 1:
      return [name, { kind: 'float', value: float }];
    case 2:
      return [name, { kind: 'int', value: int }];
    case 3:
      return [name, { kind: 'text', value: new TextDecoder().decode(text) }];
    case 4:
      if (tensor === undefined) onnxMalformed(place, `its attribute '${name}' has no value`);
      return [name, { kind: 'tensor', value: readTensor(tensor, place) }];
    case 6:
      return [name, { kind: 'floats', value: floats }];
    case 7:
      return [name, { kind: 'ints', value: ints }];
    default:
      return [name, { kind: 'other' }];
  }
}

/** ValueInfoProto, with TypeProto, TypeProto.Tensor, TensorShapeProto and its Dimension in it. */
function readValue(bytes: Uint8Array): OnnxValue {
  let name = '';
  let number = 0;
  const dimensions: (number | null)[] = [];
  const place = 'an input or output of the graph';
  const shape = (inner: Uint8Array) =>
    readMessage(inner, place, {
      1: {
        most: MAX_NUMBERS,
        read: (field) => {
          let size: number | null = null;
          readMessage(field.bytes(), place, { 1: { read: (value) => (size = value.integer()) } });
          dimensions.push(size);
        },
      },
    });
  const tensorType = (inner: Uint8Array) =>
    readMessage(inner, place, {
      1: { read: (field) => (number = field.integer()) },
      2: { read: (field) => shape(field.bytes()) },
    });
  readMessage(bytes, place, {
    1: { read: (field) => (name = field.text()) },
    2: {
      read: (field) =>
        readMessage(field.bytes(), place, { 1: { read: (value) => tensorType(value.bytes()) } }),
    },
  });
  return { name, type: onnxType(number), dimensions };
}
