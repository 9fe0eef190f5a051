import {
  arbiterParty,
  type Graph,
  type LeafSpend,
  parseSettlement,
  type SettlementId,
  type TransactionId,
  transactionOf,
} from '@prometheus-compute/protocol';
import { coalitionHolds, EXITS, isValidNext } from '../model/chain.ts';
import type { Game } from '../model/game.ts';
import type { ChainId, State } from '../model/state.ts';
import { labelScript } from '../terms/labels.ts';
import { ReplayError } from './errors.ts';
import type { PlayChain } from './play-chain.ts';
import { forgedTransaction } from './setting.ts';

/** Everything that the model gives a name. Once a stake is taken, it does not follow the others. */
function chainIds(graph: Graph, state: State): readonly ChainId[] {
  const { n } = graph.terms.parameters;
  const ids = [...graph.transactions.keys()].filter(
    (id): id is Exclude<TransactionId, 'Tx0'> => id !== 'Tx0',
  );
  return state.stakeTaken ? ids : [...ids, 'stake:1', `stake:${n}`];
}

/**
 * Asks the chain about every transaction of the graph: it takes exactly those into the next block that the model says.
 *
 * @param rules - the game with every rule
 * @param valid - what was valid since the last transaction confirmed, and so still is; grows
 * @throws ReplayError `validity-differs`
 */
export function compareValidity(
  play: PlayChain,
  graph: Graph,
  rules: Game,
  state: State,
  valid: Set<ChainId>,
): void {
  for (const id of chainIds(graph, state)) {
    if (valid.has(id)) continue;
    const objection = play.objection(id);
    const expected = isValidNext(rules, state, id);
    if (objection === undefined) valid.add(id);
    if (expected === (objection === undefined)) continue;
    throw new ReplayError(
      'validity-differs',
      `${id} at tip ${state.tip}: the model says ${expected ? 'valid' : 'not valid'}, the chain ${objection ?? 'valid'}`,
      { evidence: { transaction: id, tip: state.tip } },
    );
  }
}

/** A decision that honest arbiters never signed, in the game with every rule: with what is there instead of their signatures. */
export function forgeryObjection(
  play: PlayChain,
  graph: Graph,
  rules: Game,
  state: State,
  id: ChainId,
): string | undefined {
  if (!id.includes('.') || state.pending.some((pending) => pending.id === id)) return undefined;
  if (coalitionHolds(rules, state).includes(id)) return undefined;
  const settlement = parseSettlement(id as SettlementId);
  const members = settlement.kind === 'decision' ? settlement.coherent : [];
  const missing = members.filter((index) => (rules.honestArbiters & (1 << (index - 1))) !== 0);
  const verdict = play.chain.testTransaction(forgedTransaction(graph, id as TransactionId, missing));
  return verdict.kind === 'refused' ? verdict.rejection.reason : undefined;
}

/** C, W, V and their arbiters try to spend what is pooled, with their own signatures for those of the others (D6). */
export function takeObjection(
  play: PlayChain,
  graph: Graph,
  game: Game,
  appeal: 'TxA' | 'TxAc',
): string | undefined {
  const { txid, outputs } = transactionOf(graph, appeal);
  const { amount, script, leaves } = outputs[0]!;
  const leaf = leaves[0]!;
  const spend: LeafSpend = {
    ...leaf,
    outpoint: { txid, vout: 0 },
    prevout: { amount, script },
    sequence: 0xffff_fffd,
  };
  const labels = leaf.signers.map((signer) => {
    const honest = Array.from({ length: game.n }, (_, i) => i + 1).some(
      (index) => signer === arbiterParty(index) && (game.honestArbiters & (1 << (index - 1))) !== 0,
    );
    return honest ? 'client' : signer;
  });
  const verdict = play.chain.testTransaction(play.leafSpend(spend, labelScript('client'), labels));
  return verdict.kind === 'refused' ? verdict.rejection.reason : undefined;
}

/** A time-out exit that the chain would take now: nothing is frozen for whoever holds it (D13). */
export const openExit = (play: PlayChain): ChainId | undefined =>
  EXITS.find((id) => play.objection(id) === undefined);
