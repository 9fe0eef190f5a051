import { scanCode } from '../code.ts';
import { type Finding, lineAt } from '../finding.ts';
import { documents, type Tree, typescriptFiles } from '../tree.ts';
import { type Markdown, parseMarkdown, plain } from './markdown.ts';

const FOLDER = 'docs/protocol/';
const ROADMAP = 'docs/roadmap.md';

/** Where the rows of each letter are defined. */
const ROWS: Readonly<Record<string, string>> = {
  P: `${FOLDER}parameters.md`,
  C: `${FOLDER}parameters.md`,
  D: `${FOLDER}deviations.md`,
};
/** Where the sections of each letter stand. */
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  T: [`${FOLDER}transactions.md`, `${FOLDER}parameters.md`],
  M: [`${FOLDER}protocol.md`, `${FOLDER}bytes.md`, `${FOLDER}messages.md`, `${FOLDER}parameters.md`],
  Y: [`${FOLDER}ceremony.md`],
  F: [`${FOLDER}proofs.md`, `${FOLDER}model.md`],
  U: ['docs/ux.md'],
};
/** The section of the roadmap that lists deviations. */
const NOT_YET_SHOWN = 'Deviations whose attack is not yet shown by a test';
/** Deviations that are documented only: misprints, and the choice of SegWit. */
const WITHOUT_ATTACK = new Set(['D15', 'D22']);

/**
 * Every rule that code, tests and documents cite exists in docs/protocol; every rule on P and C is enforced by code and
 * shown by a test; every deviation is shown by a test or listed in the roadmap as not yet shown.
 */
export function checkRules(tree: Tree): Finding[] {
  const parsed = new Map(documents(tree).map((file) => [file, parseMarkdown(tree.read(file))]));
  const rules = definedRules(parsed);
  const sections = definedSections(parsed);
  const findings: Finding[] = [];
  const cited: Citations = { source: new Set(), test: new Set(), named: new Set() };

  const cite = (file: string, text: string, searched: string, into?: Set<string>): void => {
    for (const match of searched.matchAll(/(?<![\w§.′-])([PCD]\d{1,2})(?![\w′])/g)) {
      into?.add(match[1]!);
      if (rules.has(match[1]!)) continue;
      const home = ROWS[match[1]![0]!];
      findings.push({ file, line: lineAt(text, match.index), message: `${match[1]} is no row of ${home}` });
    }
    for (const match of searched.matchAll(/(?<!\w)([TMYFU]) §(\S(?:(?![TMYFU] §)[^\n])*)/g)) {
      if (resolves(match[2]!, sections.get(match[1]!) ?? [])) continue;
      const homes = SECTIONS[match[1]!]?.join(', ');
      const shown = match[2]!.slice(0, 40).trim();
      findings.push({
        file,
        line: lineAt(text, match.index),
        message: `${match[1]} §${shown} names no section of ${homes}`,
      });
    }
  };

  for (const file of typescriptFiles(tree)) {
    if (file.startsWith('test/check/') || file.startsWith('scripts/check/')) continue;
    const text = tree.read(file);
    const words = maskCode(text, scanCode(text).bare);
    const isTest = file.startsWith('test/') || file.includes('/test/');
    cite(file, text, words, isTest ? cited.test : cited.source);
    if (isTest) for (const match of text.matchAll(/['"`](D\d{1,2})\b/g)) cited.named.add(match[1]!);
  }
  for (const [file, { prose }] of parsed) {
    if (file.startsWith(FOLDER) || file === ROADMAP) cite(file, prose.join('\n'), prose.join('\n'));
  }
  return [...findings, ...missing(tree, rules, cited)];
}

/** Comments and strings only: an identifier may well be called C1. */
function maskCode(text: string, bare: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) out += text[i] === '\n' || bare[i] === ' ' ? text[i] : ' ';
  return out;
}

function definedRules(parsed: ReadonlyMap<string, Markdown>): Map<string, string> {
  const rules = new Map<string, string>();
  for (const [letter, file] of Object.entries(ROWS)) {
    for (const label of parsed.get(file)?.labels ?? []) {
      if (new RegExp(`^${letter}\\d{1,2}$`).test(label)) rules.set(label, file);
    }
  }
  return rules;
}

function definedSections(parsed: ReadonlyMap<string, Markdown>): Map<string, readonly string[]> {
  const sections = new Map<string, readonly string[]>();
  for (const [letter, files] of Object.entries(SECTIONS)) {
    const names = files.flatMap((file) => {
      const document = parsed.get(file);
      if (document === undefined) return [];
      const headings = document.headings.map(plain);
      const numbers = headings.map((heading) => /^\d+(?=\. )/.exec(heading)?.[0] ?? '');
      const labels = [
        ...headings,
        ...headings.map((heading) => heading.replace(/^\d+\. /, '')),
        ...document.labels,
      ];
      return [...numbers, ...labels, ...labels.map((label) => label.replace(/(?::| \(|_S$).*$/, ''))];
    });
    sections.set(
      letter,
      names.map(normal).filter((name) => name !== ''),
    );
  }
  return sections;
}

const normal = (text: string): string =>
  text
    .toLowerCase()
    .replace(/(?<=tx[\dv]+)'/g, '′')
    .trim();

const ENDS_WORD = /^(?![\p{L}\p{N}_′])/u;

/** The reference begins with a name, or what it says up to the next stop begins a name: `M §Claims` is enough. */
function resolves(reference: string, names: readonly string[]): boolean {
  const text = normal(reference);
  const words = text.replace(/[).,;:"`*].*$/s, '').trim();
  return names.some(
    (name) =>
      (text.startsWith(name) && ENDS_WORD.test(text.slice(name.length))) ||
      (words.length > 3 && name.startsWith(words) && ENDS_WORD.test(name.slice(words.length))),
  );
}

interface Citations {
  readonly source: Set<string>;
  readonly test: Set<string>;
  /** Deviations that a test is named after: its title begins with the id. */
  readonly named: Set<string>;
}

function missing(tree: Tree, rules: ReadonlyMap<string, string>, cited: Citations): Finding[] {
  const findings: Finding[] = [];
  const roadmap = tree.files.includes(ROADMAP) ? tree.read(ROADMAP) : '';
  const section = roadmap.split(/^## /m).find((part) => part.startsWith(NOT_YET_SHOWN)) ?? '';
  const planned = new Set(section.match(/\bD\d{1,2}\b/g) ?? []);
  for (const [rule, file] of rules) {
    const line =
      tree
        .read(file)
        .split('\n')
        .findIndex((text) => text.startsWith(`| ${rule} |`)) + 1;
    const add = (message: string): void => void findings.push({ file, line, message: `${rule} ${message}` });
    if (rule.startsWith('D')) {
      const shown = cited.named.has(rule);
      // `D7 (what is missing)`: a test shows a part of it.
      if (shown && planned.has(rule) && !section.includes(`${rule} (`))
        add(`is shown by a test now; take it out of ${ROADMAP}`);
      if (shown || planned.has(rule) || WITHOUT_ATTACK.has(rule)) continue;
      add(`has no test named after it, and ${ROADMAP} does not list it`);
      continue;
    }
    if (!cited.source.has(rule)) add('is enforced by no code');
    if (!cited.test.has(rule)) add('is shown by no test');
  }
  return findings;
}
