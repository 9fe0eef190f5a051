/** A fenced block of a document. */
export interface Fence {
  /** First word after the fence: the language. */
  readonly language: string;
  /** The words after the language. */
  readonly marks: readonly string[];
  /** 1-based line of the first line of its body. */
  readonly line: number;
  readonly body: string;
}

/** A document taken apart. */
export interface Markdown {
  /** Lines with fenced blocks and inline code blanked out, so that what looks like a link is one. */
  readonly prose: readonly string[];
  readonly fences: readonly Fence[];
  readonly headings: readonly string[];
  /** First cell of every table row, and every bold piece of text. */
  readonly labels: readonly string[];
}

/** Takes a document apart, line by line. */
export function parseMarkdown(text: string): Markdown {
  const prose: string[] = [];
  const fences: Fence[] = [];
  const headings: string[] = [];
  const labels: string[] = [];
  let open: { marker: string; words: string[]; line: number; body: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^\s*(`{3,}|~{3,})(.*)$/.exec(line);
    if (open !== undefined) {
      prose.push('');
      if (fence !== null && fence[1]!.startsWith(open.marker) && fence[2]!.trim() === '') {
        const [language = '', ...marks] = open.words;
        fences.push({ language, marks, line: open.line, body: open.body.join('\n') });
        open = undefined;
      } else open.body.push(line);
      continue;
    }
    if (fence !== null) {
      open = { marker: fence[1]!, words: fence[2]!.trim().split(/\s+/), line: index + 2, body: [] };
      prose.push('');
      continue;
    }
    prose.push(line.replace(/`[^`]*`/g, (code) => ' '.repeat(code.length)));
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line);
    if (heading !== null) headings.push(heading[1]!);
    const cell = /^\|\s*((?:\\\||[^|])*?)\s*\|/.exec(line);
    if (cell !== null) labels.push(plain(cell[1]!));
    for (const bold of line.matchAll(/\*\*(.+?)\*\*/g)) labels.push(plain(bold[1]!));
  }
  return { prose, fences, headings, labels };
}

/** Text without emphasis, code marks and link targets. */
export function plain(text: string): string {
  return text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`\\]/g, '')
    .trim();
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(headings: readonly string[]): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const heading of headings) {
    const base = plain(heading)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const count = seen.get(base) ?? 0;
    seen.set(base, count + 1);
    anchors.add(count === 0 ? base : `${base}-${count}`);
  }
  return anchors;
}
