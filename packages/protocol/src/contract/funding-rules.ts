import { xOnlyKey } from '../primitives/brands.ts';
import { toHex } from '../primitives/bytes.ts';
import { EncodingError } from '../primitives/errors.ts';
import type { Contract } from './contract.ts';
import { outpointKey } from './outpoint.ts';
import type { Parameters } from './parameters.ts';
import { ROLES } from './party.ts';
import { DUST } from './payouts.ts';
import { RuleError } from './rule-error.ts';

/** What C, W and V owe Tx0:0..n+1 (T §Tx0); the Client's fee comes on top. */
export function owed(p: Parameters, c: Contract): Readonly<Record<(typeof ROLES)[number], bigint>> {
  return {
    client: c.reward + c.settlementFee + BigInt(p.n) * c.retainer + c.bond,
    worker: p.w,
    verifier: p.v,
  };
}

/** Every breach of C20 and D15 by the coins and changes of C, W and V. */
export function fundingViolations(p: Parameters, c: Contract): readonly RuleError[] {
  const broken: RuleError[] = [];
  const debts = owed(p, c);
  for (const role of ROLES) {
    const { funding, change } = c[role];
    const brought = funding.reduce((sum, coin) => sum + coin.amount, 0n);
    const back = change?.amount ?? 0n;
    // C20: an output below 330 sat would make Tx0 non-standard.
    if (funding.length === 0 || brought < debts[role] + back || (change !== null && change.amount < DUST)) {
      broken.push(
        new RuleError(
          'C20',
          'the funding coins cover what a party owes and its change of at least 330 satoshis',
          { party: role, brought, owed: debts[role], change: back },
          'Bring more coins, or leave the rest to the fee.',
        ),
      );
    }
    // C20: any other script can make Tx0 non-standard (a second OP_RETURN, a higher dust limit), and nobody would relay it.
    if (change !== null && !isTaproot(change.script)) {
      broken.push(
        new RuleError(
          'C20',
          'a change is paid to a P2TR output',
          { party: role, script: toHex(change.script) },
          'Give a BIP86 address for the change.',
        ),
      );
    }
    for (const coin of funding) {
      if (!isTaproot(coin.script)) {
        broken.push(
          new RuleError(
            'D15',
            'Tx0 is funded by P2TR coins, whose spending cannot be changed by others',
            { party: role, outpoint: outpointKey(coin.outpoint), script: toHex(coin.script) },
            'Move the money to a BIP86 address first.',
          ),
        );
      }
    }
  }
  return broken;
}

/** Whether a script is `OP_1 <key>` with a key that somebody can sign for (BIP341). */
function isTaproot(script: Uint8Array): boolean {
  if (script.length !== 34 || script[0] !== 0x51 || script[1] !== 0x20) return false;
  try {
    xOnlyKey(script.slice(2));
    return true;
  } catch (error) {
    if (error instanceof EncodingError) return false;
    throw error;
  }
}
