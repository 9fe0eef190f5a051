import { type Explained, MEMORY, UNREACHABLE } from './explained.ts';

const NO_VALUE = 'a function that ends without a value gives undefined too';
const ONLY_CODED = 'what is called throws nothing but CodedError; the line lets a programming error through';
const NO_COURT = 'only called after TxA or TxAc, which open a court';
const NO_DISPUTE = 'an arbitration has a transaction of a dispute on the chain, and there are four of them';

/** Survivors in packages/protocol/src/channel that are no gap in the tests. */
export const CHANNEL_REASONS: readonly Explained[] = [
  {
    file: 'channel/agreement.ts',
    original: 'graph === undefined',
    replacements: ['true'],
    reason: MEMORY,
  },
  {
    file: 'channel/agreement.ts',
    original: 'built.set(agreement, graph);',
    replacements: [';'],
    reason: MEMORY,
  },
  {
    file: 'channel/arbitration/judgement.ts',
    original: 'detail?.of',
    replacements: ['detail.of'],
    reason:
      'every receipt says what it is for; what has no detail is a second document of W that is shown as evidence',
  },
  {
    file: 'channel/arbitration/on-court.ts',
    original: "event.message.kind !== 'lacking'",
    replacements: ['false'],
    reason: 'of the messages that come directly, a dispute gets `lacking` alone',
  },
  {
    file: 'channel/arbitration/on-court.ts',
    original: 'default: return assertNever(event);',
    replacements: ['default:'],
    reason: UNREACHABLE,
  },
  {
    file: 'channel/arbitration/posted.ts',
    original: 'default: return assertNever(message);',
    replacements: ['default:'],
    reason: UNREACHABLE,
  },
  {
    file: 'channel/answered-seeds.ts',
    original: 'cause instanceof CodedError',
    replacements: ['true'],
    reason: ONLY_CODED,
  },
  {
    file: 'channel/answered-seeds.ts',
    original: "message.kind !== 'receipt'",
    replacements: ['false'],
    reason: 'no other message has a subject',
  },
  {
    file: 'channel/own-outputs.ts',
    original: "state.name !== 'closed'",
    replacements: ['false'],
    reason: 'only what is closed was settled',
  },
  {
    file: 'channel/own-outputs.ts',
    original: 'leaves.length === 0',
    replacements: ['true'],
    reason: 'of all outputs of settlements only the fee output has leaves, and it is of no single party',
  },
  {
    file: 'channel/own-outputs.ts',
    original: "case 'setup': return [];",
    replacements: ["case 'setup':"],
    reason: 'a setup was not settled either: the next branch gives the same',
  },
  {
    file: 'channel/own-outputs.ts',
    original: "'client'",
    replacements: ['""'],
    reason: 'whoever is not V, or not together with others, takes an output by its second leaf',
  },
  {
    file: 'channel/own-outputs.ts',
    original: "'arbiter'",
    replacements: ['""'],
    reason: 'who is not together with others takes a stake by its second leaf',
  },
  {
    file: 'channel/transition.ts',
    original: "state.name === 'setup'",
    replacements: ['true'],
    reason: 'beside `state.step`: only a setup has a step',
  },
  {
    file: 'channel/transition.ts',
    original: "state.name === 'closed'",
    replacements: ['true'],
    reason: 'beside `state.how`: only what is closed was given up',
  },
  {
    file: 'channel/transition.ts',
    original: "event.kind === 'message'",
    replacements: ['true'],
    reason: 'beside `event.from`: no other event has a sender',
  },
  {
    file: 'channel/transition.ts',
    original: "state.step === 'signatures'",
    replacements: ['true'],
    reason: 'beside `state.committed`: no other step has it',
  },
  {
    file: 'channel/transition.ts',
    original: 'default: return assertNever(state);',
    replacements: ['default:'],
    reason: UNREACHABLE,
  },
  {
    file: 'channel/duties/after-appeal.ts',
    original: '[]',
    replacements: ['["Stryker was here"]'],
    reason: NO_COURT,
  },
  {
    file: 'channel/duties/after-appeal.ts',
    original: 'court === null',
    replacements: ['false'],
    reason: NO_COURT,
  },
  {
    file: 'channel/duties/after-appeal.ts',
    original: "self === 'worker'",
    replacements: ['true'],
    reason:
      'the decisions of others need no signature that W makes later, and nobody else holds an adaptor signature (D9)',
  },
  {
    file: 'channel/duties/in-dispute.ts',
    original: 'last?.transaction',
    replacements: ['last.transaction'],
    reason: NO_DISPUTE,
  },
  {
    file: 'channel/duties/in-dispute.ts',
    original: '[]',
    replacements: ['["Stryker was here"]'],
    reason: NO_DISPUTE,
  },
  {
    file: 'channel/duties/in-dispute.ts',
    original: 'default: return [];',
    replacements: ['default:'],
    reason: NO_DISPUTE,
  },
  {
    file: 'channel/post/accept.ts',
    original: '[]',
    replacements: ['["Stryker was here"]'],
    reason: 'a text is the receipt of nobody: it is only compared with who gave one',
  },
  {
    file: 'channel/post/accept.ts',
    original: 'acceptedAt !== null',
    replacements: ['true'],
    reason: 'only deliveries are kept before they are accepted; a verdict that is here was accepted',
  },
  {
    file: 'channel/post/accept.ts',
    original: 'detail?.of',
    replacements: ['detail.of'],
    reason:
      'what has just been read has a detail: none has only a second document of W that this party posts itself',
  },
  {
    file: 'channel/post/rule.ts',
    original: "state.name === 'arbitration'",
    replacements: ['true'],
    reason: 'there is a court in an arbitration only; without one nothing of it has a deadline',
  },
  {
    file: 'channel/post/standing.ts',
    original: 'true',
    replacements: ['false'],
    reason: 'a verdict is accepted under its own deadline only, and never as evidence',
  },
  {
    file: 'channel/post/content.ts',
    original: 'default: return undefined;',
    replacements: ['default:'],
    reason: NO_VALUE,
  },
  {
    file: 'channel/post/read.ts',
    original: 'cause instanceof CodedError',
    replacements: ['true'],
    reason: ONLY_CODED,
  },
  {
    file: 'channel/post/standing.ts',
    original: 'delivery !== null',
    replacements: ['true'],
    reason: 'C has given a receipt only for a delivery that it has',
  },
  {
    file: 'channel/post/standing.ts',
    original: 'opening !== null',
    replacements: ['true'],
    reason: 'C has given a receipt only for an opening that it has',
  },
  {
    file: 'channel/closing/clean-end.ts',
    original: "event.message.kind === 'releaseSignatures'",
    replacements: ['true'],
    reason: 'every other message comes after its time in a closed channel, and never gets here',
  },
  {
    file: 'channel/closing/clean-end.ts',
    original: 'default: return undefined;',
    replacements: ['default:'],
    reason: NO_VALUE,
  },
  {
    file: 'channel/closing/clean-end.ts',
    original: '{ ...cleanEnd[from] }',
    replacements: ['{}'],
    reason: 'each owner has one output in Tx0, so that a second message brings nothing besides it',
  },
  {
    file: 'channel/closing/release-transaction.ts',
    original: 'made.set(graph, ofGraph);',
    replacements: [';'],
    reason: MEMORY,
  },
  {
    file: 'channel/closing/release-transaction.ts',
    original: 'ofGraph.set(settlement, releases);',
    replacements: [';'],
    reason: MEMORY,
  },
];
