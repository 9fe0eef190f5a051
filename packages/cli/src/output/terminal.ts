/** Columns of the terminal that a stream leads to; without a terminal there is no limit. */
export function terminalColumns(stream: { readonly columns?: number }): number {
  return stream.columns ?? Number.POSITIVE_INFINITY;
}

/** What moves a terminal's cursor, changes its title, or turns text around: controls, marks of direction, separators of lines. */
const MOVING = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Text in one line that only shows characters, whoever wrote it. */
export function plainText(text: string): string {
  return text.replace(MOVING, '?');
}
