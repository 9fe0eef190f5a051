/** Prose in longer lines is hard to read. */
export const WIDEST_PROSE = 100;

/** Breaks a paragraph into lines of at most `columns` characters, between words. */
export function wrapped(text: string, columns: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

/** A paragraph as an item of a list: a hyphen before its first line, the others under its text. */
export function listItem(text: string, columns: number): string {
  return `- ${wrapped(text, columns - 2).replaceAll('\n', '\n  ')}`;
}
