import { kernelEngine } from '../model/engine/kernel.ts';
import { cellsOf } from '../model/load/geometry.ts';
import type { LoadedModel } from '../model/load/loaded-model.ts';
import type { Network } from './network.ts';
import { referenceTensors } from './reference.ts';

/**
 * The class of each row by the network in real numbers: the largest value of its output, the first where several are.
 *
 * @param rows - the bytes of whole rows
 */
export function networkClasses(network: Network, rows: Uint8Array): Uint32Array {
  const bytes = cellsOf(network.tensors[0]!.shape);
  return Uint32Array.from({ length: rows.length / bytes }, (_, row) => {
    const tensors = referenceTensors(network, rows.subarray(row * bytes, (row + 1) * bytes));
    return largest(tensors[network.output]!);
  });
}

/** The class of each row by a model: its output where that is an index, else its largest value. */
export function modelClasses(model: LoadedModel, rows: Uint8Array): Uint32Array {
  const { output } = kernelEngine(model).run(rows);
  const { type, length } = model.tensors.at(-1)!;
  const view = new DataView(output.buffer, output.byteOffset, output.length);
  const each = model.outputBytes;
  return Uint32Array.from({ length: output.length / each }, (_, row) => {
    const at = row * each;
    if (type === 'index') return each === 1 ? view.getUint8(at) : view.getUint16(at, true);
    const value = (channel: number) =>
      type === 'int8' ? view.getInt8(at + channel) : view.getInt32(at + 4 * channel, true);
    return largest(Array.from({ length }, (_, channel) => value(channel)));
  });
}

function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) if (values[at]! > values[best]!) best = at;
  return best;
}
