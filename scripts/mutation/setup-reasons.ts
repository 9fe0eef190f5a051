import type { Explained } from './explained.ts';

/** Survivors in packages/protocol/src/channel/setup that are no gap in the tests. */
export const SETUP_REASONS: readonly Explained[] = [
  {
    file: 'channel/setup/abandon.ts',
    original: "state.step === 'signatures'",
    replacements: ['true'],
    reason: 'beside `state.committed`: no other step has it',
  },
  {
    file: 'channel/setup/arbiter-set.ts',
    original: 'state.seed === null',
    replacements: ['false'],
    reason:
      'a party makes its own list from offers in the order that the seed gives, so that it has both or none',
  },
  {
    file: 'channel/setup/at-fault.ts',
    original: '[]',
    replacements: ['["Stryker was here"]'],
    reason: 'a text is no key: no evidence of a rule names it',
  },
  {
    file: 'channel/setup/refused.ts',
    original: 'named !== null',
    replacements: ['true'],
    reason: 'a setup waits for parties and offers, never for null; the condition is for the types',
  },
  {
    file: 'channel/setup/second-list.ts',
    original: 'first !== undefined',
    replacements: ['true'],
    reason: 'only called when a list of this sender is here, which is kept with its envelope',
  },
  {
    file: 'channel/setup/seeds.ts',
    original: "'worker'",
    replacements: ['""'],
    reason: 'W comes last: where `indexOf` does not find it, `slice` up to −1 gives C and V too',
  },
  {
    file: 'channel/setup/signatures.ts',
    original: 'culprit === undefined',
    replacements: ['false'],
    reason:
      'who lacks no pre-signature and is W or V waits for an arbiter or for C: there is always a first one',
  },
  {
    file: 'channel/setup/signatures.ts',
    original: '[]',
    replacements: ['["Stryker was here"]'],
    reason:
      'the own signer makes a witness for every own input in the planned form, so that they can be read',
  },
  {
    file: 'channel/setup/suspects.ts',
    original: 'index === undefined',
    replacements: ['false'],
    reason: 'who has no index has no place in the list of arbiters, and no stake is found for it',
  },
  {
    file: 'channel/setup/waiting.ts',
    original: 'next === undefined',
    replacements: ['false'],
    reason: 'with the third seed the step is over: one at least is missing in it',
  },
];
