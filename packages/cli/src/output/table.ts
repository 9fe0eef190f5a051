/** A column: its title, and on which side its cells stand. */
export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** Spaces between two columns. */
const GAP = 2;

/**
 * A table in plain text: columns two spaces apart, a line under the titles, no trailing spaces.
 * @param rows - one cell a column
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columnWidths(columns, rows);
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, index) => padded(cells[index] ?? '', widths[index]!, column.align))
      .join(' '.repeat(GAP))
      .trimEnd();
  return [
    line(columns.map((column) => column.title)),
    widths.map((size) => '─'.repeat(size)).join(' '.repeat(GAP)),
    ...rows.map(line),
  ].join('\n');
}

/**
 * A table that fits into `limit` columns of a terminal: where it is wider, several tables one below the other, each
 * beginning with the first `repeated` columns.
 */
export function fittedTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  repeated: number,
  limit: number,
): string {
  const widths = columnWidths(columns, rows);
  const keys = widths.slice(0, repeated);
  const total = (parts: readonly number[]): number => parts.reduce((sum, part) => sum + part + GAP, -GAP);
  const groups: number[][] = [[]];
  for (let index = repeated; index < columns.length; index++) {
    const group = groups.at(-1)!;
    const wider = total([...keys, ...[...group, index].map((member) => widths[member]!)]);
    if (group.length > 0 && wider > limit) groups.push([index]);
    else group.push(index);
  }
  return groups
    .map((group) => {
      const pick = <T>(all: readonly T[]): T[] => [
        ...all.slice(0, repeated),
        ...group.map((member) => all[member]!),
      ];
      return table(pick(columns), rows.map(pick));
    })
    .join('\n\n');
}

function columnWidths(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly number[] {
  return columns.map((column, index) =>
    Math.max(width(column.title), ...rows.map((row) => width(row[index] ?? ''))),
  );
}

function padded(cell: string, size: number, align: Column['align']): string {
  const space = ' '.repeat(size - width(cell));
  return align === 'left' ? cell + space : space + cell;
}

/** Columns on a terminal: characters, since no cell holds wide or combining ones. */
function width(cell: string): number {
  return [...cell].length;
}
