import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Recipe } from './recipes.ts';
import type { Score, TrainingState } from './training.ts';

/** What an epoch gave: the score of its own steps, and on the test set after it. */
export interface EpochReport {
  readonly training: Score;
  readonly test: Score;
}

/** A training between two epochs, with everything that says which training it is. */
export interface Checkpoint {
  readonly recipe: Recipe;
  readonly seed: number;
  /** SHA-256 of the data, as `DataSet.sha256`. */
  readonly data: string;
  readonly history: readonly EpochReport[];
  readonly state: TrainingState;
}

const FORMAT = 'prometheus/training/1';

type Header = Omit<Checkpoint, 'state'> & { format: string; epoch: number; floats: number };

/** Writes a checkpoint: the length of a JSON header (u32, little-endian), the header, then the floats of the state. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  const { state, ...rest } = checkpoint;
  const described: Header = {
    format: FORMAT,
    ...rest,
    epoch: state.epoch,
    floats: state.parameters.length,
  };
  const header = Buffer.from(JSON.stringify(described));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const floats = [state.parameters, state.means, state.squares].map((values) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  // Under another name first: whoever stops the process in between keeps the old checkpoint.
  writeFileSync(`${path}.new`, Buffer.concat([length, header, ...floats]));
  renameSync(`${path}.new`, path);
}

/**
 * Reads what {@link writeCheckpoint} wrote.
 * @throws Error when the file is not a checkpoint, or is cut off
 */
export function readCheckpoint(path: string): Checkpoint {
  const bytes = readFileSync(path);
  const start = bytes.length < 4 ? 0 : 4 + bytes.readUInt32LE(0);
  const header = start === 0 || start > bytes.length ? undefined : parseHeader(bytes.subarray(4, start));
  if (header === undefined) throw new Error(`${path} is no checkpoint of a training`);
  const { format: _, epoch, floats, ...rest } = header;
  if (bytes.length !== start + 3 * 4 * floats) throw new Error(`${path} is cut off; start from an older one`);
  const tensor = (place: number) => {
    const from = start + 4 * floats * place;
    return new Float32Array(Uint8Array.from(bytes.subarray(from, from + 4 * floats)).buffer);
  };
  return { ...rest, state: { epoch, parameters: tensor(0), means: tensor(1), squares: tensor(2) } };
}

function parseHeader(bytes: Buffer): Header | undefined {
  try {
    const header = JSON.parse(bytes.toString()) as Header;
    return header.format === FORMAT ? header : undefined;
  } catch {
    return undefined;
  }
}
