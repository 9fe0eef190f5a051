/** Nesting of a model file: the file, its nodes, a node, a list or window in it. */
const MAX_DEPTH = 4;

/**
 * Items (heads: values, keys, lists and maps) of a model file. A node has at most some 50, a `concat` of many inputs some hundred;
 * a file of as many items as bytes would take a hundred times its size in memory.
 */
const MAX_ITEMS = 131_072;

/**
 * Bounds nesting and number of items on the raw bytes, before a recursive decoder sees them. Walks heads only; a malformed
 * head is left to the decoder to refuse.
 *
 * @returns what is too much, or undefined
 */
export function structureFault(bytes: Uint8Array): 'too deep' | 'too many items' | undefined {
  const remaining: number[] = [];
  let offset = 0;
  for (let items = 1; offset < bytes.length; items++) {
    if (items > MAX_ITEMS) return 'too many items';
    const head = bytes[offset]!;
    const major = head >> 5;
    const minor = head & 0x1f;
    offset += 1;
    let argument = minor;
    if (minor >= 24 && minor <= 27) {
      const size = 1 << (minor - 24);
      argument = 0;
      for (let i = 0; i < size; i++) argument = argument * 256 + (bytes[offset + i] ?? 0);
      offset += size;
    } else if (minor > 27) return undefined;
    if (major === 2 || major === 3) offset += argument;
    const inside = major === 4 ? argument : major === 5 ? 2 * argument : major === 6 ? 1 : 0;
    if (inside > 0) {
      remaining.push(inside);
      if (remaining.length > MAX_DEPTH) return 'too deep';
      continue;
    }
    while (remaining.length > 0) {
      remaining[remaining.length - 1]! -= 1;
      if (remaining.at(-1)! > 0) break;
      remaining.pop();
    }
  }
  return undefined;
}
