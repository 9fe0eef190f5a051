import { contractHash } from '../../contract/contract-codec.ts';
import type { Party } from '../../contract/party.ts';
import type { MessageOf } from '../../wire/messages.ts';
import { members } from '../post/members.ts';
import { relayTask } from '../post/relay.ts';
import type { ArbitrationState } from '../state.ts';
import { ignored, moved, type Outgoing, type Step, toAll } from '../step.ts';
import { isArbiter } from './court.ts';

/** What an arbiter that was away may not have got. */
const POSTED = [
  'delivery',
  'opening',
  'receipt',
  'verdict',
  'claim',
  'voteCommitment',
  'voteOpening',
  'decisionSignatures',
] as const;

/** An arbiter that was away asks the others for everything that was posted meanwhile (M §Clock). */
export function askForPosts({ agreement, self }: ArbitrationState): readonly Outgoing[] {
  const others = members(agreement).filter((party) => party !== self && party !== 'worker');
  const items = POSTED.map((kind) => ({ what: 'message', kind, from: null }) as const);
  return toAll(others, { kind: 'lacking', channel: contractHash(agreement.contract), items });
}

/**
 * An arbiter lacks something: it alone is sent again everything that was accepted here and for which it has given no receipt, with the
 * receipts that let it accept what is not over yet. Once in B blocks: it is small to ask and large to answer.
 *
 * @param B - blocks between two answers
 */
export function onLacking(
  state: ArbitrationState,
  from: Party,
  message: MessageOf<'lacking'>,
  B: number,
): Step {
  if (!isArbiter(from)) return ignored('out-of-place', from, 'only arbiters say that they lack something');
  const { arbitration, tip, posts } = state;
  const last = arbitration.resent[from];
  if (last !== undefined && tip < last + B)
    return ignored('out-of-place', from, `it was sent everything at block ${last}`);
  const asked = (kind: string, author: Party): boolean =>
    message.items.some(
      (item) => item.what === 'message' && item.kind === kind && (item.from === null || item.from === author),
    );
  const tasks = posts
    .filter(
      ({ kind, author, acceptedAt, receipts }) =>
        acceptedAt !== null &&
        asked(kind, author) &&
        author !== from &&
        receipts.every((receipt) => receipt.from !== from),
    )
    .map((posted) => ({ ...relayTask(state, posted), only: from }));
  return moved(
    { ...state, arbitration: { ...arbitration, resent: { ...arbitration.resent, [from]: tip } } },
    [],
    tasks,
  );
}
