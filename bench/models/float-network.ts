import type { LoadedModel, OnnxRuntime } from '@prometheus-compute/sandbox';
import { type OnnxNode, type OnnxTensor, writeOnnx } from '../../scripts/train/onnx/write.ts';
import { BenchError } from '../bench-error.ts';

/**
 * The network of a model in float32, NCHW, as a framework would export it, with any weights: they do not change how long it takes. All
 * rows run at once.
 *
 * @returns runs a chunk: its bytes become real numbers, its logits are thrown away
 */
export async function floatNetwork(
  { InferenceSession, Tensor }: OnnxRuntime,
  { model, tensors, inputBytes }: LoadedModel,
  rows: number,
): Promise<(chunk: Uint8Array) => Promise<unknown>> {
  const nodes: OnnxNode[] = [];
  const constants: OnnxTensor[] = [];
  const { height, width, channels } = model.input.shape;
  let value = 'input';
  const add = (
    operator: string,
    constant: readonly OnnxTensor[],
    attributes: OnnxNode['attributes'] = {},
  ) => {
    const output = `value ${nodes.length}`;
    constants.push(...constant);
    const inputs = [value, ...constant.map(({ name }) => name)];
    nodes.push({ name: output, operator, inputs, output, attributes });
    value = output;
  };
  for (const [index, node] of model.nodes.entries()) {
    if (node.op === 'conv') {
      const { kernel, stride, padding, groups } = node;
      const inputs = node.weights.length / node.bias.length / kernel.height / kernel.width;
      add('Conv', layerConstants(index, node, [node.bias.length, inputs, kernel.height, kernel.width]), {
        kernel_shape: { kind: 'ints', value: [kernel.height, kernel.width] },
        strides: { kind: 'ints', value: [stride.height, stride.width] },
        pads: { kind: 'ints', value: [padding.top, padding.left, padding.bottom, padding.right] },
        group: { kind: 'int', value: groups },
      });
    } else if (node.op === 'gemm') {
      const K = node.weights.length / node.bias.length;
      add('Flatten', [], { axis: { kind: 'int', value: 1 } });
      add('Gemm', layerConstants(index, node, [node.bias.length, K]), { transB: { kind: 'int', value: 1 } });
    } else if (node.op === 'requant') {
      add('Relu', []);
    } else if (node.op !== 'argmax') {
      throw new BenchError(`the float32 network has no ${node.op}`);
    }
  }
  const last = model.nodes.at(-1)!.op === 'argmax' ? tensors.at(-2)! : tensors.at(-1)!;
  const file = writeOnnx({
    producer: 'prometheus',
    graph: 'float32',
    nodes: nodes.map((node, at) => (at === nodes.length - 1 ? { ...node, output: 'logits' } : node)),
    constants,
    input: { name: 'input', dimensions: ['rows', channels, height, width] },
    output: { name: 'logits', dimensions: ['rows', last.length] },
  });
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionProviders: ['cpu'] };
  const session = await InferenceSession.create(file, options);
  const pixels = new Float32Array(rows * inputBytes);
  const input = new Tensor('float32', pixels, [rows, channels, height, width]);
  const logits = new Tensor('float32', new Float32Array(rows * last.length), [rows, last.length]);
  return (chunk) => {
    for (let at = 0; at < pixels.length; at++) pixels[at] = chunk[at]! / 255;
    return session.run({ input }, { logits });
  };
}

/** Weights in the order of our file, which is another one than ONNX's, and so another network, with as much work. */
function layerConstants(
  index: number,
  { weights, bias }: { readonly weights: Int8Array; readonly bias: Int32Array },
  dimensions: readonly number[],
): readonly OnnxTensor[] {
  return [
    { name: `weights ${index}`, dimensions, values: Float32Array.from(weights, (weight) => weight / 1000) },
    { name: `bias ${index}`, dimensions: [bias.length], values: Float32Array.from(bias, (of) => of / 1e6) },
  ];
}
