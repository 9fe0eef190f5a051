import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeCanonical, encodeMessage, MESSAGE_LIMITS } from '../../src/index.ts';
import { MESSAGE_KINDS } from '../../src/wire/messages.ts';
import { longestEncoding } from '../fixtures/longest-encoding.ts';
import { bodyArbitrary, formOf } from '../fixtures/message-arbitrary.ts';

describe.each(MESSAGE_KINDS)('message %s', (kind) => {
  it('decodes to a value that encodes to the same bytes', () => {
    fc.assert(
      fc.property(bodyArbitrary(kind), (map) => {
        const body = encodeCanonical(map);
        const message = decodeMessage(kind, body);
        expect(message.kind).toBe(kind);
        expect(encodeMessage(message)).toEqual(body);
        expect(decodeMessage(kind, encodeMessage(message))).toEqual(message);
      }),
      { numRuns: 25 },
    );
  });
});

/** Kinds whose bytes are bounded by their limit alone, since many large items would not fit. */
const BOUNDED_BY_BYTES = new Set(['terms', 'delivery', 'opening', 'claim']);

describe('limits', () => {
  it.each(MESSAGE_KINDS.filter((kind) => !BOUNDED_BY_BYTES.has(kind)))(
    'leave room for the longest %s that its fields allow, and for little more',
    (kind) => {
      const longest = longestEncoding(formOf(kind));
      expect(MESSAGE_LIMITS[kind]).toBeGreaterThanOrEqual(longest);
      expect(MESSAGE_LIMITS[kind]).toBeLessThanOrEqual(Math.max(512, 4 * longest));
    },
  );

  it('leave room for the terms and the delivery of the largest batch', () => {
    for (const kind of ['terms', 'delivery'] as const) {
      expect(MESSAGE_LIMITS[kind]).toBeGreaterThanOrEqual(longestEncoding(formOf(kind)));
    }
  });
});
