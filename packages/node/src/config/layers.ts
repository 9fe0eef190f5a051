/** Settings from one place. */
export interface Layer {
  /** The place, for messages. */
  readonly from: string;
  readonly tree: unknown;
}

type Table = Readonly<Record<string, unknown>>;

/**
 * Lays settings over each other: a later layer wins, setting by setting. Lists are replaced whole.
 *
 * @returns the settings, and from which place each of them is
 */
export function merged(layers: readonly Layer[]): {
  readonly tree: unknown;
  readonly origin: (path: string) => string;
} {
  let tree: unknown = {};
  const origins = new Map<string, string>();
  for (const { from, tree: layer } of layers) {
    tree = laid(tree, layer, '', (path) => origins.set(path, from));
  }
  const origin = (path: string): string => {
    for (let name = path; name !== ''; name = name.replace(/(?:\.|^)[^.[]*(?:\[\d+\])*$/, '')) {
      const found = origins.get(name.replace(/\[\d+\].*$/, ''));
      if (found !== undefined) return found;
    }
    return layers[0]?.from ?? '';
  };
  return { tree, origin };
}

function laid(below: unknown, above: unknown, path: string, note: (path: string) => void): unknown {
  if (!isTable(above)) {
    note(path);
    return above;
  }
  const names = Object.keys(above);
  const result: Record<string, unknown> = { ...(isTable(below) ? below : {}) };
  for (const name of names) {
    const inner = path === '' ? name : `${path}.${name}`;
    result[name] = laid(isTable(below) ? below[name] : undefined, above[name], inner, note);
  }
  return result;
}

function isTable(value: unknown): value is Table {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
