import type { Contract } from '../contract/contract.ts';
import { outpointKey } from '../contract/outpoint.ts';
import { ROLES, type Role } from '../contract/party.ts';
import { seedHash } from '../contract/seed.ts';
import type { Hash32 } from '../primitives/brands.ts';
import { equalBytes, toHex } from '../primitives/bytes.ts';
import type { SchnorrVerify } from '../primitives/schnorr.ts';
import { graphId } from '../transactions/graph-id.ts';
import type { Arbiter } from '../transactions/terms.ts';
import { byNobody, byParty, type CeremonyCause, type CeremonyFault } from './fault.ts';
import { offersOf } from './offer.ts';
import { oracleSeed } from './ranking.ts';
import { selectArbiters } from './selection.ts';
import { countingStakes, type RankedStake, rankStakes } from './standing.ts';
import { type CeremonyTranscript, openTranscript, type SortedTranscript } from './transcript.ts';

/** Y §Oracle: who opens its seed before whom. */
export const SEED_ORDER = ['client', 'verifier', 'worker'] as const satisfies readonly Role[];

/** Steps of a ceremony in their order. */
export type CeremonyStepName = 'messages' | 'contract' | 'snapshot' | 'seeds' | 'union' | 'agreement';

/** One step that held, with what it gave. */
export interface CeremonyStep {
  readonly name: CeremonyStepName;
  /** For people. */
  readonly result: string;
}

/** How a replay ended. `failed` holds the steps before the one that failed, and the ranking if it came to one. */
export type CeremonyReplay =
  | {
      readonly kind: 'complete';
      readonly steps: readonly CeremonyStep[];
      readonly ranking: readonly RankedStake[];
      readonly arbiters: readonly Arbiter[];
      readonly graphId: Hash32;
    }
  | {
      readonly kind: 'failed';
      readonly steps: readonly CeremonyStep[];
      readonly ranking: readonly RankedStake[] | null;
      readonly failedStep: CeremonyStepName;
      readonly fault: CeremonyFault;
    };

type Outcome<T> = { readonly fault: CeremonyFault } | { readonly value: T; readonly result: string };

/**
 * Replays a ceremony from its signed messages (Y §Replay): anybody who sees the same chain comes to the same arbiters,
 * or to the same culprit.
 *
 * @param verify - BIP340 verification; noble's unless a faster one is given
 */
export function verifyTranscript(transcript: CeremonyTranscript, verify?: SchnorrVerify): CeremonyReplay {
  const steps: CeremonyStep[] = [];
  let ranking: readonly RankedStake[] | null = null;
  const failed = (failedStep: CeremonyStepName, fault: CeremonyFault): CeremonyReplay => ({
    kind: 'failed',
    steps,
    ranking,
    failedStep,
    fault,
  });

  const opened = openTranscript(transcript, verify);
  if (opened.kind === 'fault') return failed('messages', opened.fault);
  const { contract, messages } = opened;
  steps.push({ name: 'messages', result: `${transcript.envelopes.length} signed messages` });

  const agreed = checkAgreements(transcript.contract, opened.contractHash, messages);
  if ('fault' in agreed) return failed('contract', agreed.fault);
  steps.push({ name: 'contract', result: agreed.result });

  const snapshot = { height: contract.snapshotHeight, minimumAge: transcript.minimumAge };
  const counting = countingStakes(transcript.stakes, snapshot);
  steps.push({
    name: 'snapshot',
    result: `${counting.length} of ${transcript.stakes.length} stakes count at block ${snapshot.height}`,
  });

  const seed = drawSeed(contract, transcript.blockHash, messages);
  if ('fault' in seed) return failed('seeds', seed.fault);
  steps.push({ name: 'seeds', result: seed.result });

  const shown = (role: Role) => messages.acceptanceList[role]?.message.acceptances ?? [];
  ranking = rankStakes(seed.value, counting, shown, []);
  const lists = complete(messages.acceptanceList, 'list-missing', 'acceptances');
  if ('fault' in lists) return failed('union', lists.fault);
  const { client, worker, verifier } = lists.value;
  const selection = selectArbiters({
    seed: seed.value,
    offers: offersOf(transcript.stakes, ROLES.flatMap(shown)),
    lists: { client: client.message, worker: worker.message, verifier: verifier.message },
    n: transcript.parameters.n,
    contractHash: opened.contractHash,
    contract,
    snapshot,
    ...(verify === undefined ? {} : { verify }),
  });
  if (selection.kind === 'fault') return failed('union', selection.fault);
  const drawn = selection.acceptances.map((acceptance) => outpointKey(acceptance.outpoint));
  ranking = rankStakes(seed.value, counting, shown, drawn);
  steps.push({ name: 'union', result: `drawn: ${drawn.join(', ')}` });

  const id = graphId(opened.contractHash, selection.arbiters);
  const agreement = checkSets(id, messages);
  if ('fault' in agreement) return failed('agreement', agreement.fault);
  steps.push({ name: 'agreement', result: agreement.result });
  return { kind: 'complete', steps, ranking, arbiters: selection.arbiters, graphId: id };
}

