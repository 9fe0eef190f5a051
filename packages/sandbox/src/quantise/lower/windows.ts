import type { Padding, Shape, Window } from '../../model/graph.ts';
import { MAX_WINDOW } from '../../model/limits.ts';
import { type Sweep, sweptWindow } from '../../model/load/geometry.ts';
import type { OnnxNode } from '../../onnx/graph.ts';
import { onnxMalformed, onnxUnsupported } from '../../onnx/refusal.ts';
import type { Attributes } from './attributes.ts';

/**
 * How a window moves: `strides`, `pads`, `auto_pad`, `dilations` (1 only), and `kernel_shape` where `kernel` is left out.
 * https://onnx.ai/onnx/operators/onnx__Conv.html
 */
export function readSweep(node: OnnxNode, attributes: Attributes, input: Shape, kernel?: Window): Sweep {
  const shape = attributes.ints('kernel_shape', 2);
  const given = shape === undefined ? undefined : windowOf(shape);
  const size = kernel ?? given ?? onnxMalformed(node.name, "it has no 'kernel_shape'");
  if (given !== undefined && (given.height !== size.height || given.width !== size.width)) {
    onnxMalformed(node.name, "'kernel_shape' is not the size of its weights");
  }
  const stride = windowOf(attributes.ints('strides', 2) ?? [1, 1]);
  if ((attributes.ints('dilations', 2) ?? []).some((dilation) => dilation !== 1)) {
    onnxUnsupported(node.name, 'dilations other than 1 are not supported');
  }
  for (const side of [size.height, size.width, stride.height, stride.width]) within(node, side, 1);
  const padding = readPadding(node, attributes, input, size, stride);
  const sweep = { kernel: size, stride, padding };
  for (const side of [padding.top, padding.left, padding.bottom, padding.right]) within(node, side, 0);
  const swept = sweptWindow(input, sweep);
  if (swept.height < 1 || swept.width < 1) onnxMalformed(node.name, 'its kernel is larger than its input');
  return sweep;
}

function readPadding(
  node: OnnxNode,
  attributes: Attributes,
  input: Shape,
  kernel: Window,
  stride: Window,
): Padding {
  const automatic = attributes.text('auto_pad', 'NOTSET');
  const [top, left, bottom, right] = attributes.ints('pads', 4) ?? [0, 0, 0, 0];
  switch (automatic) {
    case 'NOTSET':
      return { top: top!, left: left!, bottom: bottom!, right: right! };
    case 'VALID':
      return { top: 0, left: 0, bottom: 0, right: 0 };
    case 'SAME_UPPER':
    case 'SAME_LOWER': {
      const upper = automatic === 'SAME_UPPER';
      const [above, below] = same(input.height, kernel.height, stride.height, upper);
      const [before, after] = same(input.width, kernel.width, stride.width, upper);
      return { top: above, left: before, bottom: below, right: after };
    }
    default:
      return onnxMalformed(node.name, `'auto_pad' is ${automatic}`);
  }
}

/** As many places as the size divided by the stride, rounded up; where the padding is odd, the greater half is after (upper) or before. */
function same(size: number, kernel: number, stride: number, upper: boolean): readonly [number, number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  const less = Math.floor(total / 2);
  return upper ? [less, total - less] : [total - less, less];
}

function windowOf(sides: readonly number[]): Window {
  return { height: sides[0]!, width: sides[1]! };
}

function within(node: OnnxNode, side: number, least: number): void {
  if (side < least || side > MAX_WINDOW) {
    onnxUnsupported(node.name, `kernels, strides and padding are from ${least} to ${MAX_WINDOW}`);
  }
}
