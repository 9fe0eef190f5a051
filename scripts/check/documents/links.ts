import { posix } from 'node:path';
import type { Finding } from '../finding.ts';
import { documents, type Tree } from '../tree.ts';
import { anchorsOf, parseMarkdown } from './markdown.ts';

/** Every relative link between documents leads to a file of the tree, and its anchor to a heading there. */
export function checkLinks(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  const parsed = new Map(documents(tree).map((file) => [file, parseMarkdown(tree.read(file))]));
  const anchors = new Map([...parsed].map(([file, { headings }]) => [file, anchorsOf(headings)]));
  for (const [file, { prose }] of parsed) {
    for (const [index, line] of prose.entries()) {
      for (const match of line.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)) {
        const target = match[1]!;
        if (/^[a-z][a-z+.-]*:/i.test(target)) continue;
        const [path = '', anchor] = decodeURI(target).split('#');
        const place = { file, line: index + 1 };
        const leads = path === '' ? file : posix.normalize(posix.join(posix.dirname(file), path));
        const folder = leads.endsWith('/') ? leads : `${leads}/`;
        if (!tree.files.includes(leads) && !tree.files.some((candidate) => candidate.startsWith(folder))) {
          findings.push({ ...place, message: `the link ${target} leads to no file` });
        } else if (anchor !== undefined && parsed.has(leads) && !anchors.get(leads)?.has(anchor)) {
          findings.push({ ...place, message: `${leads} has no heading #${anchor}` });
        }
      }
    }
  }
  return findings;
}