/** All three signed this contract: C by sending it, W and V by agreeing to its hash. */
function checkAgreements(contract: Uint8Array, hash: Hash32, messages: SortedTranscript): Outcome<undefined> {
  const missing: Role[] = [];
  const sent = messages.contract.client;
  if (sent === undefined) missing.push('client');
  else if (!equalBytes(sent.message.contract, contract)) {
    const cause = { code: 'agreement-mismatch', envelope: sent.envelope } as const;
    return { fault: byParty('client', cause, 'sent another contract') };
  }
  for (const role of ['worker', 'verifier'] as const) {
    const answer = messages.contractAgreed[role];
    if (answer === undefined) missing.push(role);
    else if (!equalBytes(answer.message.contractHash, hash)) {
      const cause = { code: 'agreement-mismatch', envelope: answer.envelope } as const;
      return { fault: byParty(role, cause, 'agreed to another contract') };
    }
  }
  if (missing.length > 0) return { fault: absent('agreement-missing', missing, 'agreement to the contract') };
  return { value: undefined, result: `contract ${toHex(hash)} agreed by all three` };
}

/** Seeds in the order C, V, W: the first that is missing or does not fit its hash is the culprit's. */
function drawSeed(contract: Contract, blockHash: Hash32, messages: SortedTranscript): Outcome<Hash32> {
  const { ceremonyClient, ceremonyVerifier, ceremonyWorker } = contract.seedHashes;
  const expected = { client: ceremonyClient, verifier: ceremonyVerifier, worker: ceremonyWorker };
  for (const role of SEED_ORDER) {
    const opened = messages.ceremonySeed[role];
    if (opened === undefined) return { fault: absent('seed-missing', [role], 'seed') };
    const { seed } = opened.message;
    if (!equalBytes(seedHash(seed), expected[role])) {
      const cause = { code: 'seed-mismatch', seed, expected: expected[role] } as const;
      return { fault: byParty(role, cause, 'opened another seed than the contract commits to') };
    }
  }
  const { client, verifier, worker } = messages.ceremonySeed;
  const value = oracleSeed(blockHash, client!.message.seed, verifier!.message.seed, worker!.message.seed);
  return { value, result: `seed of the draw ${toHex(value)}` };
}

/** All three signed the graph id that everybody computes from the lists. */
function checkSets(id: Hash32, messages: SortedTranscript): Outcome<undefined> {
  for (const role of ROLES) {
    const signed = messages.arbiterSet[role]?.message.graphId;
    if (signed !== undefined && !equalBytes(signed, id)) {
      const cause = { code: 'set-mismatch', signed, expected: id } as const;
      return { fault: byParty(role, cause, 'signed another set of arbiters than the lists give') };
    }
  }
  const sets = complete(messages.arbiterSet, 'set-missing', 'agreement to the arbiters');
  if ('fault' in sets) return sets;
  return { value: undefined, result: `graph ${toHex(id)} signed by all three` };
}

/** The messages of all three, or who did not send its own. */
function complete<M>(
  byRole: { readonly [R in Role]?: M },
  code: 'list-missing' | 'set-missing',
  what: string,
): Outcome<{ readonly [R in Role]: M }> {
  const missing = ROLES.filter((role) => byRole[role] === undefined);
  if (missing.length > 0) return { fault: absent(code, missing, what) };
  return { value: byRole as { readonly [R in Role]: M }, result: '' };
}

/** One missing party is the culprit; of several that owe at the same time none can be named before the others. */
function absent(
  code: Extract<CeremonyCause, { missing: readonly Role[] }>['code'],
  missing: readonly Role[],
  what: string,
): CeremonyFault {
  const cause = { code, missing };
  const [first, ...others] = missing;
  if (first !== undefined && others.length === 0) return byParty(first, cause, `did not show its ${what}`);
  return byNobody(cause, `the ${missing.join(' and the ')} did not show their ${what}`);
}
