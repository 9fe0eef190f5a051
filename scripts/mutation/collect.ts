import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { rememberedCurves } from './curves.ts';

/** A test as a file declares it. */
export interface Test {
  readonly file: string;
  /** With the names of what it lies in. */
  readonly name: string;
  /** Counted from 0. */
  readonly line: number;
  readonly run: () => unknown;
}

type Body = (...values: readonly unknown[]) => unknown;
/** Vitest takes a time limit too; whoever runs these tests has its own. */
type Declare = (name: string, body: Body, timeout?: number) => void;
type Each = (cases: readonly unknown[]) => Declare;

/** What stands for `vitest` in the tests: all that they use of it. */
interface Vitest {
  readonly describe: Declare & { readonly each: Each };
  readonly it: Declare & { readonly each: Each };
  readonly expect: typeof expect;
}

const SHARED = Symbol.for('mutation: vitest');
const shared = globalThis as typeof globalThis & { [SHARED]?: Vitest };
const NAMES: readonly (keyof Vitest)[] = ['describe', 'it', 'expect'];
const STAND_IN = `const shared = globalThis[Symbol.for('mutation: vitest')];
export const { ${NAMES.join(', ')} } = shared;`;

/** The curve, for the code under test. */
const CURVES = Symbol.for('mutation: curves');
(globalThis as typeof globalThis & { [CURVES]?: typeof rememberedCurves })[CURVES] = rememberedCurves;
const CURVES_STAND_IN = `export const { schnorr, secp256k1 } = globalThis[Symbol.for('mutation: curves')];`;

/** A declaration, and one for each of several cases. */
function declared(declare: Declare): Declare & { readonly each: Each } {
  const each: Each = (cases) => (name, body) =>
    cases.forEach((values, i) => {
      declare(`${name} #${i + 1}`, () => (Array.isArray(values) ? body(...values) : body(values)));
    });
  return Object.assign(declare, { each });
}

/** Where a test is declared: the line of the call that lies in its file. */
function lineIn(file: string): number {
  const line = new Error('here').stack?.split('\n').find((frame) => frame.includes(file));
  return Number(/:(\d+):\d+\)?$/.exec(line ?? '')?.[1] ?? 1) - 1;
}

let generation = 0;

/**
 * From now on modules below `root` are loaded anew after every {@link collect}, and take what they import from `vitest` from
 * here. @param root - with a slash at its end
 */
export function hookModules(root: string): void {
  const below = pathToFileURL(root).href;
  registerHooks({
    resolve(specifier, context, next) {
      const inside = context.parentURL?.startsWith(below) === true;
      if (inside && specifier === 'vitest')
        return { url: `mutation:vitest?${generation}`, shortCircuit: true };
      if (inside && specifier === '@noble/curves/secp256k1.js')
        return { url: 'mutation:curves', shortCircuit: true };
      const found = next(specifier, context);
      const [url] = found.url.split('?');
      const own = url!.startsWith(below) && !url!.includes('/node_modules/');
      return own ? { ...found, url: `${url}?${generation}` } : found;
    },
    load(url, context, next) {
      if (!url.startsWith('mutation:')) return next(url, context);
      const source = url === 'mutation:curves' ? CURVES_STAND_IN : STAND_IN;
      return { format: 'module', source, shortCircuit: true };
    },
  });
}

/** Loads test files anew with all that they import, and returns their tests. */
export async function collect(files: readonly string[]): Promise<readonly Test[]> {
  generation += 1;
  const tests: Test[] = [];
  for (const file of files) {
    const within: string[] = [];
    const known = new Map<string, number>();
    const describe = declared((name, body) => {
      within.push(name);
      body();
      within.pop();
    });
    const it = declared((title, run) => {
      const full = [...within, title].join(' > ');
      const count = (known.get(full) ?? 0) + 1;
      known.set(full, count);
      const name = count === 1 ? full : `${full} (${count})`;
      tests.push({ file, name, line: lineIn(file), run });
    });
    shared[SHARED] = { describe, it, expect };
    await import(`${pathToFileURL(file).href}?${generation}`);
  }
  return tests;
}
