/** The part of a node of Babel's tree that is looked at. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
}

const PROSE = /\s/;

/**
 * Leaves strings out that are written for people: those with a blank in them. No tag, code, id, name of a field or
 * party of the protocol has one, and a test that repeats a sentence would show nothing about the protocol.
 */
function shouldIgnore({ node }: { readonly node: Node }): string | undefined {
  const prose =
    (node.type === 'StringLiteral' && PROSE.test(String(node.value))) ||
    (node.type === 'TemplateLiteral' && (node.quasis ?? []).some(({ value }) => PROSE.test(value.raw)));
  return prose ? 'text for people' : undefined;
}

/** What Stryker looks for in a plugin. @public */
export const strykerPlugins = [{ kind: 'Ignore', name: 'prose', value: { shouldIgnore } }];
