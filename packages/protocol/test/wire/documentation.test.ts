import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MESSAGE_KINDS } from '../../src/wire/messages.ts';
import type { Form } from '../../src/wire/schema.ts';
import { formOf } from '../fixtures/message-arbitrary.ts';

const page = readFileSync(new URL('../../../../docs/protocol/messages.md', import.meta.url), 'utf8');
/** Text below each third-level heading, up to the next heading. */
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((part) => {
      const [name = '', ...lines] = part.split(/\n(?=#)/)[0]!.split('\n');
      return [name, lines] as const;
    }),
);

/** Fields of a body, those of all variants together. */
function fieldsOf(form: Form): readonly string[] {
  if (form.type === 'struct') return Object.keys(form.fields);
  if (form.type !== 'variants') return expect.unreachable('a body is a map');
  return [form.tag, ...Object.values(form.variants).flatMap((fields) => Object.keys(fields))];
}

/** Fields of maps inside the body, and the names of variants at every depth. */
function nestedNames(form: Form, depth: number): readonly string[] {
  switch (form.type) {
    case 'list':
    case 'nullable':
      return nestedNames(form.item, depth + 1);
    case 'struct':
      return fieldNames(form.fields, depth);
    case 'variants':
      return [
        form.tag,
        ...Object.keys(form.variants),
        ...Object.values(form.variants).flatMap((fields) => fieldNames(fields, depth)),
      ].filter((name) => depth > 0 || name !== form.tag);
    default:
      return [];
  }
}

function fieldNames(fields: Readonly<Record<string, Form>>, depth: number): readonly string[] {
  const inner = Object.values(fields).flatMap((form) => nestedNames(form, depth + 1));
  return depth === 0 ? inner : [...Object.keys(fields), ...inner];
}

/** Names in the code style that stand in a cell or a sentence. */
const named = (text: string): readonly string[] =>
  [...text.matchAll(/`([a-zA-Z]+)`/g)].map((match) => match[1]!);

describe('docs/protocol/messages.md', () => {
  it('has a section for every message, in the order of the codec, and for no other', () => {
    expect([...sections.keys()]).toEqual(MESSAGE_KINDS);
  });

  it.each(MESSAGE_KINDS)('lists every field of %s, and no other', (kind) => {
    const rows = sections.get(kind)!.filter((line) => line.startsWith('| '));
    expect(rows[0]).toBe('| field | type | meaning |');
    const documented = rows.slice(1).map((row) => row.split('|')[1]!.trim());
    expect(documented.toSorted()).toEqual([...new Set(fieldsOf(formOf(kind)))].toSorted());
  });

  it.each(MESSAGE_KINDS)('names every variant and every nested field of %s', (kind) => {
    const preamble = page.slice(0, page.indexOf('### '));
    const known = new Set([...named(preamble), ...named(sections.get(kind)!.join('\n'))]);
    expect(nestedNames(formOf(kind), 0).filter((name) => !known.has(name))).toEqual([]);
  });
});
