/** A column: its title, and on which side its cells stand. */
export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/**
 * A table in plain text: columns two spaces apart, a line under the titles, no trailing spaces.
 * @param rows - one cell a column
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, index) =>
    Math.max(width(column.title), ...rows.map((row) => width(row[index] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, index) => padded(cells[index] ?? '', widths[index]!, column.align))
      .join('  ')
      .trimEnd();
  return [
    line(columns.map((column) => column.title)),
    widths.map((size) => '─'.repeat(size)).join('  '),
    ...rows.map(line),
  ].join('\n');
}

function padded(cell: string, size: number, align: Column['align']): string {
  const space = ' '.repeat(size - width(cell));
  return align === 'left' ? cell + space : space + cell;
}

/** Columns on a terminal: characters, since no cell holds wide or combining ones. */
function width(cell: string): number {
  return [...cell].length;
}
