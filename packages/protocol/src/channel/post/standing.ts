import type { Hash32 } from '../../primitives/brands.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { OpenState } from '../state.ts';
import type { PostedDetail, PostedMessage } from './record.ts';

type Detail<Of extends NonNullable<PostedDetail>['of']> = Extract<PostedDetail, { readonly of: Of }>;
type Accepted<Of extends NonNullable<PostedDetail>['of']> = PostedMessage & {
  readonly detail: Detail<Of>;
  readonly acceptedAt: number;
};

/** What was accepted of one kind; `timely`: before a dispute, under its own deadline. */
export function accepted<Of extends NonNullable<PostedDetail>['of']>(
  { posts }: OpenState,
  of: Of,
  timely: boolean,
): readonly Accepted<Of>[] {
  return posts.filter(
    (posted): posted is Accepted<Of> =>
      posted.acceptedAt !== null && posted.detail?.of === of && (posted.timely || !timely),
  );
}

/** R and opening of a verdict r = 1. */
export interface NamedByVerdict {
  readonly root: Hash32;
  readonly openingHash: Hash32;
}

/**
 * What is judged on TxAc: the delivery and the opening that V's posted verdict names (D31), where C is bound to both, so that
 * it could look at them. C is bound to the only thing that was posted in time, since all accepted it, C too; and to what it
 * gave a receipt for. An honest C gives one receipt for each: who gives two is bound to anything. Null: V named nothing that
 * C is bound to, and any opening that W signed counts.
 */
export function boundVerdict(state: OpenState): NamedByVerdict | null {
  const verdicts = accepted(state, 'verdict', true);
  const [verdict] = verdicts;
  if (verdict === undefined || verdicts.length > 1) return null;
  const { root, openingHash } = verdict.detail;
  return isBoundToDelivery(state, root) && isBoundToOpening(state, openingHash)
    ? { root, openingHash }
    : null;
}

function isBoundToDelivery(state: OpenState, root: Hash32): boolean {
  const [only, ...others] = accepted(state, 'delivery', true);
  if (only !== undefined && others.length === 0 && equalBytes(only.detail.root, root)) return true;
  const { self, delivery, receipts } = state;
  if (self === 'client' && receipts.client.delivery !== null && delivery !== null) {
    return equalBytes(delivery.root, root);
  }
  const given = receiptsOfClient(state, 'delivery');
  return given.length > 1 || given.some(({ detail }) => equalBytes(detail.root, root));
}

function isBoundToOpening(state: OpenState, openingHash: Hash32): boolean {
  const [only, ...others] = accepted(state, 'opening', true);
  if (only !== undefined && others.length === 0 && equalBytes(only.detail.openingHash, openingHash))
    return true;
  const { self, opening, receipts } = state;
  if (self === 'client' && receipts.client.opening !== null && opening !== null) {
    return equalBytes(opening.hash, openingHash);
  }
  const named = accepted(state, 'opening', false).filter(({ detail }) =>
    equalBytes(detail.openingHash, openingHash),
  );
  const given = receiptsOfClient(state, 'opening');
  return (
    given.length > 1 ||
    given.some(({ detail }) => named.some(({ sealed }) => equalBytes(sealed, detail.message)))
  );
}

function receiptsOfClient(state: OpenState, subject: 'delivery' | 'opening'): readonly Accepted<'receipt'>[] {
  return accepted(state, 'receipt', false).filter(
    ({ author, detail }) => author === 'client' && detail.subject === subject,
  );
}

/**
 * Whether W has signed two things, as everybody knows: two deliveries, two openings, or an opening of another R. Which two
 * may differ from node to node, since each keeps two; that there are two does not.
 */
export function showsEquivocation(state: OpenState): boolean {
  const signed = (kind: 'delivery' | 'opening') =>
    state.posts.filter((posted) => posted.kind === kind && posted.acceptedAt !== null);
  const deliveries = accepted(state, 'delivery', false);
  const openings = accepted(state, 'opening', false);
  const others = deliveries.some(({ detail: { root } }) =>
    openings.some(({ detail }) => !equalBytes(detail.root, root)),
  );
  return signed('delivery').length > 1 || signed('opening').length > 1 || others;
}
