import { type NetChanges, type Party, ROLES, type Txid } from '@prometheus-compute/protocol';
import { SimulationError } from '../stage/errors.ts';
import type { Stage } from '../stage/stage.ts';
import { feesSince, minedTransactions, type PaidFee } from './fees.ts';

/** What a scenario did to one party, satoshis. */
export interface Balance {
  /** Its part in the contract; its name where it has none. */
  readonly party: string;
  readonly name: string;
  readonly before: bigint;
  /** In its wallet, or its alone in outputs that it has not taken because they are not worth a fee. */
  readonly after: bigint;
  /** Fees that it paid: of Tx0, of children, and of what moved its own coins. */
  readonly fees: { readonly commitment: bigint; readonly children: bigint; readonly sweeps: bigint };
  /** What the contract itself brought or took, as T §Default P counts: without fees, and for C without φ + nρ. */
  readonly change: bigint;
}

/** Every satoshi of a scenario. */
export interface Ledger {
  readonly balances: readonly Balance[];
  /** What F got. */
  readonly fund: bigint;
  readonly fees: readonly PaidFee[];
}

/** Wallets when a scenario begins. */
export interface Opening {
  readonly height: number;
  /** Ids of the transactions in blocks. */
  readonly mined: ReadonlySet<Txid>;
  readonly wallets: ReadonlyMap<string, bigint>;
}

export function openLedger(stage: Stage): Opening {
  const wallets = stage.actors.map((actor) => [actor.name, actor.party.wallet.balance()] as const);
  const mined = minedTransactions(stage).map(({ txid }) => txid);
  return { height: stage.height, mined: new Set(mined), wallets: new Map(wallets) };
}

/**
 * Where every satoshi is now.
 *
 * @throws SimulationError `satoshis-lost` unless what everybody had is what everybody, F and the miners have
 */
export function closeLedger(stage: Stage, opening: Opening): Ledger {
  const fees = feesSince(stage, opening.mined);
  const unclaimed = unclaimedOutputs(stage);
  const committed = fees.some(({ kind }) => kind === 'commitment');
  const { offered, parameters } = stage.options.terms;
  const service = committed ? offered.settlementFee + BigInt(parameters.n) * offered.retainer : 0n;
  const balances = stage.actors.map((actor): Balance => {
    const { name } = actor;
    const party = actor.self ?? name;
    const paid = (kind: PaidFee['kind']): bigint =>
      total(fees.filter((fee) => fee.payer === name && fee.kind === kind).map(({ fee }) => fee));
    const before = opening.wallets.get(name) ?? 0n;
    const after = actor.party.wallet.balance() + (unclaimed.get(party) ?? 0n);
    const own = { commitment: paid('commitment'), children: paid('child'), sweeps: paid('sweep') };
    const change = after - before + own.commitment + own.children + own.sweeps;
    return { party, name, before, after, fees: own, change: party === 'client' ? change + service : change };
  });
  const fund = unclaimed.get('fund') ?? 0n;
  conserve(balances, fund, fees, unclaimed);
  return { balances: balances.sort(byPlace), fund, fees };
}

/** Unspent outputs of every graph that no wallet counts, by payee. */
function unclaimedOutputs(stage: Stage): ReadonlyMap<string, bigint> {
  const { chain } = stage.network;
  const sums = new Map<string, bigint>();
  for (const graph of stage.names.graphs(stage.actors)) {
    for (const { txid, outputs } of graph.transactions.values()) {
      outputs.forEach(({ payee, script }, vout) => {
        const coin = chain.output(txid, vout);
        if (coin === undefined || stage.actors.some(({ party }) => party.wallet.owns(script))) return;
        sums.set(payee, (sums.get(payee) ?? 0n) + coin.amount);
      });
    }
  }
  return sums;
}

function conserve(
  balances: readonly Balance[],
  fund: bigint,
  fees: readonly PaidFee[],
  unclaimed: ReadonlyMap<string, bigint>,
): void {
  const before = total(balances.map((balance) => balance.before));
  const after = total(balances.map((balance) => balance.after));
  const mined = total(fees.map(({ fee }) => fee));
  const nobody = total(['shared', 'feeWindow', 'anchor', 'data'].map((payee) => unclaimed.get(payee) ?? 0n));
  if (nobody === 0n && before === after + fund + mined) return;
  throw new SimulationError('satoshis-lost', 'what everybody has is not what everybody had', {
    evidence: {
      before: String(before),
      after: String(after),
      fund: String(fund),
      fees: String(mined),
      nobody: String(nobody),
    },
  });
}

/** The changes of a ledger as the tables write them. */
export function changesOf({ balances, fund }: Ledger): NetChanges {
  const changes: Record<string, bigint> = { fund };
  for (const { party, name, change } of balances) {
    const drawn = party !== name || ROLES.some((role) => role === party);
    if (drawn) changes[party] = change;
  }
  return changes as Record<Party | 'fund', bigint>;
}

const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n);

/** C, W, V, A_1 …, then those that were not drawn. */
function byPlace(a: Balance, b: Balance): number {
  return placeOf(a) - placeOf(b);
}

function placeOf({ party }: Balance): number {
  const role = ROLES.find((candidate) => candidate === party);
  if (role !== undefined) return ROLES.indexOf(role);
  const [kind, index] = party.split(/[:-]/);
  return (party.includes(':') ? 10 : 100) + Number(kind === 'arbiter' ? index : 0);
}
