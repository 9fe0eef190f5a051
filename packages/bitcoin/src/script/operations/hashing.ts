import { ripemd160, sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { doubleSha256, hash160 } from '../../crypto/hashes.ts';
import type { Operation, OperationTable } from '../machine.ts';
import { OP } from '../opcodes.ts';

/** ( data -- hash ) */
function hashing(hash: (data: Uint8Array) => Uint8Array): Operation {
  return (machine) => {
    if (machine.lacks(1)) return 'INVALID_STACK_OPERATION';
    const digest = hash(machine.peek(1));
    machine.drop(1);
    machine.push(digest);
    return undefined;
  };
}

/** Hash functions. */
export const HASHING_OPERATIONS: OperationTable = {
  [OP.OP_RIPEMD160]: hashing(ripemd160),
  [OP.OP_SHA1]: hashing(sha1),
  [OP.OP_SHA256]: hashing(sha256),
  [OP.OP_HASH160]: hashing(hash160),
  [OP.OP_HASH256]: hashing(doubleSha256),
};
