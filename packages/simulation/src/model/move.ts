import type { ArbiterSet } from './arbiter-set.ts';
import type { Audience, ChainId } from './state.ts';

/** One choice of the coalition, or of chance: an early or a late Worker, the order in which things confirm. */
export type Move =
  /** The Worker's delivery; `later` puts it off to the last moment. */
  | {
      readonly kind: 'deliver';
      readonly document: 'right' | 'bad' | 'hidden' | 'absent' | 'later';
      readonly audience: Audience;
    }
  /** The Worker's opening. */
  | { readonly kind: 'open'; readonly document: 'right' | 'bad' | 'absent' | 'later' }
  /** The Verifier opens s_V, the Client s_C, or does not. */
  | {
      readonly kind: 'seed';
      readonly of: 'client' | 'verifier';
      readonly seed: 'given' | 'withheld' | 'aside' | 'later';
    }
  /** The Worker posts a second opening at the last moment. */
  | { readonly kind: 'equivocate'; readonly second: boolean }
  /** The Verifier says r = 1 and signs Tx4, with or without having checked. */
  | { readonly kind: 'verdict'; readonly checked: boolean }
  /** The Client gives W its adaptor signature on Tx4. */
  | { readonly kind: 'release' }
  /** Claims are in: these honest arbiters have one that they confirm. */
  | { readonly kind: 'claim'; readonly convinced: ArbiterSet }
  /** Votes of the coalition's arbiters. */
  | { readonly kind: 'vote'; readonly one: ArbiterSet; readonly zero: ArbiterSet }
  /** Arbiters of the coalition that sign in this stage, for everybody to see. */
  | { readonly kind: 'sign'; readonly signers: ArbiterSet }
  /** At Δ_2 − 2Δ the coalition completes a Tx8_S, or does not. */
  | { readonly kind: 'complete'; readonly set: ArbiterSet }
  /** The next block holds this transaction. */
  | { readonly kind: 'confirm'; readonly id: ChainId }
  /** C, W, V and k arbiters take what TxA pools (D6). */
  | { readonly kind: 'take' }
  /** Empty blocks up to this tip. */
  | { readonly kind: 'wait'; readonly until: number };

/** A move in a line that a person can read. */
export function describeMove(move: Move): string {
  switch (move.kind) {
    case 'deliver':
      return move.document === 'later'
        ? 'the delivery comes late'
        : `delivery: ${move.document}${toWhom(move.audience)}`;
    case 'open':
      return move.document === 'later' ? 'the opening comes late' : `opening: ${move.document}`;
    case 'seed':
      return `${move.of === 'client' ? 's_C' : 's_V'}: ${move.seed}`;
    case 'equivocate':
      return move.second ? 'W posts a second opening' : 'one opening only';
    case 'verdict':
      return `V says r = 1 ${move.checked ? 'after checking' : 'without checking'}`;
    case 'release':
      return 'C releases Tx4';
    case 'claim':
      return `claims that honest arbiters confirm: ${move.convinced === 0 ? 'none' : bits(move.convinced)}`;
    case 'vote':
      return `votes of the coalition: d = 1 ${bits(move.one)}, d = 0 ${bits(move.zero)}`;
    case 'sign':
      return `of the coalition sign: ${bits(move.signers)}`;
    case 'complete':
      return move.set === 0
        ? 'no signature comes late'
        : `Tx8 by ${bits(move.set)} is complete when W has no time left`;
    case 'confirm':
      return move.id;
    case 'take':
      return 'the coalition takes what is pooled';
    case 'wait':
      return `tip ${move.until}`;
  }
}

const bits = (set: ArbiterSet): string =>
  `{${[...set.toString(2)]
    .reverse()
    .flatMap((bit, i) => (bit === '1' ? [i + 1] : []))
    .join(',')}}`;

const toWhom = (audience: Audience): string =>
  audience === 7 ? '' : ` (to${[' C', ' V', ' arbiters'].filter((_, i) => audience & (1 << i)).join(',')})`;
