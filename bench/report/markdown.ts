import { cellText, type Section } from './section.ts';

/** A section of the document. */
export function sectionMarkdown({ title, notes, table }: Section): string {
  const { columns, rows } = table;
  const toRight = columns.map((_, i) => rows.some((row) => typeof row[i] === 'number'));
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  return [
    `## ${title}`,
    '',
    notes.join('\n'),
    '',
    line(columns.map(({ name }) => name)),
    line(toRight.map((right) => (right ? '---:' : '---'))),
    ...rows.map((row) => line(columns.map((column, i) => cellText(row[i], column)))),
  ].join('\n');
}
