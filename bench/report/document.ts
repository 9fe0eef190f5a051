import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { type Machine, machineText } from './machine.ts';
import { sectionMarkdown } from './markdown.ts';
import type { Section } from './section.ts';

const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'benchmarks.md');
const BEGIN = '<!-- begin: written by `npm run bench -- --write` -->';
const END = '<!-- end -->';

/** Replaces what stands between the markers of docs/benchmarks.md. @throws BenchError when it has none */
export function writeDocument(machine: Machine, sections: readonly Section[]): void {
  const old = readFileSync(DOCUMENT, 'utf8');
  const begin = old.indexOf(BEGIN);
  const end = old.indexOf(END, begin);
  if (begin < 0 || end < 0)
    throw new BenchError('docs/benchmarks.md lacks the markers of its generated part');
  const body = [machineText(machine), ...sections.map(sectionMarkdown)].join('\n\n');
  writeFileSync(DOCUMENT, `${old.slice(0, begin)}${BEGIN}\n\n${body}\n\n${old.slice(end)}`);
}
