import { encodeCommitment, opReturnScript } from '../contract/announcements.ts';
import { ROLES } from '../contract/party.ts';
import { sharedAmount } from '../contract/payouts.ts';
import { type Hash32, satoshi, xOnlyKey } from '../primitives/brands.ts';
import type { GraphInput, GraphOutput, GraphTransaction } from './graph.ts';
import type { OutputKinds } from './outputs.ts';
import { stakeInput } from './stakes.ts';
import type { GraphTerms } from './terms.ts';
import { finishTransaction } from './transaction.ts';
import { NO_WAIT_SEQUENCE } from './unsigned.ts';

/**
 * T §Tx0: the computing contract as the chain sees it. Inputs C, W, V, A_1..A_n; outputs the shared money, the stakes,
 * the bond, OP_RETURN, then the changes of C, W, V. What the inputs bring beyond that is the fee.
 */
export function commitmentTransaction(
  terms: GraphTerms,
  contractHash: Hash32,
  kinds: OutputKinds,
): GraphTransaction {
  const { parameters, contract, arbiters } = terms;
  const inputs: GraphInput[] = [
    ...ROLES.flatMap((role) =>
      contract[role].funding.map(
        ({ outpoint, amount, script }): GraphInput => ({
          outpoint,
          sequence: NO_WAIT_SEQUENCE,
          prevout: { amount, script },
          spend: { kind: 'key', owner: role, key: xOnlyKey(script.slice(2)) },
        }),
      ),
    ),
    ...arbiters.map((arbiter, i) => stakeInput(arbiter.stake, i + 1)),
  ];
  const data = opReturnScript(encodeCommitment(contract.parametersTxid, contractHash));
  const outputs: GraphOutput[] = [
    kinds.shared(sharedAmount(parameters, contract)),
    ...arbiters.map((arbiter, i) => kinds.stake(i + 1, arbiter.stake.coin.amount + contract.retainer)),
    kinds.bond(contract.bond),
    { amount: satoshi(0n), script: data, payee: 'data', leaves: [] },
    ...ROLES.flatMap((role): GraphOutput[] => {
      const { change } = contract[role];
      return change === null ? [] : [{ ...change, payee: role, leaves: [] }];
    }),
  ];
  return finishTransaction({ id: 'Tx0', wait: 0, inputs, outputs });
}
