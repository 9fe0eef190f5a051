import { cellText, type Section } from './section.ts';

/** A section for a terminal: columns padded, numbers to the right. */
export function sectionText({ title, notes, table }: Section): string {
  const { columns, rows } = table;
  const cells = rows.map((row) => columns.map((column, i) => cellText(row[i], column)));
  const widths = columns.map(({ name }, i) => Math.max(name.length, ...cells.map((row) => row[i]!.length)));
  const toRight = columns.map((_, i) => rows.some((row) => typeof row[i] === 'number'));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => (toRight[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [
    title,
    '─'.repeat(title.length),
    ...notes,
    '',
    line(columns.map(({ name }) => name)),
    line(widths.map((width) => '─'.repeat(width))),
    ...cells.map(line),
  ].join('\n');
}
