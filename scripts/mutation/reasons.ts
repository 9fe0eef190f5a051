import { ARBITRATION_REASONS } from './arbitration-reasons.ts';
import { CHANNEL_REASONS } from './channel-reasons.ts';
import { type Explained, MEMORY, UNREACHABLE } from './explained.ts';
import { OPERATION_REASONS } from './operation-reasons.ts';
import { SETUP_REASONS } from './setup-reasons.ts';

export type { Explained };

const ONLY_ENCODING =
  'what is called throws nothing but EncodingError; the line lets a programming error through';

/** Survivors that are no gap in the tests. `npm run mutate` says which of these no longer survive. */
export const REASONS: readonly Explained[] = [
  ...CHANNEL_REASONS,
  ...ARBITRATION_REASONS,
  ...OPERATION_REASONS,
  ...SETUP_REASONS,
  {
    file: 'contract/announcements.ts',
    original: '{ if (error instanceof EncodingError) return undefined; throw error; }',
    replacements: ['{}'],
    reason: ONLY_ENCODING,
  },
  {
    file: 'contract/announcements.ts',
    original: 'error instanceof EncodingError',
    replacements: ['true'],
    reason: ONLY_ENCODING,
  },
  {
    file: 'contract/contract-codec.ts',
    original: "typeof value !== 'object'",
    replacements: ['false'],
    reason: 'a number or a text has no fields of these names, and is refused for that',
  },
  {
    file: 'contract/contract-codec.ts',
    original: 'hash === undefined',
    replacements: ['true'],
    reason: MEMORY,
  },
  {
    file: 'contract/contract-codec.ts',
    original: 'remembered.set(contract, hash);',
    replacements: [';'],
    reason: MEMORY,
  },
  {
    file: 'contract/contract-rules.ts',
    original: 'feeWindow <= MAX_WAIT',
    replacements: ['feeWindow < MAX_WAIT'],
    reason: 'the window is 144 or a multiple of 4, and 65,535 is neither',
  },
  {
    file: 'contract/funding-rules.ts',
    original: 'script.length !== 34',
    replacements: ['false'],
    reason: 'a key of another length than 32 bytes is none, and is refused for that',
  },
  {
    file: 'contract/funding-rules.ts',
    original: '{ if (error instanceof EncodingError) return false; throw error; }',
    replacements: ['{}'],
    reason: ONLY_ENCODING,
  },
  {
    file: 'contract/funding-rules.ts',
    original: 'error instanceof EncodingError',
    replacements: ['true'],
    reason: ONLY_ENCODING,
  },
  {
    file: 'contract/outpoint.ts',
    original: "''",
    replacements: ['"Stryker was here!"'],
    reason: 'the first part of a text is always there, and an outpointKey has a second one',
  },
  {
    file: 'contract/parameters.ts',
    original: 'size >= 0',
    replacements: ['true', 'size > 0'],
    reason: 'k is at least 1 for every μ that P4 allows, so that the count ends before a size of 0',
  },
  {
    file: 'contract/payouts.ts',
    original: 'default: return assertNever(id);',
    replacements: ['default:'],
    reason: UNREACHABLE,
  },
  {
    file: 'contract/payouts.ts',
    original: 'default: return assertNever(family);',
    replacements: ['default:'],
    reason: UNREACHABLE,
  },
  {
    file: 'contract/settlement-size.ts',
    original: 'scriptLength < 253',
    replacements: ['scriptLength <= 253'],
    reason: 'a script is a multiple of 34 bytes, and 253 is none',
  },
  {
    file: 'contract/settlements.ts',
    original: "''",
    replacements: ['"Stryker was here!"'],
    reason: 'a decision without a set is refused, whatever text stands for the set',
  },
  {
    file: 'transactions/build-graph.ts',
    original: 'b.vsize > a.vsize',
    replacements: ['b.vsize >= a.vsize'],
    reason: 'among settlements of one size it does not matter which one the refusal names',
  },
  {
    file: 'transactions/signing.ts',
    original: '[]',
    replacements: ['["Stryker was here"]'],
    reason: 'a finisher who signs nowhere finishes nothing',
  },
  {
    file: 'transactions/signing.ts',
    original: 'plan === undefined',
    replacements: ['true'],
    reason: MEMORY,
  },
  {
    file: 'transactions/signing.ts',
    original: 'plans.set(transaction, plan);',
    replacements: [';'],
    reason: MEMORY,
  },
  {
    file: 'transactions/sighash.ts',
    original: 'memory === undefined',
    replacements: ['true'],
    reason: MEMORY,
  },
  {
    file: 'transactions/sighash.ts',
    original: 'remembered.set(transaction, memory);',
    replacements: [';'],
    reason: MEMORY,
  },
  {
    file: 'transactions/sighash.ts',
    original: 'hash === undefined',
    replacements: ['true'],
    reason: MEMORY,
  },
  {
    file: 'transactions/sighash.ts',
    original: 'memory.hashes.set(input, hash);',
    replacements: [';'],
    reason: MEMORY,
  },
  {
    file: 'transactions/sighash.ts',
    original: "spend.kind === 'leaf'",
    replacements: ['true'],
    reason: 'a spend by key has no script either: both give undefined',
  },
  {
    file: 'transactions/spends.ts',
    original: 'output === undefined',
    replacements: ['false'],
    reason: 'an output that is not there has no owner and no leaf, and is refused for that',
  },
  {
    file: 'transactions/spends.ts',
    original: 'output === undefined || way === undefined',
    replacements: ['output === undefined && way === undefined'],
    reason: 'an output that is not there has no leaf; every output that is asked for has both',
  },
  {
    file: 'transactions/spends.ts',
    original: 'way === undefined',
    replacements: ['false'],
    reason: 'every output of a graph that is asked for has both leaves',
  },
  {
    file: 'transactions/stakes.ts',
    original: '{ if (!(error instanceof EncodingError)) throw error; }',
    replacements: ['{}'],
    reason: ONLY_ENCODING,
  },
  {
    file: 'transactions/stakes.ts',
    original: '!(error instanceof EncodingError)',
    replacements: ['false'],
    reason: ONLY_ENCODING,
  },
  {
    file: 'transactions/descendants.ts',
    original: "signers.filter((signer) => signer !== 'verificationLock')",
    replacements: ['signers'],
    reason:
      'no transaction of the graph spends a fee output, the only one that U signs for; the filter is for the types',
  },
  {
    file: 'transactions/descendants.ts',
    original: "signer !== 'verificationLock'",
    replacements: ['true'],
    reason: 'no transaction of the graph spends a fee output, the only one that U signs for',
  },
  {
    file: 'transactions/descendants.ts',
    original: "'verificationLock'",
    replacements: ['""'],
    reason: 'no transaction of the graph spends a fee output, the only one that U signs for',
  },
  {
    file: 'transactions/script.ts',
    original: 'value >= 1',
    replacements: ['true'],
    reason: 'waits are at least 1 block; a stake with a wait of 0 is refused whatever its leaf is (D7)',
  },
  {
    file: 'transactions/taproot.ts',
    original: 'compareBytes(a, b) < 0',
    replacements: ['compareBytes(a, b) <= 0'],
    reason: 'two equal nodes have the same hash in either order',
  },
  {
    file: 'transactions/taproot.ts',
    original: 'pathBytes < 0',
    replacements: ['false'],
    reason:
      'a control block below 33 bytes has no whole internal key, and is refused for that; the line only says so earlier',
  },
];
