import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files that a check looks at: a working tree, or a small one that a test writes down. */
export interface Tree {
  /** Paths from the root with forward slashes, sorted. */
  readonly files: readonly string[];
  /** Text of a file that {@link files} names. */
  readonly read: (path: string) => string;
}

/** Every file that git tracks or would track below `root`. Ignored files are not part of the project. */
export function workingTree(root: string): Tree {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = [...new Set(listed.split('\0'))].filter(
    (path) => path !== '' && existsSync(join(root, path)),
  );
  return { files: files.sort(), read: (path) => readFileSync(join(root, path), 'utf8') };
}

/** A tree that is written down as path → text. */
export function treeOf(contents: Readonly<Record<string, string>>): Tree {
  return { files: Object.keys(contents).sort(), read: (path) => contents[path] ?? '' };
}

/** TypeScript of this repository; AssemblyScript examples have the same ending and another language. */
export function typescriptFiles(tree: Tree): string[] {
  return tree.files.filter((path) => path.endsWith('.ts') && !path.includes('/assembly/'));
}

/** Markdown documents. */
export function documents(tree: Tree): string[] {
  return tree.files.filter((path) => path.endsWith('.md'));
}
