import type { CborValue } from '../primitives/cbor.ts';
import { EncodingError, type EncodingErrorCode } from '../primitives/errors.ts';

/**
 * One definition of how a value stands in canonical dag-cbor, for both directions: `encode` refuses what `decode`
 * would refuse, so a node cannot send what its peers throw away.
 *
 * `form` describes the same definition as data, for the tests and whoever wants to list the format.
 */
export interface Schema<T> {
  readonly form: Form;
  /** @throws EncodingError with the path of the field in `evidence.path` */
  encode(value: T): CborValue;
  /** @throws EncodingError with the path of the field in `evidence.path` */
  decode(value: CborValue): T;
}

/** The type that a schema carries. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

/** What a schema accepts, as data. Sizes of texts are bytes of UTF-8. */
export type Form =
  | { readonly type: 'integer'; readonly min: bigint; readonly max: bigint; readonly as: 'number' | 'bigint' }
  | {
      readonly type: 'bytes';
      readonly min: number;
      readonly max: number;
      readonly of: 'any' | 'x-only-key' | 'point' | 'txid';
    }
  | { readonly type: 'text'; readonly max: number; readonly pattern: RegExp | undefined }
  | { readonly type: 'nullable'; readonly item: Form }
  | { readonly type: 'list'; readonly item: Form; readonly min: number; readonly max: number }
  | { readonly type: 'struct'; readonly fields: Readonly<Record<string, Form>> }
  | {
      readonly type: 'variants';
      readonly tag: string;
      readonly variants: Readonly<Record<string, Readonly<Record<string, Form>>>>;
    };

/** Definitions of the fields of a map by their keys. */
export type Fields = { readonly [key: string]: Schema<unknown> };
type Flat<T> = { readonly [K in keyof T]: T[K] };
/** The object that {@link Fields} describe. */
export type FieldsOf<F extends Fields> = { readonly [K in keyof F]: Infer<F[K]> };

/** A refusal that does not yet know where in the message it is. */
export function refusal(
  code: EncodingErrorCode,
  message: string,
  evidence: Readonly<Record<string, string | number | bigint>> = {},
): EncodingError {
  return new EncodingError(code, message, { evidence: { path: '', ...evidence } });
}

/** Runs `step` and puts `where` in front of the path of a refusal. */
export function within<T>(where: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    const inner = String(error.evidence.path ?? '');
    const path = inner === '' || inner.startsWith('[') ? `${where}${inner}` : `${where}.${inner}`;
    throw new EncodingError(error.code, error.message, {
      evidence: { ...error.evidence, path },
      cause: error.cause,
    });
  }
}

/** As {@link within} at the outermost level: the refusal's sentence begins with the whole path. */
export function named<T>(kind: string, step: () => T): T {
  try {
    return within(kind, step);
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    const { code, message, evidence, cause } = error;
    throw new EncodingError(code, `${String(evidence.path)}: ${message}`, { evidence, cause });
  }
}

/** Name of the type of a value, for refusals. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof Uint8Array) return 'bytes';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function asMap(value: CborValue): { readonly [key: string]: CborValue } {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw refusal('shape-wrong', `expected a map, found ${typeName(value)}`);
  }
  return value as { readonly [key: string]: CborValue };
}

function formsOf(fields: Fields): Record<string, Form> {
  return Object.fromEntries(Object.entries(fields).map(([key, schema]) => [key, schema.form]));
}

function encodeFields(fields: Fields, value: Readonly<Record<string, unknown>>): Record<string, CborValue> {
  const map: Record<string, CborValue> = {};
  for (const [key, schema] of Object.entries(fields)) map[key] = within(key, () => schema.encode(value[key]));
  return map;
}

function decodeFields(
  fields: Fields,
  map: { readonly [key: string]: CborValue },
  allowed?: string,
): Record<string, unknown> {
  for (const key of Object.keys(map)) {
    if (!Object.hasOwn(fields, key) && key !== allowed) {
      throw refusal('shape-wrong', 'unknown field', { path: key.slice(0, 64) });
    }
  }
  const value: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(fields)) {
    if (!Object.hasOwn(map, key)) throw refusal('shape-wrong', 'missing field', { path: key });
    value[key] = within(key, () => schema.decode(map[key]!));
  }
  return value;
}

/** A map with exactly these keys. */
export function struct<const F extends Fields>(fields: F): Schema<FieldsOf<F>> {
  return {
    form: { type: 'struct', fields: formsOf(fields) },
    encode: (value) => encodeFields(fields, value),
    decode: (value) => decodeFields(fields, asMap(value)) as FieldsOf<F>,
  };
}

