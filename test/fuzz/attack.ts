import { CodedError, equalBytes, toHex } from '@prometheus-compute/protocol';
import { SandboxError } from '@prometheus-compute/sandbox';
import { Dice, mutated } from './mutate.ts';

/** Something that reads bytes from outside. */
export interface Decoder {
  readonly name: string;
  /** Gives what the bytes mean, or undefined, or throws a refusal with a code. */
  readonly decode: (bytes: Uint8Array) => unknown;
  /** The only bytes of a value, where the format has one encoding only. */
  readonly encode?: (value: never) => Uint8Array;
  /** Bytes that it accepts, from which hostile ones are made. */
  readonly samples: readonly Uint8Array[];
}

/** What a decoder did with many hostile inputs. */
export interface Attack {
  readonly cases: number;
  /** Inputs that were taken for something. */
  readonly accepted: number;
  /** Milliseconds of the slowest input: the best of some tries, so that a busy machine does not count. */
  readonly slowest: number;
  /** Most bytes that one input made the process hold. */
  readonly mostBytes: number;
}

/** Milliseconds and bytes from which on an input is tried again, to find out whether it was the input. */
const SUSPICIOUS = { milliseconds: 10, bytes: 16 * 1_048_576 } as const;
const TRIES = 3;

/**
 * Feeds a decoder with hostile inputs.
 *
 * @param seed - the same inputs for the same seed
 * @throws Error with the input, when it made the decoder fail otherwise than by a coded refusal, or when it was accepted although another
 *   encoding of the same value exists
 */
export function attack(decoder: Decoder, cases: number, seed: number): Attack {
  const dice = new Dice(seed);
  let accepted = 0;
  let slowest = 0;
  let mostBytes = 0;
  for (let i = 0; i < cases; i++) {
    const bytes = mutated(decoder.samples, dice);
    const first = cost(() => {
      if (outcome(decoder, bytes)) accepted += 1;
    });
    const again =
      first.milliseconds > SUSPICIOUS.milliseconds || first.bytes > SUSPICIOUS.bytes
        ? Array.from({ length: TRIES }, () => cost(() => outcome(decoder, bytes)))
        : [];
    slowest = Math.max(
      slowest,
      Math.min(first.milliseconds, ...again.map(({ milliseconds }) => milliseconds)),
    );
    mostBytes = Math.max(mostBytes, Math.min(first.bytes, ...again.map(({ bytes: held }) => held)));
  }
  return { cases, accepted, slowest, mostBytes };
}

function cost(work: () => void): { readonly milliseconds: number; readonly bytes: number } {
  const before = process.memoryUsage.rss();
  const start = performance.now();
  work();
  return { milliseconds: performance.now() - start, bytes: process.memoryUsage.rss() - before };
}

/** Whether the bytes were taken for something. */
function outcome({ name, decode, encode }: Decoder, bytes: Uint8Array): boolean {
  const before = bytes.slice();
  let value: unknown;
  try {
    value = decode(bytes);
  } catch (cause) {
    if (cause instanceof CodedError || cause instanceof SandboxError) return false;
    throw new Error(`${name} fails on ${toHex(bytes)}`, { cause });
  }
  if (value === undefined) return false;
  if (!equalBytes(before, bytes)) throw new Error(`${name} has changed its input ${toHex(before)}`);
  if (encode !== undefined && !equalBytes(encode(value as never), bytes)) {
    throw new Error(`${name} accepts ${toHex(bytes)}, which is not the encoding of what it means`);
  }
  return true;
}
