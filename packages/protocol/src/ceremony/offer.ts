import type { Coin } from '../contract/contract.ts';
import { type Outpoint, outpointKey } from '../contract/outpoint.ts';
import type { Satoshi, XOnlyKey } from '../primitives/brands.ts';
import { equalBytes } from '../primitives/bytes.ts';
import { assertNever } from '../primitives/errors.ts';
import { keyAfter } from '../transactions/script.ts';
import { bip86Script, commitsToLeaf } from '../transactions/taproot.ts';
import type { Stake } from '../transactions/terms.ts';
import type { Acceptance } from '../wire/ceremony.ts';
import type { StakeProof } from '../wire/fields.ts';

/** A stake that an arbiter offers for one P: out0 of a T_O, or a renewed stake (Y §Snapshot). */
export interface Offer {
  readonly outpoint: Outpoint;
  readonly amount: Satoshi;
  /** Signs acceptances: O_i, or the arbiter's key in the contract whose stake is renewed. */
  readonly offerKey: XOnlyKey;
  readonly confirmedHeight: number;
  /** Height of the block that spends it; absent while it is unspent. */
  readonly spentHeight?: number | undefined;
  readonly stake: Stake;
}

/** A stake's output as the chain shows it. */
export interface SeenStake {
  readonly coin: Coin;
  readonly confirmedHeight: number;
  readonly spentHeight?: number | undefined;
}

/**
 * The offer that an output of the chain is, by what its owner shows: O_i of a BIP86 output, or the leaf of a renewed
 * stake with its control block.
 * @returns undefined when the output does not commit to what is shown
 */
export function offerOf(seen: SeenStake, proof: StakeProof): Offer | undefined {
  const stake = stakeOf(seen.coin, proof);
  if (stake === undefined) return undefined;
  const { coin, confirmedHeight, spentHeight } = seen;
  const { outpoint, amount } = coin;
  return { outpoint, amount, offerKey: proof.offerKey, confirmedHeight, spentHeight, stake };
}

function stakeOf(coin: Coin, proof: StakeProof): Stake | undefined {
  switch (proof.kind) {
    case 'offer': {
      const owned = equalBytes(bip86Script(proof.offerKey), coin.script);
      return owned ? { kind: 'offer', coin, offerKey: proof.offerKey } : undefined;
    }
    case 'renewed': {
      const { offerKey, sequence, leafScript, controlBlock } = proof;
      if (sequence < 1 || sequence > 0xffff) return undefined;
      const owned =
        equalBytes(keyAfter(offerKey, sequence), leafScript) &&
        commitsToLeaf(coin.script, leafScript, controlBlock);
      return owned ? { kind: 'renewed', coin, sequence, leafScript, controlBlock } : undefined;
    }
    default:
      return assertNever(proof);
  }
}

/** The agreed block at which offers are counted, and how old they have to be by then. */
export interface Snapshot {
  /** h_s */
  readonly height: number;
  /** Blocks: 144, or 6 on a development chain (M §Defaults). Keeps anybody from offering for one known draw (D21). */
  readonly minimumAge: number;
}

/** Whether an offer counts at the snapshot, and if not, why. */
export function eligibility(offer: Offer, snapshot: Snapshot): 'eligible' | 'stake-spent' | 'stake-young' {
  if (offer.spentHeight !== undefined && offer.spentHeight <= snapshot.height) return 'stake-spent';
  const age = snapshot.height - offer.confirmedHeight;
  const wait = offer.stake.kind === 'renewed' ? offer.stake.sequence : 0;
  return age >= Math.max(snapshot.minimumAge, wait) ? 'eligible' : 'stake-young';
}

/**
 * 𝔸 | P_x: the offers for P that were unspent at block `height` and at least `minimumAge` blocks old. A renewed stake
 * counts once its old t4 has passed.
 */
export function eligible(offers: readonly Offer[], height: number, minimumAge: number): readonly Offer[] {
  return offers.filter((offer) => eligibility(offer, { height, minimumAge }) === 'eligible');
}

/** The offers that acceptances are about: what the chain shows, joined with what their owners show. */
export function offersOf(stakes: readonly SeenStake[], acceptances: readonly Acceptance[]): readonly Offer[] {
  const seen = new Map(stakes.map((stake) => [outpointKey(stake.coin.outpoint), stake]));
  const offers = new Map<string, Offer>();
  for (const { outpoint, proof } of acceptances) {
    const key = outpointKey(outpoint);
    const stake = seen.get(key);
    const offer = stake && offerOf(stake, proof);
    if (offer !== undefined) offers.set(key, offer);
  }
  return [...offers.values()];
}
