import { concatBytes, equalBytes } from '@prometheus-compute/protocol';
import { doubleSha256 } from '../../crypto/hashes.ts';
import { ByteReader, ByteWriter, compactSizeLength, MAX_BLOCK_WEIGHT } from '../../transaction/index.ts';

/** Weight units of the smallest transaction: bounds how many leaves a proof may claim. */
const MIN_TRANSACTION_WEIGHT = 60 * 4;

/** What a partial merkle tree (BIP37) proves. */
export interface PartialTree {
  readonly root: Uint8Array;
  /** Number of all leaves. */
  readonly count: number;
  /** The proven leaves, internal byte order. */
  readonly matches: readonly Uint8Array[];
}

function rowWidth(count: number, height: number): number {
  return Math.ceil(count / 2 ** height);
}

function treeHeight(count: number): number {
  let height = 0;
  while (rowWidth(count, height) > 1) height += 1;
  return height;
}

/** BIP37's partial tree of `leaves` that proves the marked ones: count, hashes, flag bits. */
export function encodePartialTree(leaves: readonly Uint8Array[], marked: readonly boolean[]): Uint8Array {
  const rows = [leaves];
  while (rows.at(-1)!.length > 1) {
    const row = rows.at(-1)!;
    const above: Uint8Array[] = [];
    for (let i = 0; i < row.length; i += 2) {
      above.push(doubleSha256(concatBytes(row[i]!, row[i + 1] ?? row[i]!)));
    }
    rows.push(above);
  }
  const hashes: Uint8Array[] = [];
  const bits: boolean[] = [];
  const visit = (height: number, position: number): void => {
    const first = position * 2 ** height;
    const holds = marked.slice(first, first + 2 ** height).includes(true);
    bits.push(holds);
    if (height === 0 || !holds) {
      hashes.push(rows[height]![position]!);
      return;
    }
    visit(height - 1, 2 * position);
    if (2 * position + 1 < rows[height - 1]!.length) visit(height - 1, 2 * position + 1);
  };
  visit(rows.length - 1, 0);
  const flags = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [index, bit] of bits.entries()) if (bit) flags[index >> 3]! |= 1 << (index & 7);
  const size = 4 + compactSizeLength(hashes.length) + 32 * hashes.length;
  const writer = new ByteWriter(size + compactSizeLength(flags.length) + flags.length);
  writer.uint32(leaves.length);
  writer.compactSize(hashes.length);
  for (const hash of hashes) writer.bytes(hash);
  writer.variableBytes(flags);
  return writer.finish();
}

/**
 * Reads a partial tree and computes its root.
 *
 * @returns undefined when it is not well formed: too many leaves, hashes or bits left over or missing, or two equal
 * neighbours (CVE-2012-2459)
 * @throws TransactionError when the bytes end too soon or go on
 */
export function readPartialTree(bytes: Uint8Array): PartialTree | undefined {
  const reader = new ByteReader(bytes);
  const count = reader.uint32();
  const hashCount = reader.compactSize();
  const hashes: Uint8Array[] = [];
  for (let i = 0; i < hashCount; i++) hashes.push(reader.bytes(32));
  const flags = reader.variableBytes();
  reader.end();
  if (count === 0 || count > MAX_BLOCK_WEIGHT / MIN_TRANSACTION_WEIGHT || hashCount > count) return undefined;
  let hashesUsed = 0;
  let bitsUsed = 0;
  let bad = false;
  const matches: Uint8Array[] = [];
  const visit = (height: number, position: number): Uint8Array => {
    const bit = bitsUsed++;
    if (bit >= flags.length * 8) bad = true;
    if (bad) return new Uint8Array(32);
    const holds = ((flags[bit >> 3]! >> (bit & 7)) & 1) === 1;
    if (height === 0 || !holds) {
      const hash = hashes[hashesUsed++];
      if (hash === undefined) bad = true;
      else if (holds) matches.push(hash);
      return hash ?? new Uint8Array(32);
    }
    const left = visit(height - 1, 2 * position);
    if (2 * position + 1 >= rowWidth(count, height - 1)) return doubleSha256(concatBytes(left, left));
    const right = visit(height - 1, 2 * position + 1);
    if (equalBytes(left, right)) bad = true;
    return doubleSha256(concatBytes(left, right));
  };
  const root = visit(treeHeight(count), 0);
  const complete = hashesUsed === hashes.length && Math.ceil(bitsUsed / 8) === flags.length;
  return bad || !complete ? undefined : { root, count, matches };
}
