import { type Contract, equalBytes, outpointKey, ROLES, type Role } from '@prometheus-compute/protocol';
import type { Chain } from '../../ports/chain.ts';

/**
 * The first coin of a contract that is not a confirmed and unspent output as the contract describes it, and whose it is.
 * BIP341 signatures commit to the amounts that are claimed, so nobody's signature shows that a coin exists.
 */
export async function missingCoin(
  contract: Contract,
  chain: Chain,
): Promise<{ readonly culprit: Role; readonly reason: string } | undefined> {
  for (const role of ROLES) {
    for (const coin of contract[role].funding) {
      const output = await chain.output(coin.outpoint);
      const name = outpointKey(coin.outpoint);
      if (output === undefined) {
        return { culprit: role, reason: `the ${role}'s coin ${name} is not a confirmed and unspent output` };
      }
      if (output.amount !== coin.amount || !equalBytes(output.script, coin.script)) {
        return { culprit: role, reason: `the ${role}'s coin ${name} is not what the contract says` };
      }
    }
  }
  return undefined;
}
