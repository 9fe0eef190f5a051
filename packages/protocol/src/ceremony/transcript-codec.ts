import { decodeParameters, encodeParameters } from '../contract/announcements.ts';
import { MAX_CONTRACT_BYTES } from '../contract/contract-codec.ts';
import type { Parameters } from '../contract/parameters.ts';
import { decodeCanonical, encodeCanonical } from '../primitives/cbor.ts';
import { coin } from '../wire/fields.ts';
import { blockHeight, bytes, fixedBytes, hash, oneOf, u16 } from '../wire/scalars.ts';
import { list, mapped, named, nullable, refusal, type Schema, struct } from '../wire/schema.ts';
import type { SeenStake } from './offer.ts';
import type { CeremonyTranscript } from './transcript.ts';

/** Longest file of a ceremony, in bytes: stakes take most of it. */
export const MAX_TRANSCRIPT_BYTES = 8 * 1_048_576;
/** Stakes that a file may have: more arbiters for one P than there are nodes of Bitcoin. */
const MAX_STAKES = 32_768;
/** Eleven messages make a ceremony; some may be there twice, or contradict each other. */
const MAX_ENVELOPES = 64;
/** An `acceptanceList` is the longest of them, with its envelope. */
const MAX_ENVELOPE_BYTES = 65_536;
/** T_P's announcement. */
const PARAMETERS_BYTES = 80;

const parameters: Schema<Parameters> = mapped(
  fixedBytes(PARAMETERS_BYTES),
  (data) => {
    const decoded = decodeParameters(data);
    if (decoded === undefined) throw refusal('shape-wrong', 'no announcement of parameters');
    return decoded;
  },
  encodeParameters,
);

const stake: Schema<SeenStake> = mapped(
  struct({ coin, confirmedHeight: blockHeight, spentHeight: nullable(blockHeight) }),
  ({ spentHeight, ...rest }) => ({ ...rest, ...(spentHeight === null ? {} : { spentHeight }) }),
  ({ spentHeight, ...rest }) => ({ ...rest, spentHeight: spentHeight ?? null }),
);

const transcript = struct({
  format: oneOf('prometheus/ceremony/1'),
  contract: bytes(MAX_CONTRACT_BYTES, 1),
  parameters,
  minimumAge: u16,
  blockHash: hash,
  stakes: list(stake, MAX_STAKES),
  envelopes: list(bytes(MAX_ENVELOPE_BYTES, 1), MAX_ENVELOPES),
});

/** A ceremony as a file: canonical dag-cbor of its fields and `format`, `prometheus/ceremony/1`. @throws EncodingError */
export function encodeTranscript(value: CeremonyTranscript): Uint8Array {
  return encodeCanonical(
    named('ceremony', () => transcript.encode({ format: 'prometheus/ceremony/1', ...value })),
  );
}

/** @throws EncodingError for any bytes that {@link encodeTranscript} would not have made */
export function decodeTranscript(file: Uint8Array): CeremonyTranscript {
  const value = decodeCanonical(file, MAX_TRANSCRIPT_BYTES);
  const { format: _, ...fields } = named('ceremony', () => transcript.decode(value));
  return fields;
}
