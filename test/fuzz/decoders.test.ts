import { describe, expect, it } from 'vitest';
import { DECODERS as BITCOIN } from '../../packages/bitcoin/test/decoders.ts';
import { DECODERS as CLI } from '../../packages/cli/test/decoders.ts';
import { DECODERS as NODE } from '../../packages/node/test/decoders.ts';
import { DECODERS as PROTOCOL } from '../../packages/protocol/test/fixtures/decoders.ts';
import { DECODERS as SANDBOX } from '../../packages/sandbox/test/build/decoders.ts';
import { attack, type Decoder } from './attack.ts';

/** Hostile inputs for each decoder; `npm run soak` gives each a million. */
const CASES = Number(process.env.FUZZ_CASES ?? 1_500);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
/** Milliseconds that one input may take; only `npm run soak` says so, on a machine that does nothing else. */
const SLOWEST = Number(process.env.FUZZ_SLOWEST ?? Number.POSITIVE_INFINITY);
/** What one input may make the process hold, in bytes. */
const MOST_BYTES = 64 * 1_048_576;

const decoders: readonly Decoder[] = [...PROTOCOL, ...BITCOIN, ...SANDBOX, ...NODE, ...CLI];

describe('hostile bytes', () => {
  it.each(decoders.map((decoder) => [decoder.name, decoder] as const))(
    'for the %s: a meaning or a refusal with a code, in bounded memory',
    (name, decoder) => {
      for (const sample of decoder.samples) expect(decoder.decode(sample)).toBeDefined();
      const { slowest, mostBytes } = attack(decoder, CASES, SEED);
      if (process.env.FUZZ_CASES !== undefined) {
        console.log(
          `${name}: ${CASES} inputs, slowest ${slowest.toFixed(1)} ms, most ${(mostBytes / 1_048_576).toFixed(1)} MiB`,
        );
      }
      expect(slowest).toBeLessThan(SLOWEST);
      expect(mostBytes).toBeLessThan(MOST_BYTES);
    },
  );
});
