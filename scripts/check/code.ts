/** Blanks comments and the insides of strings out of TypeScript, keeping every offset and line as it was. */
export interface Code {
  /** The text without comments; strings are kept. */
  readonly withoutComments: string;
  /** The text with comments and with the contents of strings and templates as spaces. */
  readonly bare: string;
  /** Only the comments; everything else is spaces. */
  readonly comments: string;
}

const REGEX_MAY_FOLLOW =
  /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|delete))\s*$/;

/** Splits `text` into code, strings and comments. A scanner of its own, so that checks need no compiler. */
export function scanCode(text: string): Code {
  const kinds = new Uint8Array(text.length);
  const COMMENT = 1;
  const STRING = 2;
  const templates: number[] = [];
  let depth = 0;
  let i = 0;
  const mark = (from: number, to: number, kind: number): void => {
    kinds.fill(kind, from, to);
  };
  const template = (from: number): number => {
    let at = from;
    while (at < text.length) {
      if (text[at] === '\\') at += 2;
      else if (text[at] === '`') {
        mark(from, at, STRING);
        return at + 1;
      } else if (text[at] === '$' && text[at + 1] === '{') {
        mark(from, at, STRING);
        templates.push(depth);
        depth += 1;
        return at + 2;
      } else at += 1;
    }
    return at;
  };
  while (i < text.length) {
    const char = text[i];
    const next = text[i + 1];
    if (char === '/' && next === '/') {
      const end = text.indexOf('\n', i);
      const to = end === -1 ? text.length : end;
      mark(i, to, COMMENT);
      i = to;
    } else if (char === '/' && next === '*') {
      const end = text.indexOf('*/', i + 2);
      const to = end === -1 ? text.length : end + 2;
      mark(i, to, COMMENT);
      i = to;
    } else if (char === "'" || char === '"') {
      let at = i + 1;
      while (at < text.length && text[at] !== char && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
      mark(i + 1, at, STRING);
      i = at + 1;
    } else if (char === '`') {
      i = template(i + 1);
    } else if (char === '/' && REGEX_MAY_FOLLOW.test(text.slice(Math.max(0, i - 20), i))) {
      const end = regexEnd(text, i + 1);
      mark(i + 1, end, STRING);
      i = end + 1;
    } else if (char === '{') {
      depth += 1;
      i += 1;
    } else if (char === '}') {
      depth -= 1;
      i += 1;
      if (templates.at(-1) === depth) {
        templates.pop();
        i = template(i);
      }
    } else i += 1;
  }
  const keep = (wanted: (kind: number) => boolean): string => {
    let out = '';
    for (let at = 0; at < text.length; at++) out += text[at] === '\n' || wanted(kinds[at]!) ? text[at] : ' ';
    return out;
  };
  return {
    withoutComments: keep((kind) => kind !== COMMENT),
    bare: keep((kind) => kind === 0),
    comments: keep((kind) => kind === COMMENT),
  };
}

function regexEnd(text: string, from: number): number {
  let inClass = false;
  let at = from;
  while (at < text.length && text[at] !== '\n') {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '[') inClass = true;
    else if (text[at] === ']') inClass = false;
    else if (text[at] === '/' && !inClass) return at;
    at += 1;
  }
  return at;
}

/** An import, re-export or dynamic import of one file. */
export interface ImportSpecifier {
  readonly specifier: string;
  readonly line: number;
  /** `import()` at run time. */
  readonly lazy: boolean;
  /** `import type` or `export type`: erased before the file runs. */
  readonly typeOnly: boolean;
}

/** All import specifiers of a TypeScript file, in order. */
export function importsOf(text: string): ImportSpecifier[] {
  const { withoutComments, bare } = scanCode(text);
  const found: (ImportSpecifier & { offset: number })[] = [];
  const add = (pattern: RegExp, lazy: boolean): void => {
    for (const match of withoutComments.matchAll(pattern)) {
      const offset = match.index + match[0].search(/\S/);
      // The keyword must be code: the same words inside a string are somebody's text.
      if (!/^(?:im|ex)port\b/.test(bare.slice(offset, offset + 7))) continue;
      const specifier = match.groups?.specifier ?? '';
      const line = bare.slice(0, offset).split('\n').length;
      found.push({ specifier, line, lazy, typeOnly: match.groups?.type !== undefined, offset });
    }
  };
  add(
    /\b(?:import|export)\s+(?<type>type\s+(?!from\b))?(?:\*(?:\s*as\s+[\w$]+)?|\{[^}]*\}|[\w$]+(?:\s*,\s*(?:\{[^}]*\}|\*\s*as\s+[\w$]+))?)\s*from\s*['"](?<specifier>[^'"]*)['"]/g,
    false,
  );
  add(/\bimport\s*['"](?<specifier>[^'"]*)['"]/g, false);
  add(/\bimport\s*\(\s*['"](?<specifier>[^'"]*)['"]/g, true);
  return found
    .sort((a, b) => a.offset - b.offset)
    .map(({ specifier, line, lazy, typeOnly }) => ({ specifier, line, lazy, typeOnly }));
}
