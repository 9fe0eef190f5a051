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
 * One byte string for one value: JSON with sorted keys, bytes as `{"$b": hex}` and big integers as `{"$n": decimal}`.
 * Equal states give equal snapshots, so that replaying a log can be compared bit for bit.
 *
 * @throws EncodingError `shape-wrong` for what is no plain data
 */
export function encodeSnapshot(value: unknown): Uint8Array {
  return utf8(JSON.stringify(toJson(value)));
}

/** The value that {@link encodeSnapshot} was given. @throws EncodingError `shape-wrong` */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  try {
    return fromJson(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new EncodingError('shape-wrong', 'a stored snapshot cannot be read', { cause });
  }
}

function toJson(value: unknown): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'bigint') return { $n: value.toString() };
  if (value instanceof Uint8Array) return { $b: toHex(value) };
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(
      entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, toJson(item)]),
    );
  }
  throw new EncodingError('shape-wrong', `a ${typeof value} is no plain data`);
}

function fromJson(value: unknown): Snapshot {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === 'object' && value !== null) {
    const record = value as Record<string, unknown>;
    const keys = Object.keys(record);
    if (keys.length === 1 && typeof record['$b'] === 'string') return fromHex(record['$b']);
    if (keys.length === 1 && typeof record['$n'] === 'string') return BigInt(record['$n']);
    return Object.fromEntries(keys.map((key) => [key, fromJson(record[key])]));
  }
  return value as Snapshot;
}
