import { compareBytes } from '@prometheus-compute/protocol';
import { tapBranchHash, tapLeafHash } from '../crypto/hashes.ts';
import { ByteWriter, variableLength } from '../transaction/byte-writer.ts';

/** BIP341: bytes of a control block are 33 and 32 for each of at most 128 nodes of the path. */
const CONTROL_BASE_SIZE = 33;
const CONTROL_NODE_SIZE = 32;
const CONTROL_NODE_COUNT_MAX = 128;
const LEAF_VERSION_MASK = 0xfe;
/** BIP342: version of leaves that hold a tapscript. */
export const TAPSCRIPT_LEAF_VERSION = 0xc0;
/** BIP341: first byte of an annex; witnesses of other kinds cannot have it there. */
const ANNEX_TAG = 0x50;

/** BIP341: what a control block says. */
export interface ControlBlock {
  readonly leafVersion: number;
  /** Of the output key's y: 0 even, 1 odd. */
  readonly parity: number;
  readonly internalKey: Uint8Array;
  /** From the leaf up to the root, 32 bytes each. */
  readonly path: readonly Uint8Array[];
}

/** Undefined when the size is wrong; the content may still be anything. */
export function parseControlBlock(bytes: Uint8Array): ControlBlock | undefined {
  const nodes = (bytes.length - CONTROL_BASE_SIZE) / CONTROL_NODE_SIZE;
  if (!Number.isInteger(nodes) || nodes < 0 || nodes > CONTROL_NODE_COUNT_MAX) return undefined;
  return {
    leafVersion: bytes[0]! & LEAF_VERSION_MASK,
    parity: bytes[0]! & 1,
    internalKey: bytes.subarray(1, CONTROL_BASE_SIZE),
    path: Array.from({ length: nodes }, (_, i) => {
      const start = CONTROL_BASE_SIZE + i * CONTROL_NODE_SIZE;
      return bytes.subarray(start, start + CONTROL_NODE_SIZE);
    }),
  };
}

/** BIP341: hash of a leaf of a script tree. */
export function leafHash(leafVersion: number, script: Uint8Array): Uint8Array {
  const writer = new ByteWriter(1 + variableLength(script));
  writer.uint8(leafVersion);
  writer.variableBytes(script);
  return tapLeafHash(writer.finish());
}

/** BIP341: root that the path leads to. Siblings are sorted, so that a path needs no directions. */
export function merkleRoot(leaf: Uint8Array, path: readonly Uint8Array[]): Uint8Array {
  let node = leaf;
  for (const sibling of path) {
    node = compareBytes(node, sibling) < 0 ? tapBranchHash(node, sibling) : tapBranchHash(sibling, node);
  }
  return node;
}

/** BIP341: whether a witness ends in an annex. */
export function hasAnnex(witness: readonly Uint8Array[]): boolean {
  return witness.length >= 2 && witness[witness.length - 1]![0] === ANNEX_TAG;
}
