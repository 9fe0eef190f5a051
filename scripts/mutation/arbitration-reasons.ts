import type { Explained } from './explained.ts';

const NO_DEADLINE =
  'what has no deadline here (`arbitrationDeadline`) is accepted by nobody, and never gets here; the line is for the types';
const SAME_KIND =
  'the content says `stage` for `decisionSignatures` and for nothing else; both are asked for the types';
const NO_STAGE =
  'what is of no stage has no number: it is in no stage that is asked for, and two of them are alike';

/** Survivors in packages/protocol/src/channel/arbitration that are no gap in the tests, besides those of `CHANNEL_REASONS`. */
export const ARBITRATION_REASONS: readonly Explained[] = [
  {
    file: 'channel/arbitration/accuse.ts',
    original: 'delivery === null',
    replacements: ['false'],
    reason: 'C and V hold `unopened` against W only when they have its delivery',
  },
  {
    file: 'channel/arbitration/accuse.ts',
    original: 'opening === null',
    replacements: ['false'],
    reason: 'a wrong chunk is found in an opening, which is here then',
  },
  {
    file: 'channel/arbitration/accuse.ts',
    original: 'court !== null',
    replacements: ['true'],
    reason: '`mayCome` has waited for a court before',
  },
  {
    file: 'channel/arbitration/court.ts',
    original: "settlement?.kind === 'decision'",
    replacements: ['true'],
    reason: 'of all settlements only a decision has a colon in its id',
  },
  {
    file: 'channel/arbitration/court.ts',
    original: 'verdictHeight !== undefined',
    replacements: ['true'],
    reason: 'no height is larger than one that is not there',
  },
  {
    file: 'channel/arbitration/judgement.ts',
    original: "transaction === 'TxV1'",
    replacements: ['true'],
    reason:
      'on TxAc the oldest dispute is TxV1; where a reorganisation has taken TxV1 alone, it is TxAc, which is not later than itself',
  },
  {
    file: 'channel/arbitration/judgement.ts',
    original: '!mayClaim(court, accuser)',
    replacements: ['false'],
    reason: 'a claim of who may not claim is accepted by nobody',
  },
  {
    file: 'channel/arbitration/judgement.ts',
    original: "detail?.of === 'receipt'",
    replacements: ['true'],
    reason: 'every posted receipt says that it is one',
  },
  {
    file: 'channel/arbitration/judgement.ts',
    original: 'only?.detail?.of',
    replacements: ['only?.detail.of'],
    reason:
      'what an arbiter accepted as a delivery says which; what says nothing is a second document that C or V posts itself',
  },
  {
    file: 'channel/arbitration/lacking.ts',
    original: 'last !== undefined',
    replacements: ['true'],
    reason: 'no tip is lower than a height that is not there',
  },
  {
    file: 'channel/arbitration/lacking.ts',
    original: "item.what === 'message'",
    replacements: ['true'],
    reason: 'an item of another sort names no kind of a posted message',
  },
  {
    file: 'channel/arbitration/on-court.ts',
    original: "kind === 'signed'",
    replacements: ['true'],
    reason: 'who has signed anything has a vote, and what it judges again counts for nothing',
  },
  {
    file: 'channel/arbitration/posted.ts',
    original: 'court === null || !isOfArbitration(message) || !isFor(court, author, message)',
    replacements: [
      'false',
      '(court === null || !isOfArbitration(message)) && !isFor(court, author, message)',
    ],
    reason: NO_DEADLINE,
  },
  {
    file: 'channel/arbitration/posted.ts',
    original: 'court === null || !isOfArbitration(message)',
    replacements: ['false', 'court === null && !isOfArbitration(message)'],
    reason: NO_DEADLINE,
  },
  {
    file: 'channel/arbitration/posted.ts',
    original: 'court === null',
    replacements: ['false'],
    reason: NO_DEADLINE,
  },
  {
    file: 'channel/arbitration/posted.ts',
    original: `{ return ignored('out-of-place', author, \`"\${message.kind}" is not for \${author} to post here\`); }`,
    replacements: ['{}'],
    reason: NO_DEADLINE,
  },
  {
    file: 'channel/arbitration/posted.ts',
    original: "'out-of-place'",
    replacements: ['""'],
    reason: NO_DEADLINE,
  },
  {
    file: 'channel/arbitration/posted.ts',
    original: 'index === undefined',
    replacements: ['false'],
    reason: 'nobody but an arbiter opens a vote; the rest is for the types',
  },
  {
    file: 'channel/arbitration/posted.ts',
    original: "message.kind !== 'decisionSignatures' || place.about !== 'stage'",
    replacements: ["message.kind !== 'decisionSignatures' && place.about !== 'stage'"],
    reason: SAME_KIND,
  },
  {
    file: 'channel/arbitration/posted.ts',
    original: "message.kind !== 'decisionSignatures'",
    replacements: ['false'],
    reason: SAME_KIND,
  },
  {
    file: 'channel/arbitration/posted.ts',
    original: "place.about !== 'stage'",
    replacements: ['false'],
    reason: SAME_KIND,
  },
  {
    file: 'channel/arbitration/sign.ts',
    original: 'index === undefined',
    replacements: ['false'],
    reason: 'nobody but an arbiter has a vote; the rest is for the types',
  },
  {
    file: 'channel/arbitration/sign.ts',
    original: 'stage < 0',
    replacements: ['false'],
    reason: 'outside of all stages nothing is due: no set has n + 1 members',
  },
  {
    file: 'channel/arbitration/sign.ts',
    original: 'decisionOf(id)?.coherent',
    replacements: ['decisionOf(id).coherent'],
    reason: 'what is due is a decision',
  },
  {
    file: 'channel/arbitration/sign.ts',
    original: '[]',
    replacements: ['["Stryker was here"]'],
    reason: 'the signer is asked for plain signatures only',
  },
  {
    file: 'channel/arbitration/standing.ts',
    original: 'decision === 0',
    replacements: ['true'],
    reason: 'who found d = 1 signs no Tx8, and so is in no set that signed one',
  },
  {
    file: 'channel/arbitration/standing.ts',
    original: '[]',
    replacements: ['["Stryker was here"]'],
    reason: 'a text is no decision: it is left out like one of a set without this arbiter',
  },
  {
    file: 'channel/arbitration/vote.ts',
    original: "state.name !== 'arbitration'",
    replacements: ['false'],
    reason: 'there is a court in an arbitration only; the rest is for the types',
  },
  {
    file: 'channel/arbitration/vote.ts',
    original: 'vote === null',
    replacements: ['false'],
    reason: 'who has committed to a vote has one',
  },
  {
    file: 'channel/arbitration/words.ts',
    original: "a.about !== 'stage' || b.about !== 'stage'",
    replacements: ['false', "a.about !== 'stage' && b.about !== 'stage'"],
    reason: NO_STAGE,
  },
  {
    file: 'channel/arbitration/words.ts',
    original: "a.about !== 'stage'",
    replacements: ['false'],
    reason: NO_STAGE,
  },
  {
    file: 'channel/arbitration/words.ts',
    original: "b.about !== 'stage'",
    replacements: ['false'],
    reason: NO_STAGE,
  },
  {
    file: 'channel/arbitration/words.ts',
    original: "word.content.about === 'stage'",
    replacements: ['true'],
    reason: NO_STAGE,
  },
];
