import { parseTransaction } from '@prometheus-compute/bitcoin';
import {
  adaptorComplete,
  completeTransaction,
  concatBytes,
  type Graph,
  type GraphOutput,
  type LeafSpend,
  type Party,
  type SecretScalar,
  type SignatureSet,
  type SignatureSlot,
  satoshi,
  schnorrSign,
  secretScalar,
  slotKey,
  slotsOf,
  spendTransaction,
  type TransactionId,
  transactionOf,
} from '@prometheus-compute/protocol';
import { signatureOf } from '../../packages/protocol/test/fixtures/sign-graph.ts';
import {
  fixtureHash,
  fixtureScript,
  fixtureSecret,
  LOCK_SECRET,
  partySecret,
} from '../../packages/protocol/test/fixtures/terms.ts';
import type { SignedForm, SignedInput } from './variants.ts';

const AUX = fixtureHash('aux');
const NO_SIGNATURE = new Uint8Array(0);

/** The output of the graph that an input spends; undefined for what was there before Tx0. */
function spentOutput(graph: Graph, input: { txid: string; vout: number }): GraphOutput | undefined {
  for (const { txid, outputs } of graph.transactions.values())
    if (txid === input.txid) return outputs[input.vout];
  return undefined;
}

/** The signature of the same signer on the next transaction of the graph that has one. */
function foreignSignature(graph: Graph, signatures: SignatureSet, slot: SignatureSlot): Uint8Array {
  const ids = [...graph.transactions.keys()];
  const start = ids.indexOf(slot.transaction);
  for (let i = 1; i < ids.length; i++) {
    const id = ids[(start + i) % ids.length]!;
    const found = slotsOf(graph, id).find(({ signer }) => signer === slot.signer);
    const signature = found === undefined ? undefined : signatures.get(slotKey(found));
    if (signature !== undefined) return signature;
  }
  return NO_SIGNATURE;
}

/** Witness by which the first signer takes `output` through its leaf `leaf`, with signatures for something else. */
function leafWitness(
  output: GraphOutput,
  leaf: number,
  signatures: readonly Uint8Array[],
): readonly Uint8Array[] {
  const { script, controlBlock, keys } = output.leaves[leaf]!;
  return [...signatures.slice(-keys.length), script, controlBlock];
}

/** C's adaptor signature as it was given to W, and as it would be with another secret than h_p (D9). */
function wrongCompletions(
  graph: Graph,
  slot: SignatureSlot,
  witness: readonly Uint8Array[],
  position: number,
): Record<string, readonly Uint8Array[]> {
  const adaptor = signatureOf(graph, slot);
  if (!('nonce' in adaptor)) return {};
  const put = (signature: Uint8Array) => witness.map((item, i) => (i === position ? signature : item));
  return {
    'adaptor signature as it is': put(concatBytes(adaptor.nonce.slice(1), adaptor.scalar)),
    'adaptor signature completed with another secret': put(
      adaptorComplete(adaptor, secretScalar(fixtureSecret('no point lock'))),
    ),
  };
}

/** Witnesses that do not belong to an input: key path, the output's other leaf, a control block of other parity. */
function otherWitnesses(
  output: GraphOutput | undefined,
  witness: readonly Uint8Array[],
): Record<string, readonly Uint8Array[]> {
  if (witness.length === 1) return {};
  const control = witness.at(-1)!;
  const signatures = witness.slice(0, -2);
  const flipped = control.slice();
  flipped[0]! ^= 1;
  const others: Record<string, readonly Uint8Array[]> = {
    'key path': [signatures.at(-1)!],
    'control block of the other parity': [...witness.slice(0, -1), flipped],
  };
  output?.leaves.forEach((leaf, index) => {
    if (leaf.controlBlock.join() === control.join()) return;
    others['the other leaf'] = leafWitness(output, index, signatures);
  });
  return others;
}

/** A transaction of the graph, complete. */
export function formOf(graph: Graph, signatures: SignatureSet, id: TransactionId): SignedForm {
  const bytes = completeTransaction(graph, id, signatures);
  const { inputs } = parseTransaction(bytes);
  const slots = slotsOf(graph, id);
  return {
    bytes,
    inputs: inputs.map((input, index): SignedInput => {
      const own = slots.filter((slot) => slot.input === index);
      const adaptor = own.findIndex(({ kind }) => kind === 'adaptor');
      return {
        signers: own.map(({ signer }) => signer),
        foreign: own.map((slot) => foreignSignature(graph, signatures, slot)),
        otherWitnesses: {
          ...otherWitnesses(spentOutput(graph, input), input.witness),
          ...(adaptor === -1
            ? {}
            : wrongCompletions(graph, own[adaptor]!, input.witness, own.length - 1 - adaptor)),
        },
      };
    }),
  };
}

type Signer = Party | 'verificationLock';

/** How an output of the graph is taken by a transaction outside it. */
export interface TakePlan {
  /** Satoshis that it pays as fee. */
  readonly fee?: bigint;
  /** Whoever signs in the place of each signer; the signers themselves when left out. `null`: an empty element. */
  readonly signers?: readonly (Signer | null)[];
  /** A signature to put in place of a signer's, by the position in the script. */
  readonly instead?: ReadonlyMap<number, Uint8Array>;
}

const secretOf = (signer: Signer): SecretScalar =>
  signer === 'verificationLock' ? LOCK_SECRET : partySecret(signer);

/** A way to spend output `vout` of a transaction of the graph: by its first leaf, without a wait. */
export function firstLeaf(graph: Graph, id: TransactionId, vout: number): LeafSpend {
  const { txid, outputs } = transactionOf(graph, id);
  const { amount, script: outputScript, leaves } = outputs[vout]!;
  const { script, controlBlock, signers, keys } = leaves[0]!;
  const prevout = { amount, script: outputScript };
  return { outpoint: { txid, vout }, prevout, sequence: 0xfffffffd, script, controlBlock, signers, keys };
}

/** A transaction outside the graph that takes one of its outputs to a key of its own. */
export function take(graph: Graph, spend: LeafSpend, plan: TakePlan = {}): SignedForm {
  const { fee = 1_000n, signers = spend.signers, instead } = plan;
  const to = { amount: satoshi(spend.prevout.amount - fee), script: fixtureScript('target') };
  const transaction = spendTransaction([spend], [to]);
  const signatures = signers.map((signer, index) => {
    const given = instead?.get(index);
    if (given !== undefined || signer === null) return given ?? NO_SIGNATURE;
    return schnorrSign(transaction.sighashes[0]!, secretOf(signer), AUX);
  });
  const bytes = transaction.complete([signatures as ReturnType<typeof schnorrSign>[]]);
  const [input] = parseTransaction(bytes).inputs;
  return {
    bytes,
    inputs: [
      {
        signers: spend.signers,
        // Most transactions of this kind are judged without variants: these signatures wait until they are asked for.
        get foreign() {
          const other = spendTransaction([spend], [{ ...to, amount: satoshi(to.amount - 1n) }]);
          return spend.signers.map((signer) => schnorrSign(other.sighashes[0]!, secretOf(signer), AUX));
        },
        otherWitnesses: otherWitnesses(spentOutput(graph, input!), input!.witness),
      },
    ],
  };
}
