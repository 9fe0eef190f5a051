import { contractHash } from '../../contract/contract-codec.ts';
import type { SchnorrSignature } from '../../primitives/brands.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import type { MessageOf } from '../../wire/messages.ts';
import { graphOf } from '../agreement.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent } from '../event.ts';
import type { Recipient } from '../recipient.ts';
import type { ClosedState } from '../state.ts';
import { ignored, moved, type Outgoing, STALE, type Step } from '../step.ts';
import { type Release, releasesOf } from './release-transaction.ts';

/** Confirmations of a settlement after which it is taken for final (T §Setup: closed at 6). */
export const FINAL_CONFIRMATIONS = 6;

/** A channel that a settlement has closed. */
export type SettledState = Extract<ClosedState, { how: 'settled' }>;

/** What C and W sign after the end, so that stakes and bond come back before t4. */
export interface CleanEnd {
  /** C, W: `asked` while the own signatures are being made, `signed` once they are on their way. */
  readonly own: 'none' | 'asked' | 'signed';
  /** Signatures of C and W on the releases that are this party's to take, by output of Tx0. */
  readonly client: Readonly<Record<string, SchnorrSignature>>;
  readonly worker: Readonly<Record<string, SchnorrSignature>>;
}

/** Nothing is signed yet. */
export const UNRELEASED: CleanEnd = { own: 'none', client: {}, worker: {} };

/** A release that its owner can complete: what others sign is here. */
export interface HeldRelease {
  readonly release: Release;
  /** Of C and W, without the owner's own. */
  readonly signatures: Readonly<Partial<Record<'client' | 'worker', SchnorrSignature>>>;
}

/** What this party can take back at once (M §Payment). */
export function heldReleases(state: SettledState): readonly HeldRelease[] {
  const { before, transaction, cleanEnd } = state;
  return releasesOf(graphOf(before.agreement), transaction).flatMap((release): readonly HeldRelease[] => {
    const worker = cleanEnd.worker[release.output];
    const client = cleanEnd.client[release.output];
    if (worker === undefined) return [];
    if (before.self === 'client') return [{ release, signatures: { worker } }];
    return client === undefined ? [] : [{ release, signatures: { client, worker } }];
  });
}

/** Whether the settlement is so deep that nothing needs stakes or bond any more; only a deeper reorganisation would. */
export function isSettledForGood({ tip, height }: Pick<SettledState, 'tip' | 'height'>): boolean {
  return tip >= height + FINAL_CONFIRMATIONS - 1;
}

/**
 * After six confirmations of a settlement C and W sign stakes and bond free; their owners keep what they get.
 * @returns undefined for what does not concern the end of a channel
 */
export function onCleanEnd(
  state: SettledState,
  event: ChannelEvent,
  context: ChannelContext,
): Step | undefined {
  switch (event.kind) {
    case 'tip':
      return askWhenDue({ ...state, tip: event.height });
    case 'releases-signed':
      return handOut(state, event.signatures);
    case 'message':
      return event.message.kind === 'releaseSignatures'
        ? keep(state, event.from, event.message, context)
        : undefined;
    default:
      return undefined;
  }
}

function askWhenDue(state: SettledState): Step {
  const { self } = state.before;
  const signs = self === 'client' || self === 'worker';
  if (!signs || state.cleanEnd.own !== 'none' || !isSettledForGood(state)) return moved(state);
  const cleanEnd: CleanEnd = { ...state.cleanEnd, own: 'asked' };
  return moved({ ...state, cleanEnd }, [], [{ kind: 'sign-releases' }]);
}

/** To each owner what it can use, and to nobody anything else. */
function handOut(
  state: SettledState,
  made: readonly { readonly output: number; readonly signature: SchnorrSignature }[],
): Step {
  const { before, transaction, cleanEnd } = state;
  if (cleanEnd.own !== 'asked') return STALE;
  const channel = contractHash(before.agreement.contract);
  const releases = releasesOf(graphOf(before.agreement), transaction);
  const messages = releases.flatMap(({ output, owner, script, amount }): Outgoing[] => {
    const signature = made.find((item) => item.output === output)?.signature;
    if (signature === undefined || owner === before.self) return [];
    const spends = [{ output, script, amount, signature }];
    return [{ to: owner, message: { kind: 'releaseSignatures', channel, spends } }];
  });
  return moved({ ...state, cleanEnd: { ...cleanEnd, own: 'signed' } }, messages);
}

/** An owner holds each signature to the one transaction that the rule gives. */
function keep(
  state: SettledState,
  from: Recipient,
  { spends }: MessageOf<'releaseSignatures'>,
  { verify }: ChannelContext,
): Step {
  const { before, transaction, cleanEnd } = state;
  if (from !== 'client' && from !== 'worker') {
    return ignored('out-of-place', from, 'only Client and Worker release stakes and bond');
  }
  const graph = graphOf(before.agreement);
  const releases = releasesOf(graph, transaction);
  const key = graph.terms.contract[from].transactionKey;
  const kept: Record<string, SchnorrSignature> = { ...cleanEnd[from] };
  for (const { output, script, amount, signature } of spends) {
    const release = releases.find((candidate) => candidate.output === output);
    if (release?.owner !== before.self) {
      return ignored('out-of-place', from, `output ${output} of Tx0 is not this party's to take`);
    }
    const same = equalBytes(script, release.script) && amount === release.amount;
    if (!same || !verify(signature, release.transaction.sighashes[0]!, key)) {
      return ignored('signature-invalid', from, `the ${from}'s signature does not release output ${output}`);
    }
    kept[output] = signature;
  }
  return moved({ ...state, cleanEnd: { ...cleanEnd, [from]: kept } });
}