type Variants = { readonly [variant: string]: Fields };
type VariantsOf<Tag extends string, V extends Variants> = {
  [K in keyof V & string]: Flat<{ readonly [T in Tag]: K } & FieldsOf<V[K]>>;
}[keyof V & string];

/** A map whose `tag` says which of the closed set of `variants` it is; the other keys are exactly that variant's. */
export function variants<const Tag extends string, const V extends Variants>(
  tag: Tag,
  byName: V,
): Schema<VariantsOf<Tag, V>> {
  const fieldsOf = (name: unknown): Fields => {
    if (typeof name !== 'string' || !Object.hasOwn(byName, name)) {
      throw refusal('shape-wrong', `none of ${Object.keys(byName).join(', ')}`, { path: tag });
    }
    return byName[name]!;
  };
  return {
    form: {
      type: 'variants',
      tag,
      variants: Object.fromEntries(Object.entries(byName).map(([name, fields]) => [name, formsOf(fields)])),
    },
    encode: (value) => {
      const record: Readonly<Record<string, unknown>> = value;
      const name = record[tag];
      return { ...encodeFields(fieldsOf(name), record), [tag]: name as string };
    },
    decode: (value) => {
      const map = asMap(value);
      if (!Object.hasOwn(map, tag)) throw refusal('shape-wrong', 'missing field', { path: tag });
      return { [tag]: map[tag], ...decodeFields(fieldsOf(map[tag]), map, tag) } as VariantsOf<Tag, V>;
    },
  };
}

/** A list of `min` to `max` items; the length is checked before any item is read. */
export function list<T>(item: Schema<T>, max: number, min = 0): Schema<readonly T[]> {
  const checkLength = (length: number): void => {
    if (length < min || length > max) {
      throw refusal('length-wrong', `${length} items where ${min} to ${max} are allowed`, {
        length,
        min,
        max,
      });
    }
  };
  return {
    form: { type: 'list', item: item.form, min, max },
    encode: (value) => {
      checkLength(value.length);
      return value.map((entry, index) => within(`[${index}]`, () => item.encode(entry)));
    },
    decode: (value) => {
      if (!Array.isArray(value)) throw refusal('shape-wrong', `expected a list, found ${typeName(value)}`);
      const items: readonly CborValue[] = value;
      checkLength(items.length);
      return items.map((entry, index) => within(`[${index}]`, () => item.decode(entry)));
    },
  };
}

/** The item, or null where it is absent. The key always stands in the map. */
export function nullable<T>(item: Schema<T>): Schema<T | null> {
  return {
    form: { type: 'nullable', item: item.form },
    encode: (value) => (value === null ? null : item.encode(value)),
    decode: (value) => (value === null ? null : item.decode(value)),
  };
}

/** A rule across fields; `broken` says what is wrong, or gives undefined. */
export function where<T>(schema: Schema<T>, broken: (value: T) => string | undefined): Schema<T> {
  const check = (value: T): T => {
    const message = broken(value);
    if (message !== undefined) throw refusal('shape-wrong', message);
    return value;
  };
  return {
    form: schema.form,
    encode: (value) => schema.encode(check(value)),
    decode: (value) => check(schema.decode(value)),
  };
}

/** A schema whose value in memory has another shape than on the wire. */
export function mapped<Wire, T>(
  schema: Schema<Wire>,
  fromWire: (wire: Wire) => T,
  toWire: (value: T) => Wire,
): Schema<T> {
  return {
    form: schema.form,
    encode: (value) => schema.encode(toWire(value)),
    decode: (value) => fromWire(schema.decode(value)),
  };
}
