import { isMap, isNode, isPair, isScalar, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import type { z } from 'zod';
import { CliError } from '../errors/cli-error.ts';
import { nearestFieldName } from './field-names.ts';
import { type JobFile, jobFileSchema } from './schema.ts';

/** A job file with the means to say where in it a field stands. */
export interface ParsedJob {
  readonly job: JobFile;
  /** `job.yaml:12: ` for the field at `path`, to stand before a message. */
  position(...path: readonly (string | number)[]): string;
}

const EVERY_FIELD = 'examples/fashion-mnist/job.yaml explains every field.';

/**
 * Parses the text of a job file.
 * @param fileName - as it stands in messages
 * @throws CliError `yaml-malformed`, `field-wrong`, `field-unknown`, with the line
 */
export function parseJob(text: string, fileName: string): ParsedJob {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const line = lines.linePos(problem.pos[0]).line;
    throw new CliError(
      'yaml-malformed',
      `${fileName}:${line}: This is not YAML: ${oneLine(problem.message)}.`,
      {
        remedy: `Correct that line; fields are indented by spaces, with a colon and a space after each name. ${EVERY_FIELD}`,
      },
    );
  }
  const at = (offset: number | undefined): string =>
    offset === undefined ? `${fileName}: ` : `${fileName}:${lines.linePos(offset).line}: `;
  const position = (...path: readonly (string | number)[]): string => at(offsetOf(document.contents, path));
  const parsed = jobFileSchema.safeParse(plainValue(document, fileName), { reportInput: true });
  if (parsed.success) return { job: parsed.data, position };
  // A misspelt field is both unknown and missing; its spelling is what to correct.
  const { issues } = parsed.error;
  throw refusal(issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!, position);
}

function plainValue(document: ReturnType<typeof parseDocument>, fileName: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new CliError(
      'yaml-malformed',
      `${fileName}: This YAML cannot be used: ${oneLine(String(cause))}.`,
      {
        remedy: 'Write the values out instead of using aliases.',
        cause,
      },
    );
  }
}

type Position = ParsedJob['position'];

function refusal(issue: z.core.$ZodIssue, position: Position): CliError {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const name = fieldName(path);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const meant = nearestFieldName(key);
    return new CliError(
      'field-unknown',
      `${position(...path, key)}There is no field \`${fieldName([...path, key])}\`.`,
      { remedy: `${meant === undefined ? 'Remove it.' : `Did you mean \`${meant}\`?`} ${EVERY_FIELD}` },
    );
  }
  if (name === '') {
    return new CliError(
      'field-wrong',
      `${position()}A job file holds fields like \`name\` and \`program\`; this does not.`,
      {
        remedy: `Start from an example. ${EVERY_FIELD}`,
      },
    );
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  const where = missing ? position(...path.slice(0, -1)) : position(...path);
  const statement = missing ? `The field \`${name}\` is missing` : `\`${name}\` ${complaint(issue)}`;
  return new CliError('field-wrong', `${where}${statement}.`, {
    remedy: `${missing ? 'Add it.' : 'Correct the value.'} ${EVERY_FIELD}`,
  });
}

function complaint(issue: z.core.$ZodIssue): string {
  const given = 'input' in issue ? ` and not ${shortValue(issue.input)}` : '';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}${given}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}${given}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters long' : given}`;
    case 'invalid_union':
      return 'must be `records` or `lines`';
    default:
      return `${issue.message}`;
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: '`true` or `false`',
  object: 'a group of fields',
  array: 'a list',
};

function shortValue(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? 'a group or list' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function fieldName(path: readonly (string | number)[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}

/** Offset in the text of the field at `path`, or of the nearest group above it that exists. */
function offsetOf(root: ParsedNode | null, path: readonly (string | number)[]): number | undefined {
  let node: unknown = root;
  let offset: number | undefined = isNode(node) ? node.range?.[0] : undefined;
  for (const part of path) {
    if (!isMap(node)) return offset;
    const pair: unknown = node.items.find(
      (item) => isPair(item) && isScalar(item.key) && item.key.value === part,
    );
    if (!isPair(pair)) return offset;
    if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
    node = pair.value;
  }
  return offset;
}

function oneLine(message: string): string {
  return message.replace(/\s+/g, ' ').replace(/[.:]$/, '');
}
