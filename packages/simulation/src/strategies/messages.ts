import {
  type ChannelMessage,
  equalBytes,
  type MessageKind,
  type MessageOf,
  toHex,
} from '@prometheus-compute/protocol';
import { contentAs, type Parcel } from '../network/parcel.ts';
import { DROP } from '../network/postman.ts';
import type { Actor } from '../stage/actor.ts';
import type { Strategy } from './strategy.ts';

/** What a strategy looks for among the things that its party sends. */
export interface Which {
  /** Of the words themselves: a `post` counts as what it carries. */
  readonly kinds: readonly MessageKind[];
  /** To whom; everybody unless named. */
  readonly to?: (name: string) => boolean;
  /** Any further condition. */
  readonly when?: (parcel: Parcel, actor: Actor) => boolean;
}

const fits = (which: Which, parcel: Parcel, actor: Actor): boolean =>
  which.kinds.includes(parcel.inner.kind) &&
  (which.to?.(parcel.to) ?? true) &&
  (which.when?.(parcel, actor) ?? true);

/** Sent directly, and not posted. */
export const directly = ({ envelope }: Parcel): boolean => envelope.kind !== 'post';

/** Since Tx0 is in a block: program and inputs have been served by then. */
export const afterCommitment = (_: Parcel, actor: Actor): boolean => actor.commitmentHeight !== undefined;

/** Never sends this. */
export const keepsBack = (which: Which, does: string): Strategy => ({
  name: 'withholding',
  does,
  sends: (parcel, actor) => (fits(which, parcel, actor) ? DROP : undefined),
});

/**
 * Sends this when the chain has that height, and no earlier.
 *
 * @param until - given the height at which its engine first wanted to send it
 */
export function late(which: Which, until: (actor: Actor, since: number) => number, does: string): Strategy {
  let since: number | undefined;
  return {
    name: 'late',
    does,
    sends: (parcel, actor) => {
      if (!fits(which, parcel, actor)) return undefined;
      since ??= actor.height;
      const height = until(actor, since);
      return actor.height < height ? { kind: 'hold', until: height } : undefined;
    },
  };
}

/** From the moment at which it should send this, it neither sends nor publishes anything. */
export function silentAt(step: MessageKind): Strategy {
  let silent = false;
  return {
    name: 'silent',
    does: `says and publishes nothing from the step "${step}" on`,
    sends: ({ inner }) => {
      silent ||= inner.kind === step;
      return silent ? DROP : undefined;
    },
    publishes: () => !silent,
  };
}

/**
 * Sends something else in place of its own words, sealed by its own key: an honest engine in a liar's hands. The same words become the same
 * other words for everybody.
 *
 * @param to - to whom it lies
 */
export function tampers<K extends ChannelMessage['kind']>(
  kind: K,
  change: (message: MessageOf<K>, actor: Actor) => ChannelMessage,
  does: string,
  to: (name: string) => boolean = () => true,
): Strategy {
  const sealed = new Map<string, Uint8Array>();
  return {
    name: 'tampering',
    does,
    sends: (parcel, actor) => {
      const own = equalBytes(parcel.inner.from, actor.messageKey);
      const message = own && to(parcel.to) ? contentAs(parcel, kind) : undefined;
      if (message === undefined) return undefined;
      const key = toHex(parcel.inner.signature);
      const changed = sealed.get(key) ?? actor.seal(change(message, actor));
      sealed.set(key, changed);
      const bytes = directly(parcel) ? changed : actor.sealPost(changed);
      return { kind: 'replace', bytes };
    },
  };
}
