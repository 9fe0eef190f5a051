import { isBelowOrder, isLowScalar } from './scalar-range.ts';

const SEQUENCE_TAG = 0x30;
const INTEGER_TAG = 0x02;
/** Bit of a length byte that says that the length follows in as many bytes as the other bits say. */
const LONG_LENGTH = 0x80;
const SCALAR_SIZE = 32;

/** What an ECDSA signature decodes to: r ‖ s, or `overflow` when it decodes but no such scalars exist. */
export type EcdsaSignature =
  | { readonly kind: 'scalars'; readonly compact: Uint8Array }
  | { readonly kind: 'overflow' };

interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Decodes DER as loosely as OpenSSL once did, because blocks from before BIP66 hold signatures of every such form:
 * the sequence length is ignored, lengths may be long-form and zero-padded, integers may have any padding or look
 * negative, and anything may follow. Which of them a rule still allows is decided elsewhere.
 *
 * @param der - signature without its hash type
 * @returns undefined when not even that can be decoded
 */
export function parseLaxDer(der: Uint8Array): EcdsaSignature | undefined {
  if (der.length < 2 || der[0] !== SEQUENCE_TAG) return undefined;
  let offset = 2;
  const length = der[1]!;
  if ((length & LONG_LENGTH) !== 0) {
    offset += length - LONG_LENGTH;
    if (offset > der.length) return undefined;
  }
  const r = laxInteger(der, offset);
  if (r === undefined) return undefined;
  const s = laxInteger(der, r.end);
  if (s === undefined) return undefined;
  const compact = new Uint8Array(2 * SCALAR_SIZE);
  const fits = putScalar(der, r, compact, SCALAR_SIZE) && putScalar(der, s, compact, 2 * SCALAR_SIZE);
  if (
    !fits ||
    !isBelowOrder(compact.subarray(0, SCALAR_SIZE)) ||
    !isBelowOrder(compact.subarray(SCALAR_SIZE))
  ) {
    return { kind: 'overflow' };
  }
  return { kind: 'scalars', compact };
}

/** BIP146: whether S is in the lower half. What cannot be decoded is not; what overflows counts as zero, which is. */
export function hasLowS(der: Uint8Array): boolean {
  const signature = parseLaxDer(der);
  if (signature === undefined) return false;
  return signature.kind === 'overflow' || isLowScalar(signature.compact.subarray(SCALAR_SIZE));
}

/** Where the content of the integer at `offset` lies. */
function laxInteger(der: Uint8Array, offset: number): Span | undefined {
  if (offset + 2 > der.length || der[offset] !== INTEGER_TAG) return undefined;
  let at = offset + 2;
  let length = der[offset + 1]!;
  if ((length & LONG_LENGTH) !== 0) {
    const contentAt = at + (length - LONG_LENGTH);
    if (contentAt > der.length) return undefined;
    while (at < contentAt && der[at] === 0) at++;
    if (contentAt - at >= 4) return undefined;
    length = 0;
    while (at < contentAt) length = length * 256 + der[at++]!;
  }
  return at + length > der.length ? undefined : { start: at, end: at + length };
}

/** Right-aligns an integer before `end` of `target`; false when it is longer than a scalar. */
function putScalar(der: Uint8Array, span: Span, target: Uint8Array, end: number): boolean {
  let { start } = span;
  while (start < span.end && der[start] === 0) start++;
  const size = span.end - start;
  if (size > SCALAR_SIZE) return false;
  target.set(der.subarray(start, span.end), end - size);
  return true;
}
