import {
  decodeCanonical,
  EncodingError,
  encodeCanonical,
  fromLittleEndian,
  type Hash32,
  hash32,
  joinBytes,
  littleEndian,
} from '@prometheus-compute/protocol';
import { MODEL_PROFILE, PROFILE, type Program } from '@prometheus-compute/sandbox';

/** A place in the Client's payload. */
export interface InputReference {
  readonly hash: Hash32;
  readonly size: number;
}

/** Bytes of one entry: H(x_i) and the size of x_i, u32. */
const ENTRY = 36;
/** Module and arguments of a program. */
const MAX_PROGRAM_BYTES = 64 * 1024 * 1024;

/** The list of a batch's inputs, as a node stores it under the contract's input root. */
export function encodeManifest(inputs: readonly InputReference[]): Uint8Array {
  return joinBytes(inputs.flatMap(({ hash, size }) => [hash, littleEndian(size, 4)]));
}

/** Bytes of the list of this many inputs. */
export function manifestBytes(inputs: number): number {
  return ENTRY * inputs;
}

export function decodeManifest(bytes: Uint8Array): readonly InputReference[] {
  const count = bytes.length / ENTRY;
  return Array.from({ length: count }, (_, i) => {
    const entry = bytes.subarray(i * ENTRY, (i + 1) * ENTRY);
    return { hash: hash32(entry.slice(0, 32)), size: Number(fromLittleEndian(entry.subarray(32))) };
  });
}

/**
 * A program as it travels, in canonical dag-cbor: a module and its arguments, or a model. Its address is the contract's program
 * hash.
 */
export function encodeProgram({ profile, code, arguments: given }: Program): Uint8Array {
  return encodeCanonical(profile === MODEL_PROFILE ? { model: code } : { wasm: code, arguments: given });
}

/** @throws EncodingError for anything but the exact bytes of a program */
export function decodeProgram(bytes: Uint8Array): Program {
  const value = decodeCanonical(bytes, MAX_PROGRAM_BYTES);
  if (typeof value === 'object' && value !== null && 'model' in value) {
    const { model, ...rest } = value;
    if (model instanceof Uint8Array && Object.keys(rest).length === 0) {
      return { profile: MODEL_PROFILE, code: model, arguments: [] };
    }
  }
  if (typeof value === 'object' && value !== null && 'wasm' in value && 'arguments' in value) {
    const { wasm, arguments: list, ...rest } = value;
    const texts = Array.isArray(list) && list.every((item) => typeof item === 'string');
    if (wasm instanceof Uint8Array && texts && Object.keys(rest).length === 0) {
      return { profile: PROFILE, code: wasm, arguments: list as readonly string[] };
    }
  }
  throw new EncodingError('shape-wrong', 'a program is a module and a list of arguments, or a model');
}
