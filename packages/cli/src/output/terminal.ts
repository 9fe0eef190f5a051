/** Columns of the terminal that a stream leads to; without a terminal there is no limit. */
export function terminalColumns(stream: { readonly columns?: number }): number {
  return stream.columns ?? Number.POSITIVE_INFINITY;
}

/** Characters that move a terminal's cursor, change its title or turn text around: others choose some of the words that are shown. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const MOVING = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text in one line that only shows characters, whoever wrote it. */
export function plainText(text: string): string {
  return text.replace(MOVING, '?');
}
