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
  const { before, after } = parts();
  const body = [machineText(machine), ...sections.map(sectionMarkdown)].join('\n\n');
  writeFileSync(DOCUMENT, `${before}\n\n${body}\n\n${after}`);
}

/**
 * Replaces the sections of these titles, and adds those that are not there yet. Ratios are of one table, so the others keep theirs;
 * times of two tables are compared by readers, so the machine has to be the same, on the same day.
 *
 * @throws BenchError for another machine or day, or a document without markers
 */
export function writeSections(machine: Machine, sections: readonly Section[]): void {
  const { before, body, after } = parts();
  const [measured, ...old] = body.split(/\n\n(?=## )/);
  if (measured !== machineText(machine))
    throw new BenchError('other tables are of another machine or day: write the document as a whole');
  const made = sections.map(sectionMarkdown);
  const titleOf = (text: string): string => text.slice(0, text.indexOf('\n'));
  const titles = made.map(titleOf);
  const kept = old.map((text) => made[titles.indexOf(titleOf(text))] ?? text);
  const added = made.filter((text) => !kept.includes(text));
  writeFileSync(DOCUMENT, `${before}\n\n${[measured, ...kept, ...added].join('\n\n')}\n\n${after}`);
}

/** The document before, between and from the markers on. */
function parts(): { readonly before: string; readonly body: string; readonly after: string } {
  const old = readFileSync(DOCUMENT, 'utf8');
  const begin = old.indexOf(BEGIN);
  const end = old.indexOf(END, begin);
  if (begin < 0 || end < 0)
    throw new BenchError('docs/benchmarks.md lacks the markers of its generated part');
  const start = begin + BEGIN.length;
  return { before: old.slice(0, start), body: old.slice(start, end).trim(), after: old.slice(end) };
}
