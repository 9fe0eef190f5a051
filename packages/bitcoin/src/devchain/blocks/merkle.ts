import { concatBytes, equalBytes } from '@prometheus-compute/protocol';
import { doubleSha256 } from '../../crypto/hashes.ts';

/**
 * Merkle root over 32-byte leaves in internal byte order, the last one doubled in odd rows.
 *
 * @returns the root, and whether two neighbouring hashes of one row are equal: then another list of leaves has the
 * same root (CVE-2012-2459) and the block must be refused without marking its hash as invalid.
 */
export function merkleRoot(leaves: readonly Uint8Array[]): { root: Uint8Array; mutated: boolean } {
  let row = leaves;
  let mutated = false;
  while (row.length > 1) {
    const next: Uint8Array[] = [];
    for (let i = 0; i < row.length; i += 2) {
      const left = row[i]!;
      const right = row[i + 1];
      if (right !== undefined && equalBytes(left, right)) mutated = true;
      next.push(doubleSha256(concatBytes(left, right ?? left)));
    }
    row = next;
  }
  return { root: row[0] ?? new Uint8Array(32), mutated };
}
