import { clock } from '../contract/clock.ts';
import { arbiterParty, type Party, ROLES } from '../contract/party.ts';
import type { Payee } from '../contract/payouts.ts';
import { satoshi, type XOnlyKey } from '../primitives/brands.ts';
import { GraphError, type GraphOutput, type OutputLeaf, type OutputPayee } from './graph.ts';
import { allOf, keyAfter, P2A_SCRIPT } from './script.ts';
import { bip86Script, taprootScript, treeOutput } from './taproot.ts';
import type { GraphTerms } from './terms.ts';

/** A signer of a leaf with its key. */
type KeyOf<Signer = Party | 'verificationLock'> = readonly [signer: Signer, key: XOnlyKey];

/** Every kind of output of one graph, its script computed once. */
export interface OutputKinds {
  /** N3: the shared money of C, W and V (Tx0:0, TxV0:0, TxV1:0). */
  shared(amount: bigint): GraphOutput;
  /** NA: everybody who has money in it (D6; TxA:0, TxAc:0). */
  pooled(amount: bigint): GraphOutput;
  /** Tx0:i: and(A_i, C, W), or A_i after t4 (D7). */
  stake(index: number, amount: bigint): GraphOutput;
  /** Tx0:n+1: and(C, W), or C after t4. */
  bond(amount: bigint): GraphOutput;
  /** What a settlement pays. */
  payout(payee: Payee, amount: bigint): GraphOutput;
  /** The anchor of a transaction without fee. */
  anchor(): GraphOutput;
}

function output(payee: OutputPayee, script: Uint8Array, leaves: readonly OutputLeaf[] = []) {
  return (amount: bigint): GraphOutput => ({ amount: satoshi(amount), script, payee, leaves });
}

/** Leaf for all of `keys`, without a wait. */
const together = (keys: readonly KeyOf[]) => ({
  script: allOf(keys.map(([, key]) => key)),
  signers: keys.map(([signer]) => signer),
  keys: keys.map(([, key]) => key),
  wait: 0,
});

/** Leaf for one key after a wait. */
const alone = ([signer, key]: KeyOf, wait: number) => ({
  script: keyAfter(key, wait),
  signers: [signer],
  keys: [key],
  wait,
});

type LeafPlan = ReturnType<typeof together>;

/** Output of a tree with one or two leaves; internal key NUMS, so that every spend shows its leaf. */
function tree(payee: OutputPayee, first: LeafPlan, second?: LeafPlan) {
  const { script, controlBlocks } = treeOutput(first.script, second?.script);
  const plans = second === undefined ? [first] : [first, second];
  return output(
    payee,
    script,
    plans.map((plan, i) => ({ ...plan, controlBlock: controlBlocks[i]! })),
  );
}

/** Computes the scripts of all outputs that the graph of `terms` uses. */
export function outputKinds(terms: GraphTerms): OutputKinds {
  const { parameters, contract, arbiters } = terms;
  const { feeWindow, release } = clock(parameters, contract);
  const client: KeyOf<Party> = ['client', contract.client.transactionKey];
  const worker: KeyOf<Party> = ['worker', contract.worker.transactionKey];
  const verifier: KeyOf<Party> = ['verifier', contract.verifier.transactionKey];
  const arbiterKeys = arbiters.map((arbiter, i): KeyOf<Party> => [arbiterParty(i + 1), arbiter.key]);
  const N3 = [client, worker, verifier];
  const stakes = arbiterKeys.map((key) => tree(key[0], together([key, client, worker]), alone(key, release)));
  const feeOutput = tree(
    'feeWindow',
    together([verifier, ['verificationLock', contract.verificationLock]]),
    alone(client, feeWindow),
  );
  const payees = new Map<Payee, (amount: bigint) => GraphOutput>([
    ['fund', output('fund', taprootScript(parameters.F))],
    ['feeWindow', feeOutput],
  ]);
  for (const role of ROLES) payees.set(role, output(role, bip86Script(contract[role].transactionKey)));
  arbiters.forEach((arbiter, i) => {
    payees.set(arbiterParty(i + 1), output(arbiterParty(i + 1), bip86Script(arbiter.key)));
  });
  const anchor = output('anchor', P2A_SCRIPT)(0n);
  return {
    shared: tree('shared', together(N3)),
    pooled: tree('shared', together([...N3, ...arbiterKeys])),
    stake: (index, amount) => stakes[index - 1]!(amount),
    bond: tree('client', together([client, worker]), alone(client, release)),
    payout(payee, amount) {
      const pay = payees.get(payee);
      if (pay === undefined) throw new GraphError('output-unknown', `nobody is called ${payee}`);
      return pay(amount);
    },
    anchor: () => anchor,
  };
}
