import type { Finding } from '../finding.ts';
import type { Tree } from '../tree.ts';
import { findCycles } from './cycles.ts';
import { DIRECTIONS, type PackageRule, SCOPE } from './directions.ts';
import { placeOf, type ResolvedImport, resolveImports } from './resolve.ts';

/**
 * Direction of imports between packages and between the folders of one package, no deep imports, nothing undeclared,
 * no cycles.
 */
export function checkImports(
  tree: Tree,
  directions: Readonly<Record<string, PackageRule>> = DIRECTIONS,
): Finding[] {
  const imports = resolveImports(tree);
  const findings: Finding[] = [];
  for (const found of imports) {
    const message = objection(tree, found, directions);
    if (message !== undefined) findings.push({ file: found.file, line: found.line, message });
  }
  findings.push(...lazyFindings(imports, directions), ...findCycles(imports));
  return findings;
}

function objection(
  tree: Tree,
  found: ResolvedImport,
  directions: Readonly<Record<string, PackageRule>>,
): string | undefined {
  const { file, target, specifier } = found;
  const place = placeOf(file);
  const name = place?.package ?? '';
  const rule = directions[name];
  if (place !== undefined && rule === undefined) {
    return `package ${name} has no row in scripts/check/imports/directions.ts; add one`;
  }
  const inSource = place?.part === 'src';
  switch (target.kind) {
    case 'file':
      if (!tree.files.includes(target.path)) return `${specifier} leads to no file`;
      return relativeObjection(file, target.path, rule);
    case 'workspace': {
      if (target.deep)
        return `${specifier}: import ${SCOPE}${target.package} itself, through its public entry`;
      if (directions[target.package] === undefined) return `${specifier}: there is no such package`;
      if (!inSource || rule === undefined || target.package === name) {
        return target.package === name && inSource
          ? `${specifier}: inside a package, import by path`
          : undefined;
      }
      if (place?.folder === 'ports' && target.package !== 'protocol') {
        return `ports may import protocol only, not ${target.package}`;
      }
      if (rule.packages.includes(target.package)) return undefined;
      if (rule.lazily.includes(target.package)) {
        return found.lazy || found.typeOnly
          ? undefined
          : `${name} may load ${target.package} only by import(), where a command needs it`;
      }
      return `${name} may not import ${target.package}`;
    }
    case 'builtin':
      if (!inSource || rule === undefined || rule.builtins === null) return undefined;
      return rule.builtins.includes(target.module) ? undefined : `${name} may not import ${specifier}`;
    case 'external':
      return externalObjection(tree, found, target.package, rule, name, inSource);
    default: {
      const unreachable: never = target;
      return unreachable;
    }
  }
}

function relativeObjection(file: string, path: string, rule: PackageRule | undefined): string | undefined {
  const from = placeOf(file);
  const to = placeOf(path);
  if (from !== undefined && path === `packages/${from.package}/package.json`) return undefined;
  // Tests across packages may use what the tests of the packages are made of, and those of a package what is below it.
  if (file.startsWith('test/') && to?.part === 'test') return undefined;
  const isBelow = to !== undefined && rule?.packages.includes(to.package) === true;
  if (from?.part === 'test' && to?.part === 'test' && isBelow) return undefined;
  if (from?.package !== to?.package) {
    return to === undefined
      ? `a file of a package may not import ${path} by path`
      : `import ${SCOPE}${to.package} through its public entry, not by path`;
  }
  if (from === undefined || to === undefined || from.part !== 'src') return undefined;
  if (to.part !== 'src') return `source may not import ${path}`;
  if (rule?.folders === undefined || from.folder === null || from.folder === to.folder) return undefined;
  const allowed = rule.folders[from.folder];
  if (allowed === undefined) {
    return `folder ${from.folder} has no row in scripts/check/imports/directions.ts; add one`;
  }
  if (to.folder !== null && allowed.includes(to.folder)) return undefined;
  return `${from.folder} may not import ${to.folder ?? path}; allowed: ${allowed.join(', ') || 'nothing beside it'}`;
}

function externalObjection(
  tree: Tree,
  found: ResolvedImport,
  external: string,
  rule: PackageRule | undefined,
  name: string,
  inSource: boolean,
): string | undefined {
  if (rule !== undefined && inSource && rule.external !== null) {
    const allowed = rule.external.some((entry) =>
      entry.endsWith('/') ? external.startsWith(entry) : external === entry,
    );
    if (!allowed)
      return `${name} may not import ${external}; allowed: ${rule.external.join(', ') || 'nothing'}`;
  }
  const root = declared(tree, 'package.json', ['dependencies', 'devDependencies', 'optionalDependencies']);
  const own =
    name === ''
      ? new Set<string>()
      : declared(tree, `packages/${name}/package.json`, [
          'dependencies',
          'optionalDependencies',
          ...(inSource ? [] : ['devDependencies']),
        ]);
  // Types are erased: source may take them from a development dependency.
  if (own.has(external) || (!inSource && root.has(external)) || (found.typeOnly && root.has(external))) {
    return undefined;
  }
  return `${external} is not declared in ${name === '' ? 'package.json' : `packages/${name}/package.json`}`;
}

function declared(tree: Tree, path: string, sections: readonly string[]): Set<string> {
  if (!tree.files.includes(path)) return new Set();
  const manifest = JSON.parse(tree.read(path)) as Record<string, Record<string, string> | undefined>;
  return new Set(sections.flatMap((section) => Object.keys(manifest[section] ?? {})));
}

function lazyFindings(
  imports: readonly ResolvedImport[],
  directions: Readonly<Record<string, PackageRule>>,
): Finding[] {
  const findings: Finding[] = [];
  const first = new Map<string, string>();
  for (const { file, line, target, lazy } of imports) {
    const place = placeOf(file);
    if (!lazy || target.kind !== 'workspace' || place?.part !== 'src') continue;
    if (!directions[place.package]?.lazily.includes(target.package)) continue;
    const before = first.get(file);
    if (before === undefined) first.set(file, target.package);
    else if (before !== target.package) {
      findings.push({
        file,
        line,
        message: `loads ${target.package} beside ${before}: one command, one package`,
      });
    }
  }
  return findings;
}
