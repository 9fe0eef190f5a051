import type { Finding } from './finding.ts';
import type { Tree } from './tree.ts';

const LOCK = 'package-lock.json';

interface LockEntry {
  readonly version?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * The lock file has an entry for every optional dependency, of every platform: `npm ci` refuses a lock file without,
 * and npm leaves out what its registry did not have when the file was written.
 */
export function checkLock(tree: Tree): Finding[] {
  if (!tree.files.includes(LOCK))
    return [{ file: LOCK, line: 0, message: 'there is none; `npm ci` needs it' }];
  const { packages } = JSON.parse(tree.read(LOCK)) as { packages: Readonly<Record<string, LockEntry>> };
  const findings: Finding[] = [];
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const nested = `${path}/node_modules/${name}`;
      if (packages[`node_modules/${name}`] !== undefined || packages[nested] !== undefined) continue;
      const message = `no entry for ${name}@${version}, an optional dependency of ${path || 'the root'}; add one`;
      findings.push({ file: LOCK, line: 0, message });
    }
  }
  return findings;
}
