import { globSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Parts of packages/protocol/src and the tests that hold each: its own, those of the rules that it enforces, and the
 * vectors for its hashes. What only a play of the whole protocol notices is hard to find from there. Paths from
 * packages/protocol/test, of folders or of files without their ending. `/*`: the files of a folder, without the folders in it.
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
  'channel/arbitration': ['channel/arbitration'],
  'channel/operation': ['channel/operation'],
  'channel/setup': [
    'channel/honest',
    'channel/setup-faults',
    'channel/draw',
    'channel/pledge',
    'channel/agreement',
    'channel/terms',
    'channel/abandon',
    'channel/setup',
  ],
  'channel/*': [
    'channel/honest',
    'channel/answered-seeds',
    'channel/channel-name',
    'channel/clean-end',
    'channel/deadlines',
    'channel/setup-faults',
    'channel/abandon',
    'channel/any-order',
    'channel/own-outputs',
    'channel/late-messages',
    'channel/times',
    'channel/wrong-messages',
    'channel/settlement-signature',
    'channel/terms',
    'channel/draw',
    'channel/setup',
  ],
  'channel/closing': ['channel/clean-end', 'channel/releases', 'channel/abandon', 'channel/reorganisation'],
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
  const [folder] = path.split('/');
  // Of a file only: a folder is a part of its own, or lies in none.
  const beside = path.endsWith('.ts') ? `${path.slice(0, path.lastIndexOf('/'))}/*` : path;
  return WHOLE_PARTS.find((part) => [path, beside].includes(part) || path.startsWith(`${part}/`)) ?? folder!;
}

/** Tests that hold a file or folder. */
function testsOf(path: string): readonly string[] {
  return PARTS[partOf(path)] ?? [partOf(path)];
}

/** Minutes of random plays; what they would notice has to be held by a test that says what it is. */
const LEFT_OUT = '**/arbitration/agreement.test.ts';

/** Files of tests that hold a file or folder, as patterns, and those that are left out. */
export function testPatterns(path: string): {
  readonly include: readonly string[];
  readonly exclude: string;
} {
  const include = testsOf(path).map((of) => `packages/protocol/test/${of}{/**/*.test.ts,.test.ts}`);
  return { include, exclude: LEFT_OUT };
}

/** Full paths of the files of tests that hold a file or folder. @param root - of a tree of this project */
export function testFiles(root: string, path: string): readonly string[] {
  const { include, exclude } = testPatterns(path);
  return globSync([...include], { cwd: root, exclude: [exclude] })
    .sort()
    .map((file) => join(root, file));
}

/** The name of a part in names of files. */
export const nameOf = (part: string): string => part.replaceAll('/', '.').replace('*', 'files');
