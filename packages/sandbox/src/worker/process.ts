import { Worker } from 'node:worker_threads';
import { FrameReader, writeFrame } from '../pool/frames.ts';
import type { Answer } from './messages.ts';

/**
 * Stack of the thread that runs programs, in MiB. Fixed, so that a recursion ends at the same depth wherever the same
 * Node runs (together with the compiler flags in `pool/child.ts`); 4 is the size of Node's threads by default.
 */
const STACK_MEBIBYTES = 4;

/**
 * Entry of a child process: passes frames between its pipes and the thread that runs programs. The thread may be in an
 * endless loop, so this side watches for the end of standard input, which is the end of the parent: no orphan stays.
 */
const thread = new Worker(new URL('./thread.ts', import.meta.url), {
  resourceLimits: { stackSizeMb: STACK_MEBIBYTES },
});
thread.on('error', () => process.exit(1));
thread.on('exit', () => process.exit(1));
thread.on('message', ({ header, parts }: { header: Answer; parts: readonly Uint8Array[] }) => {
  writeFrame(process.stdout, header, ...parts);
});

const reader = new FrameReader(
  () => Number.MAX_SAFE_INTEGER,
  ({ header, body }) => thread.postMessage({ header, body }, [body.buffer]),
);
process.stdin.on('data', (piece) => reader.push(piece as Buffer));
process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));
