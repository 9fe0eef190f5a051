import {
  type Arbiter,
  buildGraph,
  type Coin,
  type Contract,
  clock,
  encodeOffer,
  encodeParameters,
  type Graph,
  opReturnScript,
  type Parameters,
  quorum,
  ROLES,
  type Role,
  type SignatureSet,
  satoshi,
} from '@prometheus-compute/protocol';
import {
  outputOf,
  rewardOf,
  type ScenarioCoin,
  scriptOf,
  spend,
} from '../../packages/bitcoin/test/differential/coins.ts';
import { ScenarioBuilder } from '../../packages/bitcoin/test/differential/scenario.ts';
import { signAll } from '../../packages/protocol/test/fixtures/sign-graph.ts';
import {
  fixtureArbiters,
  fixtureContract,
  fixtureKey,
  fixtureParameters,
  fixtureScript,
} from '../../packages/protocol/test/fixtures/terms.ts';

/** Reward of one of the first blocks, satoshis. */
const REWARD = 5_000_000_000n;
/** Each of the coins that pay for children, satoshis. */
const FEE_COIN = 1_000_000n;
const FEE_COINS = 2;
/** Pays for the announcements and for the coins. */
const FUNDING_FEE = 2_000n;

/** A contract on a chain of its own, before Tx0: everything that the graph spends is confirmed. */
export interface Setting {
  readonly s: ScenarioBuilder;
  readonly graph: Graph;
  /** Every signature of the graph, completed with h_p where W completes it. */
  readonly signatures: SignatureSet;
  /** Confirmed coins of the scenario's wallet. */
  readonly feeCoins: readonly ScenarioCoin[];
  /** Coins with which C, W and V fund a second contract, in which the arbiters' stakes are renewed. */
  readonly renewal: Contract;
  /** The transactions that made these coins; they are confirmed. */
  readonly funding: readonly Uint8Array[];
}

/** μ for n arbiters: with three, two are enough, so that there are sets S that leave somebody out. */
const MU: Readonly<Record<number, number>> = { 3: 6_600 };

/** P and C with the default amounts and the shortest times that the rules allow (P9, C7 to C13, C22, C23). */
function shortestTimes(n: number): { readonly parameters: Parameters; readonly changes: Partial<Contract> } {
  const draft = fixtureParameters(n);
  const p = { ...draft, mu: MU[n] ?? draft.mu };
  const delta = quorum(p) + 3;
  const changes = {
    deliveryBlocks: 1,
    relayBlocks: 1,
    confirmationBlocks: delta,
    // B = k + 2.
    arbitrationBlocks: 2 * delta,
    stageBlocks: delta,
  };
  const t1 = 1 + 5 * delta;
  const t2 = t1 + 4 * delta;
  const t3 = t2 + 2 * delta;
  const { delta2 } = clock(p, fixtureContract(p, changes));
  const repeated = (n - quorum(p)) * changes.stageBlocks;
  return { parameters: { ...p, t1, t2, t3, t4: t3 + delta2 + repeated + 2 * delta }, changes };
}

const pay = ({ amount, script }: Pick<Coin, 'amount' | 'script'>) => ({ amount, script });

function coinOf(bytes: Uint8Array, vout: number): Coin {
  const { txid, amount, script } = outputOf(bytes, vout);
  return { outpoint: { txid, vout }, amount: satoshi(amount), script };
}

/** The contract with other coins and keys, so that a second one shares nothing with the first. */
function renewed(contract: Contract): Contract {
  const party = (role: Role) => {
    const terms = contract[role];
    return {
      ...terms,
      messageKey: fixtureKey(`renewal ${role} message`),
      transactionKey: fixtureKey(`renewal ${role}`),
      funding: [{ ...terms.funding[0]!, script: fixtureScript(`renewal ${role} funding`) }],
    };
  };
  return { ...contract, client: party('client'), worker: party('worker'), verifier: party('verifier') };
}

/** The contract funded by outputs `first`, `first` + 1, `first` + 2 of a transaction. */
function funded(contract: Contract, bytes: Uint8Array, first: number): Contract {
  const party = (role: Role) => ({
    ...contract[role],
    funding: [coinOf(bytes, first + ROLES.indexOf(role))],
  });
  return { ...contract, client: party('client'), worker: party('worker'), verifier: party('verifier') };
}

/** T_O of each arbiter, one spending the change of the other (T §On-chain announcements). */
function offers(
  arbiters: readonly Arbiter[],
  parametersTxid: Contract['parametersTxid'],
  from: ScenarioCoin,
): readonly Uint8Array[] {
  const made: Uint8Array[] = [];
  let coin = from;
  for (const { stake } of arbiters) {
    const data = { amount: 0n, script: opReturnScript(encodeOffer(parametersTxid)) };
    const bytes = spend({
      from: [coin],
      to: [pay(stake.coin), data, coin.amount - stake.coin.amount - FUNDING_FEE],
    });
    made.push(bytes);
    coin = outputOf(bytes, 2);
  }
  return made;
}

/** Mines a chain on which T_P, n offers and all coins are confirmed, and builds the graph over exactly these. */
export function settingOf(n: number): Setting {
  const { parameters, changes } = shortestTimes(n);
  const s = new ScenarioBuilder(`graph-${n}`);
  const [first, second, third] = s.mine(3, scriptOf()).map((block) => rewardOf(block));
  s.mine(100);

  const data = { amount: 0n, script: opReturnScript(encodeParameters(parameters)) };
  const announcement = spend({ from: [first!], to: [data, REWARD - FUNDING_FEE] });
  const parametersTxid = outputOf(announcement, 0).txid;
  const draft = fixtureContract(parameters, { ...changes, parametersTxid });
  const secondDraft = renewed(draft);
  const needed = [draft, secondDraft].flatMap((each) => ROLES.map((role) => each[role].funding[0]!));
  const total = needed.reduce((sum, { amount }) => sum + amount, 0n);
  const coins = spend({
    from: [second!],
    to: [
      ...needed.map(pay),
      ...new Array<bigint>(FEE_COINS).fill(FEE_COIN),
      REWARD - total - BigInt(FEE_COINS) * FEE_COIN - FUNDING_FEE,
    ],
  });
  const drafts = fixtureArbiters(n, () => parameters.a);
  const stakes = offers(drafts, parametersTxid, third!);

  const arbiters = drafts.map(
    (arbiter, i): Arbiter => ({ ...arbiter, stake: { ...arbiter.stake, coin: coinOf(stakes[i]!, 0) } }),
  );
  const graph = buildGraph({ parameters, contract: funded(draft, coins, 0), arbiters });
  return {
    s,
    graph,
    signatures: signAll(graph, [...graph.transactions.keys()]),
    feeCoins: Array.from({ length: FEE_COINS }, (_, i) => outputOf(coins, needed.length + i)),
    renewal: funded(secondDraft, coins, ROLES.length),
    funding: [announcement, coins, ...stakes],
  };
}
