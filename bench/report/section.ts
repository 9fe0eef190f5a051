/** A value of a table; null where there is none. */
export type Cell = string | number | null;

export interface Column {
  /** With its unit. */
  readonly name: string;
  /** Digits after the decimal point; 0 unless said otherwise. */
  readonly digits?: number;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A group of measurements. What is printed, what `--json` gives and what the document shows is all made from it. */
export interface Section {
  readonly title: string;
  /** An aim, or what the table shows, in a sentence each. */
  readonly notes: readonly string[];
  readonly table: Table;
}

/** A cell as text. */
export function cellText(cell: Cell | undefined, column: Column): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'string') return cell;
  const digits = column.digits ?? 0;
  return cell.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
