import { SandboxError } from '../errors.ts';
import { cellsOf } from '../model/load/geometry.ts';
import type { Network, Quantisation } from './network.ts';
import { referenceTensors } from './reference.ts';

/** Least and largest value of a tensor; 0 is always between them, since padding and zero points need it. */
export interface RealRange {
  readonly low: number;
  readonly high: number;
}

/**
 * What the values of each tensor are on some rows, by source.
 *
 * @param rows - the bytes of whole rows
 * @throws SandboxError `calibration-unusable` without a whole row, or where a value is not finite
 */
export function observeRanges(network: Network, rows: Uint8Array): readonly RealRange[] {
  const bytes = cellsOf(network.tensors[0]!.shape);
  if (rows.length === 0 || rows.length % bytes !== 0) {
    throw new SandboxError(
      'calibration-unusable',
      `the network takes rows of ${bytes} bytes; the calibration data has ${rows.length} bytes`,
      { rowBytes: bytes, bytes: rows.length },
    );
  }
  const ranges = network.tensors.map(() => ({ low: 0, high: 0 }));
  for (let at = 0; at < rows.length; at += bytes) {
    for (const [source, values] of referenceTensors(network, rows.subarray(at, at + bytes)).entries()) {
      const range = ranges[source]!;
      for (const value of values) {
        if (value < range.low) range.low = value;
        if (value > range.high) range.high = value;
        if (!Number.isFinite(value)) refuseInfinite(network.tensors[source]!.name);
      }
    }
  }
  return ranges;
}

/** The int8 quantisation whose 256 steps cover a range. */
export function quantisationOf({ low, high }: RealRange): Quantisation {
  // Of a tensor that is always 0, any scale is right.
  const scale = (high - low) / 255 || 1;
  return { scale, zeroPoint: Math.min(127, Math.max(-128, Math.round(-128 - low / scale))) };
}

function refuseInfinite(name: string): never {
  throw new SandboxError('calibration-unusable', `${name}: a value is not finite on the calibration data`, {
    node: name,
  });
}
