import { createHash } from 'node:crypto';

/** Bytes that look random and are the same for the same label: SHA-256 of label and counter. */
function seededBytes(label: string): (length: number) => Uint8Array {
  let counter = 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length; filled += 32) {
      const block = createHash('sha256').update(`${label} ${counter++}`).digest();
      bytes.set(block.subarray(0, Math.min(32, length - filled)), filled);
    }
    return bytes;
  };
}

/** Numbers in [0, 1), the same for the same label. */
export function seededNumbers(label: string): () => number {
  const bytes = seededBytes(label);
  return () => new DataView(bytes(4).buffer).getUint32(0) / 2 ** 32;
}

/** A stream of such bytes for each label: a party that comes back goes on drawing where it stopped. */
export class EntropyStreams {
  readonly #streams = new Map<string, (length: number) => Uint8Array>();

  of(label: string): (length: number) => Uint8Array {
    const stream = this.#streams.get(label) ?? seededBytes(label);
    this.#streams.set(label, stream);
    return stream;
  }
}
