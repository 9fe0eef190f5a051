import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeTranscript,
  EncodingError,
  encodeTranscript,
  MAX_TRANSCRIPT_BYTES,
  outpointKey,
  verifyTranscript,
} from '../../src/index.ts';
import {
  ACCEPTANCES,
  DRAWN,
  HONEST,
  HONEST_LISTS,
  messages,
  OFFERS,
  SNAPSHOT,
  seen,
  transcriptOf,
} from '../fixtures/ceremony.ts';

const transcript = transcriptOf(messages());
const file = encodeTranscript(transcript);
const codeOf = (bytes: Uint8Array): string => {
  try {
    decodeTranscript(bytes);
    return 'decoded';
  } catch (cause) {
    return cause instanceof EncodingError ? cause.code : expect.unreachable(String(cause));
  }
};

describe('Y §Replay: a ceremony as a file', () => {
  it('is read as it was written, and replays to the same arbiters', () => {
    expect(decodeTranscript(file)).toEqual(transcript);
    expect(encodeTranscript(decodeTranscript(file))).toEqual(file);
    expect(verifyTranscript(decodeTranscript(file))).toMatchObject({ kind: 'complete' });
  });

  it('keeps at which height a stake was spent', () => {
    const [first, ...others] = OFFERS.map(seen);
    const stakes = [{ ...first!, spentHeight: 2_000 }, ...others];
    expect(decodeTranscript(encodeTranscript({ ...transcript, stakes })).stakes).toEqual(stakes);
  });

  it('with any byte changed is refused, or is another transcript', () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (place, mask) => {
        const changed = file.slice();
        changed[place]! ^= mask;
        if (codeOf(changed) !== 'decoded') return;
        expect(encodeTranscript(decodeTranscript(changed))).toEqual(changed);
      }),
    );
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'not-canonical'],
    ['a file cut short', file.slice(0, -1), 'not-canonical'],
    ['a file that goes on', Uint8Array.from([...file, 0]), 'not-canonical'],
    ['another map', Uint8Array.of(0xa0), 'shape-wrong'],
    ['a file that is too long', new Uint8Array(MAX_TRANSCRIPT_BYTES + 1), 'too-large'],
  ])('%s is refused', (_, bytes, code) => {
    expect(codeOf(bytes)).toBe(code);
  });
});

describe('Y §Replay: who was drawn and why', () => {
  const ranked = (replay = verifyTranscript(transcript)) =>
    replay.ranking!.map(({ outpoint, index, shownBy }) => [outpointKey(outpoint), index, shownBy.length]);

  it('every stake that counts, by rank, with its place in 𝒜 and whose lists have it', () => {
    expect(ranked()).toEqual(
      OFFERS.map(({ outpoint }, i) => [outpointKey(outpoint), i < DRAWN ? i + 1 : null, i < DRAWN ? 3 : 0]),
    );
  });

  it('a stake that nobody lists is passed over, and a spent or young one has no rank', () => {
    const without = { ...HONEST, acceptances: ACCEPTANCES.slice(1, DRAWN + 1) };
    const lists = { client: without, worker: without, verifier: { ...without, height: HONEST.height } };
    const stakes = OFFERS.map((offer, i) =>
      i === 4
        ? { ...seen(offer), spentHeight: SNAPSHOT.height }
        : i === 5
          ? { ...seen(offer), confirmedHeight: SNAPSHOT.height - 1 }
          : seen(offer),
    );
    expect(ranked(verifyTranscript(transcriptOf(messages(lists), { stakes })))).toEqual(
      OFFERS.slice(0, 4).map(({ outpoint }, i) => [
        outpointKey(outpoint),
        i === 0 ? null : i,
        i === 0 ? 0 : 3,
      ]),
    );
  });

  it('is there as soon as the seeds are, also when the ceremony fails afterwards', () => {
    const missing = { ...messages(HONEST_LISTS), 'set worker': undefined };
    const kept = Object.fromEntries(Object.entries(missing).filter(([, message]) => message !== undefined));
    expect(verifyTranscript(transcriptOf(kept))).toMatchObject({
      kind: 'failed',
      failedStep: 'agreement',
      ranking: [{ index: 1 }, { index: 2 }, { index: 3 }, { index: null }, {}, {}],
    });
    const { 'seed worker': _, ...unseeded } = messages();
    expect(verifyTranscript(transcriptOf(unseeded))).toMatchObject({ failedStep: 'seeds', ranking: null });
  });
});
