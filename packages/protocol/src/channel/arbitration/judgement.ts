import { clock } from '../../contract/clock.ts';
import type { Hash32 } from '../../primitives/brands.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { PostedMessage } from '../post/record.ts';
import type { ArbitrationState } from '../state.ts';
import type { Task } from '../task.ts';
import { isLate, mayClaim } from './court.ts';
import type { Claim, Court } from './record.ts';
import { wordOf } from './words.ts';

const ACCUSERS = ['client', 'verifier'] as const;

/** What an arbiter finds by what it accepted itself, and what is left to be run again. */
export interface Judgement {
  /** A claim is confirmed: d = 1, whatever the others are. */
  readonly confirmed: boolean;
  /** Claims about a chunk, by H("message", kind, body). */
  readonly chunks: readonly Hash32[];
}

/**
 * d = 1 iff an accepted claim is confirmed (M §Claims). Own acceptance decides about documents, and since everything was
 * posted, all honest arbiters come to the same. Two claims of one accuser are none.
 */
export function judgement(state: ArbitrationState, court: Court): Judgement {
  const { parameters, contract } = state.agreement;
  const verdict = state.disputes.find(({ transaction }) => transaction === 'TxV1');
  if (isLate(court, verdict?.height, clock(parameters, contract).appeal))
    return { confirmed: false, chunks: [] };
  const chunks: Hash32[] = [];
  let confirmed = false;
  for (const accuser of ACCUSERS) {
    if (!mayClaim(court, accuser)) continue;
    const word = wordOf(state.arbitration, accuser, 'claim');
    if (word === undefined) continue;
    const { claim } = word.content;
    switch (claim.fault) {
      case 'undelivered':
        confirmed ||= isMissing(state, accuser, 'delivery');
        break;
      case 'unopened':
        confirmed ||= isMissing(state, accuser, 'opening');
        break;
      case 'equivocation':
        confirmed ||= court.transaction === 'TxA' && isEquivocation(state, claim);
        break;
      default:
        chunks.push(word.sealed);
    }
  }
  return { confirmed, chunks: confirmed ? [] : chunks };
}

/** What was accepted of an author's messages of a kind. */
function acceptedOf(
  state: ArbitrationState,
  kind: PostedMessage['kind'],
  author: PostedMessage['author'],
): readonly PostedMessage[] {
  return state.posts.filter(
    (post) => post.kind === kind && post.author === author && post.acceptedAt !== null,
  );
}

/** D3, D26: the arbiter did not accept it in time, and it accepted no receipt of the accuser for it. */
function isMissing(
  state: ArbitrationState,
  accuser: 'client' | 'verifier',
  subject: 'delivery' | 'opening',
): boolean {
  if (timely(state, subject, 'worker').length > 0) return false;
  return !acceptedOf(state, 'receipt', accuser).some(
    ({ detail }) => detail?.of === 'receipt' && detail.subject === subject,
  );
}

/** W signed both, and the arbiter accepted both, in time or as evidence (F4: on TxA only). */
function isEquivocation(state: ArbitrationState, claim: Extract<Claim, { fault: 'equivocation' }>): boolean {
  const { of, first, second } = claim;
  const signed = (kind: 'delivery' | 'opening', hash: Hash32): PostedMessage | undefined =>
    acceptedOf(state, kind, 'worker').find(({ sealed }) => equalBytes(sealed, hash));
  const one = signed(of === 'root' ? 'delivery' : of, first);
  const other = signed(of === 'root' ? 'opening' : of, second);
  if (one === undefined || other === undefined) return false;
  if (of !== 'root') return !equalBytes(first, second);
  const [delivered, opened] = [rootOf(one), rootOf(other)];
  return delivered !== null && opened !== null && !equalBytes(delivered, opened);
}

/** R of a delivery, an opening or a verdict. */
function rootOf({ detail }: PostedMessage): Hash32 | null {
  return detail === null || detail.of === 'receipt' ? null : detail.root;
}

/** What all of these say; null where there are none, or where they differ. */
function onlyOne(hashes: readonly (Hash32 | null)[]): Hash32 | null {
  const [first] = hashes;
  if (first === undefined || first === null) return null;
  return hashes.every((hash) => hash !== null && equalBytes(hash, first)) ? first : null;
}

/**
 * Runs again what the claims name. D31: after a challenge the opening counts that V's posted verdict names, for whatever R,
 * or C = W could hold a second R against an honest V. Otherwise an opening of another R than the one that was delivered in
 * time is a fault.
 */
export function judgeTask(state: ArbitrationState, court: Court, chunks: readonly Hash32[]): Task {
  const verdicts = court.transaction === 'TxAc' ? timely(state, 'verdict', 'verifier') : [];
  const named = onlyOne(verdicts.map(({ detail }) => (detail?.of === 'verdict' ? detail.openingHash : null)));
  const root = named === null ? onlyOne(timely(state, 'delivery', 'worker').map(rootOf)) : null;
  return { kind: 'judge', claims: chunks, root, named, substitutes: state.substitutes };
}

const timely = (...of: Parameters<typeof acceptedOf>): readonly PostedMessage[] =>
  acceptedOf(...of).filter((post) => post.timely);
