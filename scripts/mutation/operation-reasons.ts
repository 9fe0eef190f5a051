import type { Explained } from './explained.ts';

const HAS_DETAIL =
  'what is accepted here was read, and has the detail of its kind then; the condition is for the types';
const COUNTS =
  'a second document is noted beside the one that counts, which may be replaced and is never taken away';

/** Survivors in packages/protocol/src/channel/operation that are no gap in the tests. */
export const OPERATION_REASONS: readonly Explained[] = [
  {
    file: 'channel/operation/accusation.ts',
    original: 'opening?.sealed',
    replacements: ['opening.sealed'],
    reason: COUNTS,
  },
  {
    file: 'channel/operation/accusation.ts',
    original: 'delivery?.hash',
    replacements: ['delivery.hash'],
    reason: COUNTS,
  },
  {
    file: 'channel/operation/chain.ts',
    original: "slot.kind !== 'adaptor'",
    replacements: ['false'],
    reason: 'adaptor signatures stand under the keys of adaptor slots: none is found for another slot',
  },
  {
    file: 'channel/operation/chain.ts',
    original: "event.kind === 'confirmed'",
    replacements: ['true'],
    reason: 'no event but `confirmed` and `unconfirmed` names a transaction; the condition is for the types',
  },
  {
    file: 'channel/operation/documents.ts',
    original: "detail?.of !== 'delivery'",
    replacements: ['false'],
    reason: HAS_DETAIL,
  },
  {
    file: 'channel/operation/documents.ts',
    original: "detail?.of !== 'opening'",
    replacements: ['false'],
    reason: HAS_DETAIL,
  },
  {
    file: 'channel/operation/documents.ts',
    original: 'detail?.of',
    replacements: ['detail.of'],
    reason: HAS_DETAIL,
  },
  {
    file: 'channel/operation/evidence.ts',
    original: 'court === null',
    replacements: ['false'],
    reason: 'without TxA or TxAc the sum is Δ alone, and every tip is above that',
  },
  {
    file: 'channel/operation/evidence.ts',
    original: "state.name === 'arbitration'",
    replacements: ['true'],
    reason: 'evidence is shown in an arbitration only; the condition is for the types',
  },
  {
    file: 'channel/operation/evidence.ts',
    original: 'message === undefined',
    replacements: ['false'],
    reason: 'R and the name of a document stand in one record: there are both or none',
  },
  {
    file: 'channel/operation/evidence.ts',
    original: 'root === undefined',
    replacements: ['false'],
    reason: 'R and the name of a document stand in one record: there are both or none',
  },
  {
    file: 'channel/operation/evidence.ts',
    original: "of !== 'root'",
    replacements: ['true'],
    reason: 'the second document is then the opening, which is shown as such and is not shown twice',
  },
  {
    file: 'channel/operation/evidence.ts',
    original: "'root'",
    replacements: ['""'],
    reason: 'the second document is then the opening, which is shown as such and is not shown twice',
  },
  {
    file: 'channel/operation/posted.ts',
    original: "state.name === 'arbitration'",
    replacements: ['true'],
    reason:
      'words of an arbitration are accepted in one alone, where they have a deadline; the condition is for the types',
  },
  {
    file: 'channel/operation/seeds.ts',
    original: "detail?.of === 'delivery'",
    replacements: ['true'],
    reason: HAS_DETAIL,
  },
  {
    file: 'channel/operation/seeds.ts',
    original: 'detail?.of',
    replacements: ['detail.of'],
    reason: HAS_DETAIL,
  },
];
