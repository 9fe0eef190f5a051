import { scanCode } from '../code.ts';
import { type Finding, lineAt } from '../finding.ts';
import { type Tree, typescriptFiles } from '../tree.ts';
import { parseMarkdown } from './markdown.ts';

const BYTES = 'docs/protocol/bytes.md';

/** Every tagged hash that the packages make is specified: its name stands in docs/protocol/bytes.md. */
export function checkHashes(tree: Tree): Finding[] {
  const text = tree.files.includes(BYTES) ? tree.read(BYTES) : '';
  const cells = parseMarkdown(text).labels.flatMap((label) => label.split(/,\s*/));
  const local = [...text.matchAll(/`((?:adaptor|dleq)-[a-z]+)`/g)].map((match) => match[1]!);
  const specified = new Set([...cells, ...local]);
  const findings: Finding[] = [];
  for (const file of typescriptFiles(tree).filter((path) => /^packages\/[^/]+\/src\//.test(path))) {
    const { withoutComments } = scanCode(tree.read(file));
    for (const match of withoutComments.matchAll(/(?<!\.)\btaggedHash\(\s*'([^']+)'/g)) {
      if (specified.has(match[1]!)) continue;
      const message = `the tagged hash "${match[1]}" is not in the table of ${BYTES}`;
      findings.push({ file, line: lineAt(withoutComments, match.index), message });
    }
  }
  return findings;
}
