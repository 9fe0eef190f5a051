import { SandboxError } from '../errors.ts';

/** @throws SandboxError `onnx-malformed`, always: the file is no ONNX file that can be read */
export function onnxMalformed(place: string, message: string): never {
  throw new SandboxError('onnx-malformed', `${place}: ${message}`, { place });
}

/** @throws SandboxError `onnx-too-large`, always */
export function onnxTooLarge(place: string, what: string, limit: number): never {
  throw new SandboxError('onnx-too-large', `${place}: at most ${limit} ${what}`, { place, limit });
}

/** @throws SandboxError `onnx-unsupported`, always: the file may be right, but no integer graph can be made of it */
export function onnxUnsupported(place: string, message: string): never {
  throw new SandboxError('onnx-unsupported', `${place}: ${message}`, { place });
}
