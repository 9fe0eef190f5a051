import { posix } from 'node:path';
import { type ImportSpecifier, importsOf } from '../code.ts';
import { type Tree, typescriptFiles } from '../tree.ts';
import { SCOPE } from './directions.ts';

/** Where an import leads. */
export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'workspace'; readonly package: string; readonly deep: boolean }
  | { readonly kind: 'builtin'; readonly module: string }
  | { readonly kind: 'external'; readonly package: string };

export interface ResolvedImport extends ImportSpecifier {
  readonly file: string;
  readonly target: Target;
}

/** Every import of every TypeScript file of the tree, with where it leads. */
export function resolveImports(tree: Tree): ResolvedImport[] {
  return typescriptFiles(tree).flatMap((file) =>
    importsOf(tree.read(file)).map((found) => ({ ...found, file, target: targetOf(file, found.specifier) })),
  );
}

function targetOf(file: string, specifier: string): Target {
  if (specifier.startsWith('.')) {
    return { kind: 'file', path: posix.join(posix.dirname(file), specifier) };
  }
  if (specifier.startsWith('node:')) return { kind: 'builtin', module: specifier.slice(5) };
  const parts = specifier.split('/');
  const length = specifier.startsWith('@') ? 2 : 1;
  if (specifier.startsWith(SCOPE)) {
    return { kind: 'workspace', package: parts[1] ?? '', deep: parts.length > length };
  }
  return { kind: 'external', package: parts.slice(0, length).join('/') };
}

/** `packages/<name>/src/…` or `packages/<name>/test/…`, split up; `undefined` outside of packages. */
export function placeOf(path: string): { package: string; part: string; folder: string | null } | undefined {
  const match = /^packages\/([^/]+)\/([^/]+)\/(?:([^/]+)\/)?/.exec(path);
  return match === null ? undefined : { package: match[1]!, part: match[2]!, folder: match[3] ?? null };
}
