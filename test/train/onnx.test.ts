import { describe, expect, it } from 'vitest';
import { exportNetwork } from '../../scripts/train/onnx/export.ts';
import { writeOnnx } from '../../scripts/train/onnx/write.ts';
import { planNetwork, type Shape, sizeOf } from '../../scripts/train/plan.ts';
import { randomFloats } from './build/bench.ts';
import { evaluateOnnx, readOnnx } from './build/onnx.ts';
import { referenceForward, worstDifference } from './build/reference.ts';

const INPUT: Shape = { height: 7, width: 6, channels: 2 };
const PLAN = planNetwork(INPUT, [
  { kind: 'conv', name: 'conv1', channels: 3, kernel: 3, stride: 2, padding: 1 },
  { kind: 'relu' },
  { kind: 'conv', name: 'conv2', channels: 5, kernel: 2, stride: 1, padding: 0 },
  { kind: 'flatten' },
  { kind: 'dropout', rate: 0.5 },
  { kind: 'dense', name: 'fc1', units: 8 },
  { kind: 'relu' },
  { kind: 'dense', name: 'fc2', units: 4 },
]);
const PARAMETERS = randomFloats(PLAN.parameterFloats, 1);
const file = readOnnx(writeOnnx(exportNetwork('small', PLAN, Float32Array.from(PARAMETERS))));

describe('an exported network', () => {
  it('computes, from pictures as [batch, channel, row, column], what the network computed', () => {
    const sample = randomFloats(sizeOf(INPUT), 2);
    const cells = INPUT.height * INPUT.width;
    const turned = sample.map((_, at) => sample[(at % cells) * INPUT.channels + Math.floor(at / cells)]!);
    const expected = PLAN.layers
      .filter(({ spec }) => spec.kind !== 'dropout')
      .reduce((values, layer) => referenceForward(layer, PARAMETERS, values), sample);
    const logits = evaluateOnnx(file, { dimensions: [1, 2, 7, 6], values: turned });
    expect(worstDifference(logits.values, expected)).toBeLessThan(1e-12);
  });

  it('is written as PyTorch would: operators, names, shapes, versions', () => {
    expect(file.version).toEqual([8]);
    expect(file.opset).toEqual([13]);
    expect(file.input).toEqual(['batch', 2, 7, 6]);
    expect(file.output).toEqual(['batch', 4]);
    const operators = file.nodes.map(({ operator, inputs }) => [operator, ...inputs.slice(1)].join(' '));
    expect(operators).toEqual([
      'Conv conv1.weight conv1.bias',
      'Relu',
      'Conv conv2.weight conv2.bias',
      'Flatten',
      'Gemm fc1.weight fc1.bias',
      'Relu',
      'Gemm fc2.weight fc2.bias',
    ]);
    const shapes = [...file.constants].map(([name, { dimensions }]) => `${name} ${dimensions.join('×')}`);
    expect(shapes).toEqual([
      'conv1.weight 3×2×3×3',
      'conv1.bias 3',
      'conv2.weight 5×3×2×2',
      'conv2.bias 5',
      'fc1.weight 8×30',
      'fc1.bias 8',
      'fc2.weight 4×8',
      'fc2.bias 4',
    ]);
  });
});
