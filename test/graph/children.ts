import {
  loadTransaction,
  serializeTransaction,
  signKeyPath,
  type Transaction,
} from '@prometheus-compute/bitcoin';
import type { GraphTransaction, Party } from '@prometheus-compute/protocol';
import {
  anchorOf,
  filler,
  outputOf,
  type ScenarioCoin,
  spend,
} from '../../packages/bitcoin/test/differential/coins.ts';
import {
  fixtureHash,
  fixtureScript,
  fixtureSecret,
  keyPathSecret,
} from '../../packages/protocol/test/fixtures/terms.ts';

const P2A_VOUT = 1;
/** Least fee of Core 31 for a transaction or package, satoshis per 1000 vB. */
const LEAST_RATE = 100;

const vsizeOf = (bytes: Uint8Array): number => Math.ceil(loadTransaction(bytes).weight / 4);

/** A child that takes the anchor of a parent without fee, and pays for both. */
export function anchorChild(
  parent: Uint8Array,
  from: ScenarioCoin,
  fee: bigint,
  form: { readonly version?: number; readonly filler?: number } = {},
): Uint8Array {
  const { version = 3 } = form;
  const data = form.filler === undefined ? [] : [filler(form.filler)];
  return spend({ from: [anchorOf(parent, P2A_VOUT), from], to: [from.amount - fee, ...data], version });
}

/** Least fee with which a parent without fee goes in together with its child. */
export function leastFee(parent: Uint8Array, from: ScenarioCoin): bigint {
  const size = vsizeOf(parent) + vsizeOf(anchorChild(parent, from, 0n));
  return BigInt(Math.ceil((size * LEAST_RATE) / 1000));
}

/** Takes the only output of a child of {@link anchorChild}. */
export function grandchild(child: Uint8Array): Uint8Array {
  const coin = outputOf(child, 0);
  return spend({ from: [coin], to: [coin.amount - 5_000n], version: 3 });
}

/** Who gets money of a transaction by a plain output, with the position of it. */
function paid(transaction: GraphTransaction): readonly { readonly party: Party; readonly vout: number }[] {
  return transaction.outputs.flatMap(({ payee, script }, vout) => {
    const party = payee as Party;
    const plain = fixtureScript(party).join() === script.join();
    return plain ? [{ party, vout }] : [];
  });
}

/** Takes a BIP86 output of the key `label` to the key `target`. */
function keySpend(parent: Uint8Array, vout: number, label: string, version = 3, fill = 0): Uint8Array {
  const { txid, amount, script } = outputOf(parent, vout);
  const draft: Transaction = {
    version,
    inputs: [{ txid, vout, scriptSig: new Uint8Array(0), sequence: 0xfffffffd, witness: [] }],
    outputs: [
      { amount: amount - 5_000n, script: fixtureScript('target') },
      ...(fill === 0 ? [] : [filler(fill)]),
    ],
    lockTime: 0,
  };
  const signer = { input: 0, secret: keyPathSecret(fixtureSecret(label)), auxRandom: fixtureHash('aux') };
  return serializeTransaction(signKeyPath(draft, [{ amount, script }], [signer]));
}

/** Children that bump a settlement (D16), and children that may not. Lists of transactions by name. */
export function bumps(
  transaction: GraphTransaction,
  bytes: Uint8Array,
): Record<string, readonly Uint8Array[]> {
  const [first, second] = paid(transaction);
  if (first === undefined || second === undefined) return {};
  const child = keySpend(bytes, first.vout, first.party);
  return {
    'with a child': [bytes, child],
    'with a version 2 child': [bytes, keySpend(bytes, first.vout, first.party, 2)],
    'with a child of more than 1,000 vB': [bytes, keySpend(bytes, first.vout, first.party, 3, 1_000)],
    'with two children': [bytes, child, keySpend(bytes, second.vout, second.party)],
    'with a child and a grandchild': [bytes, child, keySpend(child, 0, 'target')],
  };
}
