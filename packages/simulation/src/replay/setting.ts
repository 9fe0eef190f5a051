import {
  type Block,
  Devchain,
  loadTransaction,
  serializeTransaction,
  signKeyPath,
  type Transaction,
} from '@prometheus-compute/bitcoin';
import {
  type Arbiter,
  adaptorComplete,
  arbiterParty,
  buildGraph,
  type Coin,
  type Contract,
  completeTransaction,
  type Graph,
  type GraphTerms,
  ROLES,
  type SchnorrSignature,
  type SignatureSet,
  type SignatureSlot,
  signSlot,
  slotKey,
  slotsOf,
  type TransactionId,
} from '@prometheus-compute/protocol';
import { labelCoin, labelHash, labelScript, labelSecret, outputSecret } from '../terms/labels.ts';
import { ReplayError } from './errors.ts';

/** Reward of one of the first blocks, satoshis. */
const REWARD = 5_000_000_000n;
/** Blocks until a reward can be spent. */
const MATURITY = 100;
const FUNDING_FEE = 2_000n;
/** A coin that pays for a transaction without fee, satoshis; a play needs two. */
const FEE_COIN = 100_000n;
export const FEE_COINS = 2;

/** A contract whose Tx0 is in the last of these blocks: plays are replayed from there. */
export interface Setting {
  readonly graph: Graph;
  readonly blocks: readonly Block[];
  readonly feeCoins: readonly Coin[];
}

/** A draft with its key-path signatures by the labels of the spent coins, serialised. */
export function signedByLabels(
  draft: Transaction,
  spent: readonly { readonly coin: Pick<Coin, 'amount' | 'script'>; readonly label: string | undefined }[],
): Uint8Array {
  const signers = spent.flatMap(({ label }, input) =>
    label === undefined ? [] : [{ input, secret: outputSecret(label), auxRandom: labelHash('aux') }],
  );
  return serializeTransaction(
    signKeyPath(
      draft,
      spent.map(({ coin }) => coin),
      signers,
    ),
  );
}

/** An input without signature. */
export const inputOf = ({ txid, vout }: Coin['outpoint']) => ({
  txid,
  vout,
  scriptSig: new Uint8Array(0),
  sequence: 0xffff_fffd,
  witness: [],
});

/** One transaction that makes every coin of the contract out of a mined reward. */
function fund(chain: Devchain, wanted: readonly Coin[]): readonly Coin[] {
  chain.mine(1, labelScript('miner'));
  const reward = loadTransaction(chain.tip().block.transactions[0]!.bytes);
  chain.mine(MATURITY, labelScript('nobody'));
  const total = wanted.reduce((sum, { amount }) => sum + amount, 0n);
  const change = { amount: REWARD - total - FUNDING_FEE, script: labelScript('miner') };
  const draft: Transaction = {
    version: 2,
    inputs: [inputOf({ txid: reward.txid, vout: 0 })],
    outputs: [...wanted, change],
    lockTime: 0,
  };
  const coin = reward.transaction.outputs[0]!;
  const bytes = signedByLabels(draft, [{ coin: coin as Coin, label: 'miner' }]);
  confirm(chain, bytes);
  const { txid } = loadTransaction(bytes);
  return wanted.map((each, vout) => ({ ...each, outpoint: { txid, vout } }));
}

function confirm(chain: Devchain, bytes: Uint8Array): void {
  const verdict = chain.submitTransaction(bytes);
  if (verdict.kind === 'refused') throw new ReplayError('funding-refused', verdict.rejection.reason);
  chain.mine(1, labelScript('nobody'));
}

/** The terms with real coins in place of those that only have a label. */
function withCoins(terms: GraphTerms, coins: readonly Coin[]): GraphTerms {
  const { contract } = terms;
  const party = (i: number) => ({ ...contract[ROLES[i]!], funding: [coins[i]!] });
  const funded: Contract = { ...contract, client: party(0), worker: party(1), verifier: party(2) };
  const arbiters = terms.arbiters.map((arbiter, i): Arbiter => {
    const coin = coins[ROLES.length + i]!;
    return { ...arbiter, stake: { ...arbiter.stake, coin } };
  });
  return { ...terms, contract: funded, arbiters };
}

/** Mines a chain on which Tx0 is confirmed. @throws RuleError when the terms break a rule */
export function settingOf(terms: GraphTerms): Setting {
  buildGraph(terms);
  const chain = new Devchain();
  const { contract, arbiters } = terms;
  const wanted = [
    ...ROLES.map((role) => contract[role].funding[0]!),
    ...arbiters.map(({ stake }) => stake.coin),
    ...Array.from({ length: FEE_COINS }, () => labelCoin('fees', FEE_COIN)),
  ];
  const coins = fund(chain, wanted);
  const graph = buildGraph(withCoins(terms, coins));
  confirm(chain, signedTransaction(graph, 'Tx0'));
  const { height } = chain.tip();
  return {
    graph,
    blocks: Array.from({ length: height }, (_, i) => chain.blockAt(i + 1)!.block),
    feeCoins: coins.slice(-FEE_COINS),
  };
}

const signatures = new WeakMap<Graph, Map<TransactionId, SignatureSet>>();

/** The signature of a slot as it stands in a witness: C's adaptor signatures are completed with h_p. */
function witnessSignature(graph: Graph, slot: SignatureSlot): SchnorrSignature {
  const secret =
    slot.transaction === 'Tx0' ? outputSecret(`${slot.signer} funding`) : labelSecret(slot.signer);
  const signature = signSlot(graph, slot, secret, labelHash(`aux ${slotKey(slot)}`));
  return 'nonce' in signature ? adaptorComplete(signature, labelSecret('point lock')) : signature;
}

/** Every signature of a transaction; made once. */
function signaturesOf(graph: Graph, id: TransactionId): SignatureSet {
  const ofGraph = signatures.get(graph) ?? new Map<TransactionId, SignatureSet>();
  signatures.set(graph, ofGraph);
  const known = ofGraph.get(id);
  if (known !== undefined) return known;
  const made = new Map(slotsOf(graph, id).map((slot) => [slotKey(slot), witnessSignature(graph, slot)]));
  ofGraph.set(id, made);
  return made;
}

const completed = new WeakMap<Graph, Map<TransactionId, Uint8Array>>();

/** A transaction of the graph with all its signatures; made once. */
export function signedTransaction(graph: Graph, id: TransactionId): Uint8Array {
  const ofGraph = completed.get(graph) ?? new Map<TransactionId, Uint8Array>();
  completed.set(graph, ofGraph);
  const bytes = ofGraph.get(id) ?? completeTransaction(graph, id, signaturesOf(graph, id));
  ofGraph.set(id, bytes);
  return bytes;
}

/** The same with a signature of somebody else where these arbiters never signed. */
export function forgedTransaction(graph: Graph, id: TransactionId, missing: readonly number[]): Uint8Array {
  const forged = new Map(signaturesOf(graph, id));
  const [own] = [...forged.values()];
  for (const slot of slotsOf(graph, id)) {
    if (missing.some((index) => slot.signer === arbiterParty(index))) forged.set(slotKey(slot), own!);
  }
  return completeTransaction(graph, id, forged);
}
