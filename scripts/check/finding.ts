/** Something that a check objects to, at one place of the tree. */
export interface Finding {
  /** Path from the root of the repository. */
  readonly file: string;
  /** 1-based; 0 when the finding is about the file as a whole. */
  readonly line: number;
  /** What is wrong and what to do about it, in one sentence. */
  readonly message: string;
}

/** One line of the report: a check has a name, and it passes when it finds nothing. */
export interface Check {
  readonly name: string;
  /** What it holds, for the list of checks. */
  readonly holds: string;
  readonly run: () => readonly Finding[];
}

/** 1-based line of the character at `offset`. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset; i++) if (text.charCodeAt(i) === 10) line += 1;
  return line;
}
