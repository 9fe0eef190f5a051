import type { Finding } from '../finding.ts';
import type { ResolvedImport } from './resolve.ts';

/** Files that import each other in a circle, one finding for each circle. Erased imports of types do not count. */
export function findCycles(imports: readonly ResolvedImport[]): Finding[] {
  const edges = new Map<string, { to: string; line: number }[]>();
  for (const { file, target, line, typeOnly } of imports) {
    if (target.kind !== 'file' || typeOnly) continue;
    const list = edges.get(file) ?? [];
    list.push({ to: target.path, line });
    edges.set(file, list);
  }
  const findings: Finding[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    if (done.has(file)) return;
    path.push(file);
    for (const { to, line } of edges.get(file) ?? []) {
      const start = path.indexOf(to);
      if (start === -1) visit(to);
      else {
        const circle = [...path.slice(start), to].join(' → ');
        findings.push({ file, line, message: `files import each other in a circle: ${circle}` });
      }
    }
    path.pop();
    done.add(file);
  };
  for (const file of [...edges.keys()].sort()) visit(file);
  return findings;
}
