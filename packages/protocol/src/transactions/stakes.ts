import { outpointKey } from '../contract/outpoint.ts';
import { arbiterParty, type Party } from '../contract/party.ts';
import { RuleError } from '../contract/rule-error.ts';
import { type XOnlyKey, xOnlyKey } from '../primitives/brands.ts';
import { equalBytes } from '../primitives/bytes.ts';
import { EncodingError } from '../primitives/errors.ts';
import type { GraphInput, Spend } from './graph.ts';
import { keyAfter } from './script.ts';
import { bip86Script, commitsToLeaf } from './taproot.ts';
import type { Stake } from './terms.ts';
import { NO_WAIT_SEQUENCE } from './unsigned.ts';

function notAStake(stake: Stake, why: string): RuleError {
  return new RuleError(
    'D7',
    'a stake is the output of an offer, or of a closed contract after its t4',
    { outpoint: outpointKey(stake.coin.outpoint), why },
    'Leave this arbiter out: its stake could not be spent into Tx0.',
  );
}

/**
 * The key that alone can spend a stake: O_i, or the old A_i of a renewed stake. It signs the acceptance.
 * @throws RuleError `D7` when a renewed stake's leaf is no `<key> CHECKSIGVERIFY <t4> CHECKSEQUENCEVERIFY`
 */
export function stakeKey(stake: Stake): XOnlyKey {
  if (stake.kind === 'offer') return stake.offerKey;
  try {
    const key = xOnlyKey(stake.leafScript.slice(1, 33));
    if (equalBytes(stake.leafScript, keyAfter(key, stake.sequence))) return key;
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
  }
  throw notAStake(stake, 'the leaf is not that of a stake');
}

/** How A_i spends its stake into Tx0. @throws RuleError `D7` when the coin's script is not what the stake says */
function stakeSpend(stake: Stake, owner: Party): Spend {
  const { script } = stake.coin;
  const key = stakeKey(stake);
  if (stake.kind === 'offer') {
    if (!equalBytes(script, bip86Script(key)))
      throw notAStake(stake, 'the coin is not that of the offer key');
    return { kind: 'key', owner, key: xOnlyKey(script.slice(2)) };
  }
  const { leafScript, controlBlock, sequence } = stake;
  if (sequence < 1 || sequence > 0xffff || !commitsToLeaf(script, leafScript, controlBlock)) {
    throw notAStake(stake, 'the coin does not commit to the leaf');
  }
  return { kind: 'leaf', script: leafScript, controlBlock, signers: [owner], keys: [key] };
}

/** Input of Tx0 that brings in the stake of A_i. @throws RuleError `D7` */
export function stakeInput(stake: Stake, index: number): GraphInput {
  const { outpoint, amount, script } = stake.coin;
  return {
    outpoint,
    sequence: stake.kind === 'offer' ? NO_WAIT_SEQUENCE : stake.sequence,
    prevout: { amount, script },
    spend: stakeSpend(stake, arbiterParty(index)),
  };
}
