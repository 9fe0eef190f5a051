import { parseTransaction, serializeTransaction, type Transaction } from '@prometheus-compute/bitcoin';
import { bip86Script } from '@prometheus-compute/protocol';
import { fixtureKey } from '../../packages/protocol/test/fixtures/terms.ts';

/** How an input of a complete transaction was signed, and what could stand in its witness instead. */
export interface SignedInput {
  /** Names of the signers, in script order. */
  readonly signers: readonly string[];
  /** A signature of each signer that belongs to another transaction. */
  readonly foreign: readonly Uint8Array[];
  /** Whole witnesses that do not belong here, by name. */
  readonly otherWitnesses: Readonly<Record<string, readonly Uint8Array[]>>;
}

/** A complete transaction and how it was signed. */
export interface SignedForm {
  readonly bytes: Uint8Array;
  readonly inputs: readonly SignedInput[];
}

/** A transaction that differs from its original in one place. */
export interface Variant {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Every variant, or a choice of six that falls on other signers and outputs from one transaction to the next. */
export type Extent = { readonly kind: 'all' } | { readonly kind: 'few'; readonly turn: number };

const EMPTY = new Uint8Array(0);
const THIEF = bip86Script(fixtureKey('thief'));

type Edit = readonly [name: string, edit: (transaction: Transaction) => Transaction];

function withWitness(input: number, change: (witness: readonly Uint8Array[]) => readonly Uint8Array[]) {
  return (transaction: Transaction): Transaction => ({
    ...transaction,
    inputs: transaction.inputs.map((each, i) =>
      i === input ? { ...each, witness: change(each.witness) } : each,
    ),
  });
}

const withAmount =
  (output: number, by: bigint) =>
  (transaction: Transaction): Transaction => ({
    ...transaction,
    outputs: transaction.outputs.map((each, i) =>
      i === output ? { ...each, amount: each.amount + by } : each,
    ),
  });

const withScript =
  (output: number) =>
  (transaction: Transaction): Transaction => ({
    ...transaction,
    outputs: transaction.outputs.map((each, i) => (i === output ? { ...each, script: THIEF } : each)),
  });

/** One less: a lock shorter by a block, and final where there was no lock. */
export const withShorterWait =
  (input: number) =>
  (transaction: Transaction): Transaction => ({
    ...transaction,
    inputs: transaction.inputs.map((each, i) =>
      i === input ? { ...each, sequence: each.sequence - 1 } : each,
    ),
  });

/** Signatures stand in reverse script order, since the first CHECKSIG takes the top of the stack. */
const place = (signers: number, index: number): number => signers - 1 - index;

function replaced(witness: readonly Uint8Array[], at: number, item: Uint8Array): readonly Uint8Array[] {
  return witness.map((each, i) => (i === at ? item : each));
}

function signatureEdits(form: SignedForm, transaction: Transaction): readonly Edit[][] {
  return form.inputs.flatMap(({ signers, foreign }, input) => {
    const at = form.inputs.length === 1 ? '' : `input ${input}, `;
    return signers.map((signer, index): Edit[] => {
      const position = place(signers.length, index);
      const other = (index + 1) % signers.length;
      // A lone signer's signature is swapped with that of the next input.
      const swap =
        signers.length > 1
          ? transaction.inputs[input]!.witness[place(signers.length, other)]!
          : transaction.inputs[(input + 1) % transaction.inputs.length]!.witness[0]!;
      const edits: Edit[] = [
        [`${at}without ${signer}`, withWitness(input, (witness) => replaced(witness, position, EMPTY))],
      ];
      if (signers.length > 1 || form.inputs.length > 1) {
        const whose = signers.length > 1 ? signers[other] : 'the next input';
        edits.push([
          `${at}${signer} replaced by ${whose}`,
          withWitness(input, (witness) => replaced(witness, position, swap)),
        ]);
      }
      edits.push([
        `${at}${signer} from another transaction`,
        withWitness(input, (witness) => replaced(witness, position, foreign[index]!)),
      ]);
      return edits;
    });
  });
}

function witnessEdits(form: SignedForm): readonly Edit[] {
  return form.inputs.flatMap(({ signers, otherWitnesses }, input): Edit[] => {
    const at = form.inputs.length === 1 ? '' : `input ${input}, `;
    const edits: Edit[] = [[`${at}no witness`, withWitness(input, () => [])]];
    if (signers.length > 1) {
      edits.push([
        `${at}signatures in the other order`,
        withWitness(input, (witness) => [
          ...witness.slice(0, signers.length).reverse(),
          ...witness.slice(signers.length),
        ]),
      ]);
    }
    edits.push([`${at}an item too many`, withWitness(input, (witness) => [EMPTY, ...witness])]);
    for (const [name, witness] of Object.entries(otherWitnesses)) {
      edits.push([`${at}${name}`, withWitness(input, () => witness)]);
    }
    return edits;
  });
}

function outputEdits(transaction: Transaction): readonly Edit[][] {
  return transaction.outputs.map((_, output): Edit[] => [
    [`output ${output} +1 sat`, withAmount(output, 1n)],
    [`output ${output} -1 sat`, withAmount(output, -1n)],
    [`output ${output} to a thief`, withScript(output)],
  ]);
}

function fieldEdits(transaction: Transaction): readonly Edit[] {
  return [
    ...transaction.inputs.map(
      ({ sequence }, input): Edit => [`input ${input}, nSequence ${sequence - 1}`, withShorterWait(input)],
    ),
    ['nLockTime + 1', (each) => ({ ...each, lockTime: each.lockTime + 1 })],
    ['version 2', (each) => ({ ...each, version: 2 })],
  ];
}

/** Every variant of a complete transaction that differs in one place, in a fixed order. */
export function variantsOf(form: SignedForm, extent: Extent = { kind: 'all' }): readonly Variant[] {
  const transaction = parseTransaction(form.bytes);
  const signatures = signatureEdits(form, transaction);
  const outputs = outputEdits(transaction);
  const edits =
    extent.kind === 'all'
      ? [...signatures.flat(), ...witnessEdits(form), ...outputs.flat(), ...fieldEdits(transaction)]
      : [
          ...signatures[extent.turn % signatures.length]!.slice(0, 2),
          ...outputs[extent.turn % outputs.length]!.slice(0, 2),
        ];
  return edits.map(([name, edit]) => ({ name, bytes: serializeTransaction(edit(transaction)) }));
}

/** A complete transaction after one change. */
export function edited(bytes: Uint8Array, edit: (transaction: Transaction) => Transaction): Uint8Array {
  return serializeTransaction(edit(parseTransaction(bytes)));
}
