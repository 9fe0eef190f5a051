import { EncodingError, fromHex, toHex, utf8 } from '@prometheus-compute/protocol';

/** Plain data that a snapshot holds: what JSON has, and bytes and big integers. No undefined, functions or classes. */
export type Snapshot =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Snapshot[]
  | { readonly [key: string]: Snapshot };

/**
 * One byte string for one value: JSON with sorted keys, bytes as `{"$b": hex}` and big integers as `{"$n": decimal}`,
 * keys that begin with `$` with a second one.
 * Equal states give equal snapshots, so that replaying a log can be compared bit for bit.
 *
 * @throws EncodingError `shape-wrong` for what is no plain data
 */
export function encodeSnapshot(value: unknown): Uint8Array {
  return utf8(render(value));
}

/** The value that {@link encodeSnapshot} was given. @throws EncodingError `shape-wrong` */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  try {
    return fromJson(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new EncodingError('shape-wrong', 'a stored snapshot cannot be read', { cause });
  }
}

/** Text by text, without a second tree: it is made at every commit, of everything that a channel holds. */
function render(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `{"$n":"${value}"}`;
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (value instanceof Uint8Array) return `{"$b":"${toHex(value)}"}`;
  if (Array.isArray(value)) return `[${value.map(render).join(',')}]`;
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    const fields: string[] = [];
    for (const key of Object.keys(value).sort()) {
      const item = (value as Record<string, unknown>)[key];
      if (item !== undefined) fields.push(`${JSON.stringify(escaped(key))}:${render(item)}`);
    }
    return `{${fields.join(',')}}`;
  }
  throw new EncodingError('shape-wrong', `a ${typeof value} is no plain data`);
}

/** A key of the value that begins like a mark gets a second `$`. */
const escaped = (key: string): string => (key.startsWith('$') ? `$${key}` : key);
const unescaped = (key: string): string => (key.startsWith('$') ? key.slice(1) : key);

function fromJson(value: unknown): Snapshot {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    const [key, item] = entries.length === 1 ? entries[0]! : ['', undefined];
    if (key === '$b' && typeof item === 'string') return fromHex(item);
    if (key === '$n' && typeof item === 'string') return BigInt(item);
    return Object.fromEntries(entries.map(([name, each]) => [unescaped(name), fromJson(each)]));
  }
  return value as Snapshot;
}
