import { readFileSync } from 'node:fs';
import { parseJob } from '../src/job/parse.ts';

const EXAMPLES = ['fashion-mnist', 'fashion-cnn', 'primes'];
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Files of users that are parsed as text. */
export const DECODERS = [
  {
    name: 'job file',
    decode: (bytes: Uint8Array) => parseJob(text(bytes), 'job.yaml'),
    samples: EXAMPLES.map((name) =>
      Uint8Array.from(readFileSync(new URL(`../../../examples/${name}/job.yaml`, import.meta.url))),
    ),
  },
] as const;
