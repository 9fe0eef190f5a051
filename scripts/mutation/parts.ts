/**
 * Parts of packages/protocol/src and the tests that hold each: its own, those of the rules that it enforces, and the
 * vectors for its hashes. What only a play of the whole protocol notices is hard to find from there. Paths from
 * packages/protocol/test, of folders or of files without their ending.
 */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  contract: ['contract', 'primitives/vectors'],
  transactions: ['transactions', 'contract/contract-rules', 'contract/refusals', 'primitives/vectors'],
  'channel/duties': [
    'channel/duties',
    'channel/nothing-to-publish',
    'channel/reorganisation',
    'channel/arbitration/duties',
    'channel/arbitration/decisions',
  ],
  'channel/post': ['channel/post', 'channel/deadlines', 'channel/accusations', 'channel/seeds'],
  'channel/arbitration': ['channel/arbitration', 'channel/duties'],
  'channel/operation': [
    'channel/honest',
    'channel/faults',
    'channel/deadlines',
    'channel/accusations',
    'channel/seeds',
    'channel/clients-part',
    'channel/any-order',
    'channel/reorganisation',
  ],
  'channel/setup': [
    'channel/honest',
    'channel/setup-faults',
    'channel/draw',
    'channel/pledge',
    'channel/agreement',
    'channel/abandon',
  ],
  'channel/closing': ['channel/clean-end', 'channel/abandon', 'channel/reorganisation'],
};

/** Parts that are measured as a whole, and stand in docs/mutation.md. */
export const WHOLE_PARTS: readonly string[] = Object.keys(PARTS);

/** The parts that a folder has: itself, those in it, or the one that it lies in. */
export function partsIn(path: string): readonly string[] {
  const inside = WHOLE_PARTS.filter((part) => part.startsWith(`${path}/`));
  return inside.length > 0 ? inside : [path];
}

/** The part that a file or folder belongs to, or its first folder. */
export function partOf(path: string): string {
  return WHOLE_PARTS.find((part) => path === part || path.startsWith(`${part}/`)) ?? path.split('/')[0]!;
}

/** Tests that hold a file or folder. */
export function testsOf(path: string): readonly string[] {
  return PARTS[partOf(path)] ?? [partOf(path)];
}
