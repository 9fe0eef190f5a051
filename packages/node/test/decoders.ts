import { utf8 } from '@prometheus-compute/protocol';
import { decodeManifest, decodeProgram, encodeManifest, encodeProgram } from '../src/engine/manifest.ts';
import { decodeJob, encodeJob } from '../src/jobs/job-parcel.ts';
import { decodeResults, encodeResults } from '../src/jobs/results-parcel.ts';
import { decodeKeystore, encodeKeystore } from '../src/keystore/format.ts';
import { checkFrameStart, frameHead, frameLength } from '../src/net/frame.ts';
import { parsePeerAddress } from '../src/net/peer-address.ts';
import { decodeSnapshot, encodeSnapshot } from '../src/snapshot/snapshot.ts';
import { smallJob } from './jobs/play.ts';

const LENGTH_BYTES = 4;
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Everything here that reads bytes from outside, or from a file, with bytes that it accepts. */
export const DECODERS = [
  {
    name: 'program of a contract',
    decode: decodeProgram,
    encode: encodeProgram,
    samples: [
      encodeProgram({ profile: 'wasi-0', code: new Uint8Array(40).fill(9), arguments: ['a', '--b'] }),
      encodeProgram({ profile: 'model-1', code: new Uint8Array(40).fill(7), arguments: [] }),
    ],
  },
  {
    name: 'list of inputs',
    decode: decodeManifest,
    samples: [encodeManifest([{ hash: new Uint8Array(32).fill(3) as never, size: 70_000 }])],
  },
  {
    name: 'job for a daemon',
    decode: decodeJob,
    encode: encodeJob,
    samples: [encodeJob(smallJob('primes', 2))],
  },
  {
    name: 'results of a job',
    decode: decodeResults,
    samples: [
      encodeResults({
        name: 'primes',
        network: 'dev',
        height: 130,
        batches: [],
        results: [[Uint8Array.of(1)], []],
        outcomes: [],
        ceremonies: [{ batch: 1, attempt: 1, complete: true, file: Uint8Array.of(9) }],
        balances: [{ party: 'client', before: 5n, after: 4n }],
      }),
    ],
  },
  {
    name: 'snapshot of a state',
    decode: decodeSnapshot,
    samples: [encodeSnapshot({ amount: 5n, bytes: Uint8Array.of(1, 2), list: [null, true, 'x'], $mark: 1 })],
  },
  {
    name: 'frame of an envelope',
    decode: (bytes: Uint8Array) => {
      if (bytes.length < LENGTH_BYTES) return undefined;
      const length = frameLength(bytes);
      checkFrameStart(length, bytes.subarray(LENGTH_BYTES));
      return length;
    },
    samples: [Uint8Array.of(...frameHead(200), 0x84, 0x65, ...utf8('terms'), ...new Uint8Array(30))],
  },
  {
    name: 'keystore',
    decode: decodeKeystore,
    encode: encodeKeystore,
    samples: [
      encodeKeystore({
        cost: { log2N: 17, p: 1 },
        salt: new Uint8Array(32).fill(1),
        nonce: new Uint8Array(24).fill(2),
        sealed: new Uint8Array(80).fill(3),
      }),
    ],
  },
  {
    name: 'address of a peer',
    decode: (bytes: Uint8Array) => parsePeerAddress(text(bytes)),
    samples: [utf8('/ip4/127.0.0.1/tcp/9735/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf')],
  },
] as const;
