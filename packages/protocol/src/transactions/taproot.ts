import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { tapLeafHash } from '@scure/btc-signer/payment.js';
import { NUMS_KEY } from '../contract/parameters.ts';
import type { XOnlyKey } from '../primitives/brands.ts';
import { compareBytes, concatBytes, equalBytes, fromBigEndian } from '../primitives/bytes.ts';

/** Leaf version of Tapscript (BIP342). */
const LEAF_VERSION = 0xc0;
/** Deepest leaf of a tree (BIP341). */
const MAX_PATH = 128;

/** A P2TR output that only its leaves can spend: the internal key is the NUMS point. */
export interface TreeOutput {
  readonly script: Uint8Array;
  /** Control block of each leaf, in the order given. */
  readonly controlBlocks: readonly Uint8Array[];
}

/** `OP_1 <key>` for an output key, as F is (T §Notation). */
export function taprootScript(outputKey: Uint8Array): Uint8Array {
  return concatBytes(new Uint8Array([0x51, 0x20]), outputKey);
}

/**
 * Output key of an internal key and the root of its tree (BIP341), with its parity. As `taprootTweakPubkey` of
 * `@scure/btc-signer`, in half the time: everything here is public, so nothing has to take constant time.
 *
 * @throws Error when the internal key is no x coordinate, or with negligible probability
 */
function tweak(internalKey: Uint8Array, root: Uint8Array): readonly [outputKey: Uint8Array, parity: number] {
  const internal = schnorr.utils.lift_x(fromBigEndian(internalKey));
  const scalar = fromBigEndian(schnorr.utils.taggedHash('TapTweak', internalKey, root));
  const encoded = secp256k1.Point.BASE.multiplyUnsafe(scalar).add(internal).toBytes(true);
  return [encoded.subarray(1), encoded[0]! & 1];
}

/** BIP86 output of a key: key path only, tweaked with an empty tree. */
export function bip86Script(key: XOnlyKey): Uint8Array {
  const [outputKey] = tweak(key, new Uint8Array());
  return taprootScript(outputKey);
}

/** BIP341's hash of a Tapscript leaf. */
export function leafHash(script: Uint8Array): Uint8Array {
  return tapLeafHash(script);
}

/** BIP341's hash of two nodes, which stand in lexicographic order. */
function branchHash(a: Uint8Array, b: Uint8Array): Uint8Array {
  return compareBytes(a, b) < 0
    ? schnorr.utils.taggedHash('TapBranch', a, b)
    : schnorr.utils.taggedHash('TapBranch', b, a);
}

/** Output of a tree of one leaf, or of two at depth one. */
export function treeOutput(first: Uint8Array, second?: Uint8Array): TreeOutput {
  const left = leafHash(first);
  const right = second === undefined ? undefined : leafHash(second);
  const root = right === undefined ? left : branchHash(left, right);
  const [outputKey, parity] = tweak(NUMS_KEY, root);
  const siblings = right === undefined ? [new Uint8Array()] : [right, left];
  return {
    script: taprootScript(outputKey),
    controlBlocks: siblings.map((sibling) =>
      concatBytes(new Uint8Array([LEAF_VERSION | parity]), NUMS_KEY, sibling),
    ),
  };
}

/** Whether `outputScript` commits to the Tapscript leaf `script` by `controlBlock` (BIP341). Never throws. */
export function commitsToLeaf(
  outputScript: Uint8Array,
  script: Uint8Array,
  controlBlock: Uint8Array,
): boolean {
  const pathBytes = controlBlock.length - 33;
  if (pathBytes < 0 || pathBytes % 32 !== 0 || pathBytes > MAX_PATH * 32) return false;
  if ((controlBlock[0]! & 0xfe) !== LEAF_VERSION) return false;
  let root = leafHash(script);
  for (let offset = 33; offset < controlBlock.length; offset += 32) {
    root = branchHash(root, controlBlock.subarray(offset, offset + 32));
  }
  try {
    const [outputKey, parity] = tweak(controlBlock.subarray(1, 33), root);
    return parity === (controlBlock[0]! & 1) && equalBytes(outputScript, taprootScript(outputKey));
  } catch {
    return false;
  }
}
