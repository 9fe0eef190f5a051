import type { Contract, ProgramLimits } from './contract.ts';

/** Chunks that one batch may have: a `delivery` lists all of them. */
export const MAX_CHUNKS = 65_536;
/** Bytes of one input x_i or output y_i: a `claim` carries both to the arbiters. */
export const MAX_CONTENT_BYTES = 4_194_304;
/** Bytes of the body of an `opening`, which a `claim` carries whole. */
export const MAX_OPENING_BYTES = 8_388_608;

/** Bytes of a program with its arguments: a module of 16 MiB, 64 KiB of arguments, and room for their heads. */
export const MAX_PROGRAM_BYTES = 16_908_288;

/** The output of a failed chunk is a record of 22 bytes, however small the limit of outputs is. */
const FAILURE_RECORD_BYTES = 22;
/** Tag of XChaCha20-Poly1305. */
const CIPHER_TAG_BYTES = 16;
/** Most bytes of dag-cbor around the outputs: of an `opening` as a whole, and of each of its chunks without the path. */
const OPENING_FRAME_BYTES = 256;
/** Most bytes of the Client's receipt that an opening shows (D37): its envelope. */
const SHOWN_RECEIPT_BYTES = 704;
/** The hash of a chunk's opened records, which the scheme `freivalds` adds. */
const RECORDS_HASH_BYTES = 34;
/** One sibling of a Merkle path. */
const SIBLING_BYTES = 34;

/** Bytes of the longest y_i: what the contract allows, or a failure record. */
function largestOutput({ outputBytes }: ProgramLimits): number {
  return Math.max(outputBytes, FAILURE_RECORD_BYTES);
}

/** Bytes of the longest ct_i; whoever announces more wants memory and not a receipt. */
export function largestCiphertext(limits: ProgramLimits): number {
  return largestOutput(limits) + CIPHER_TAG_BYTES;
}

/** Bytes of the longest opening that m chunks of N can need (C21). */
export function largestOpening(c: Pick<Contract, 'chunks' | 'sampled' | 'limits' | 'scheme'>): number {
  const path = SIBLING_BYTES * Math.ceil(Math.log2(Math.max(c.chunks, 1)));
  const frame = OPENING_FRAME_BYTES + SHOWN_RECEIPT_BYTES;
  const scheme = c.scheme === 'freivalds' ? RECORDS_HASH_BYTES : 0;
  return frame + c.sampled * (OPENING_FRAME_BYTES + scheme + path + largestOutput(c.limits));
}
