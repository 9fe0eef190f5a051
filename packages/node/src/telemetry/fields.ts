import { CodedError } from '@prometheus-compute/protocol';

/** Every field that a log line may have besides level, time, event and message. What is not in this list is dropped. */
const FIELD_NAMES = [
  'version',
  'network',
  'roles',
  'folder',
  'address',
  'addresses',
  'peer',
  'peers',
  'port',
  'height',
  'depth',
  'block',
  'channel',
  'role',
  'state',
  'cause',
  'task',
  'transaction',
  'txid',
  'outpoint',
  'did',
  'fee_sat',
  'amount_sat',
  'balance_sat',
  'count',
  'seconds',
  'signal',
  'job',
  'batch',
  'attempt',
  'kind',
  'culprit',
  'code',
  'reason',
  'remedy',
  'rule',
  'where',
  'busy',
] as const;

type FieldName = (typeof FIELD_NAMES)[number];
/** What a field may hold. Bytes, objects and errors never are. */
type FieldValue = string | number | bigint | boolean;
export type LogFields = { readonly [name in FieldName]?: FieldValue | undefined };

const KNOWN: ReadonlySet<string> = new Set(FIELD_NAMES);
/** Characters of a text: others send some of them. */
const LONGEST_TEXT = 600;

/**
 * Fields that may be logged, by the list: whatever else an object holds at run time is left out, and texts are cut.
 */
export function allowedFields(fields: LogFields): Record<string, string | number | boolean> {
  const allowed: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!KNOWN.has(name)) continue;
    if (typeof value === 'bigint') allowed[name] = value.toString();
    if (typeof value === 'number' || typeof value === 'boolean') allowed[name] = value;
    if (typeof value === 'string') allowed[name] = value.slice(0, LONGEST_TEXT);
  }
  return allowed;
}

/**
 * What is logged of an error. The messages of coded errors never hold secrets (CONTRIBUTING, rule 7); those of others could, so only the
 * kind is told, and the place in the code.
 */
export function errorFields(error: unknown): LogFields {
  if (error instanceof CodedError) {
    const { code, message, rule, remedy } = error as CodedError<string>;
    const cause = error.cause === undefined ? undefined : kindOf(error.cause);
    return { code, reason: message, rule, remedy, cause };
  }
  return { code: kindOf(error), where: firstFrame(error) };
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  const inner = error.cause instanceof Error ? ` (${kindOf(error.cause)})` : '';
  return `${error.name}${code}${inner}`;
}

/** File and line of a stack's first frame: a place of the program, and no value. */
function firstFrame(error: unknown): string | undefined {
  const stack = error instanceof Error ? error.stack : undefined;
  return /\n\s+at .*?([^\s(/\\]+:\d+):\d+\)?(?:\n|$)/.exec(stack ?? '')?.[1];
}
