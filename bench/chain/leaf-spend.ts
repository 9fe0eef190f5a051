import { createHash } from 'node:crypto';
import { type Transaction, transactionId } from '@prometheus-compute/bitcoin';
import {
  concatBytes,
  type GraphOutput,
  hash32,
  littleEndian,
  type SecretScalar,
  schnorrSign,
  txidToInternal,
} from '@prometheus-compute/protocol';

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(
    createHash('sha256')
      .update(concatBytes(...parts))
      .digest(),
  );

/** BIP340's tagged hash. */
function tagged(tag: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const prefix = sha256(new TextEncoder().encode(tag));
  return sha256(prefix, prefix, ...parts);
}

/** A script of less than 253 bytes with its length. */
const sized = (script: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(script.length), script);
const amountBytes = (amount: bigint): Uint8Array => littleEndian(amount, 8);

/**
 * Spends the one output of `parent` by the first leaf of `kind`, whose signers have `secrets` in script order, to a
 * script. BIP341's message is computed here, apart from the product's code.
 */
export function spendByLeaf(
  parent: Transaction,
  kind: Pick<GraphOutput, 'leaves'>,
  secrets: readonly SecretScalar[],
  script: Uint8Array,
  fee: bigint,
): Transaction {
  const { script: leaf, controlBlock } = kind.leaves[0]!;
  const [spent] = parent.outputs;
  const txid = transactionId(parent);
  const sequence = 0xffff_fffd;
  const output = { amount: spent!.amount - fee, script };
  const version = 2;
  const message = tagged(
    'TapSighash',
    Uint8Array.of(0, 0), // epoch, SIGHASH_DEFAULT
    littleEndian(version, 4),
    littleEndian(0, 4),
    sha256(txidToInternal(txid), littleEndian(0, 4)),
    sha256(amountBytes(spent!.amount)),
    sha256(sized(spent!.script)),
    sha256(littleEndian(sequence, 4)),
    sha256(amountBytes(output.amount), sized(output.script)),
    Uint8Array.of(2), // by a leaf, no annex
    littleEndian(0, 4),
    tagged('TapLeaf', Uint8Array.of(0xc0), sized(leaf)),
    Uint8Array.of(0), // key version
    littleEndian(0xffff_ffff, 4), // no OP_CODESEPARATOR
  );
  const signatures = secrets.map((secret) => schnorrSign(hash32(message), secret, new Uint8Array(32)));
  return {
    version,
    inputs: [
      {
        txid,
        vout: 0,
        scriptSig: new Uint8Array(0),
        sequence,
        witness: [...signatures.reverse(), leaf, controlBlock],
      },
    ],
    outputs: [output],
    lockTime: 0,
  };
}
