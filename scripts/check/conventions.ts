import { type Code, scanCode } from './code.ts';
import { type Finding, lineAt } from './finding.ts';
import { type Tree, typescriptFiles } from './tree.ts';

interface Convention {
  /** In which files it is looked for. */
  readonly where: RegExp;
  /** In which part of a TypeScript file. `text` is the whole file, of any language. */
  readonly part: keyof Code | 'text';
  readonly pattern: RegExp;
  readonly message: string;
}

const TYPESCRIPT = /\.ts$/;
const CORE = /^packages\/(?:protocol|proofs|bitcoin)\/src\//;
const PURE = /^packages\/(?:protocol|proofs)\/src\//;
/** A file has one idea. Longer ones hold several. */
const LINES = 300;

const CONVENTIONS: readonly Convention[] = [
  {
    where: /./,
    part: 'text',
    pattern: /(?<![\w.])[/](?:work|farm)[/]|[.][.][/]shared\b|[/]tmp[/]plan\b/g,
    message: 'names a place outside of the project; a fresh clone does not have it',
  },
  {
    where: /./,
    part: 'text',
    pattern: /registry[.]npmjs|npmjs[.]org\b|registry[.]yarnpkg|deb[.]debian[.]org|"resolved": *"https?:/g,
    message: 'names a registry host; leave the choice of registry to the machine',
  },
  {
    where: TYPESCRIPT,
    part: 'bare',
    pattern: /(?:\bas|[:<,|&(])\s*any\b(?!\s*[:(?])/g,
    message: 'any switches the type checker off; use unknown and narrow it',
  },
  {
    where: TYPESCRIPT,
    part: 'comments',
    pattern: /@ts-(?:ignore|nocheck|expect-error)|biome-ignore|eslint-disable/g,
    message: 'silences a checker; mend the cause',
  },
  {
    where: TYPESCRIPT,
    part: 'comments',
    pattern: /\b(?:TODO|FIXME|XXX|HACK)\b(?! \(docs\/roadmap\.md\b)/g,
    message: 'left open: finish it, or write an entry and name it: TODO (docs/roadmap.md, "…")',
  },
  {
    where: TYPESCRIPT,
    part: 'bare',
    pattern: /\b(?:it|test|describe)\.(?:only|skip|todo)\b/g,
    message: 'a test switched off or singled out',
  },
  {
    where: CORE,
    part: 'bare',
    pattern: /\bthrow new Error\(/g,
    message: 'throw a coded error (packages/protocol/src/primitives/errors.ts)',
  },
  {
    where: PURE,
    part: 'bare',
    pattern: /\bMath\.random\b|\bDate\.now\b|\bnew Date\b|\bperformance\.now\b/g,
    message: 'clock or randomness in a pure package; take it as an argument',
  },
  {
    where: /^packages\/protocol\/src\//,
    part: 'bare',
    pattern: /\basync\b|\bawait\b|\bPromise\b/g,
    message: 'protocol is synchronous; I/O belongs behind a port',
  },
  {
    where: /^packages\/(?!cli\/)[^/]+\/src\//,
    part: 'bare',
    pattern: /\bconsole\./g,
    message: 'a library does not print; report through its interface',
  },
];

/** What CONTRIBUTING.md asks of every file and no other tool looks at. */
export function checkConventions(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  const typescript = new Set(typescriptFiles(tree));
  for (const file of tree.files) {
    if (/\.(?:wasm|gz|png|ico|onnx|pmodel)$|^LICENSE/.test(file)) continue;
    const text = tree.read(file);
    const code = typescript.has(file) ? scanCode(text) : undefined;
    for (const { where, part, pattern, message } of CONVENTIONS) {
      if (!where.test(file)) continue;
      const searched = part === 'text' ? text : code?.[part];
      for (const match of searched?.matchAll(pattern) ?? []) {
        const line = lineAt(text, match.index);
        findings.push({ file, line, message: `"${match[0].trim()}": ${message}` });
      }
    }
    if (code === undefined) continue;
    const lines = text.split('\n').length - 1;
    if (file.includes('/src/') && lines > LINES) {
      findings.push({
        file,
        line: LINES,
        message: `${lines} lines; split it so that each file has one idea`,
      });
    }
    if (/(?:^|\/)(?:utils?|helpers?|misc|common)(?:\/|\.ts$)/.test(file)) {
      findings.push({ file, line: 0, message: 'name the file after its one idea' });
    }
  }
  return findings;
}
