import type { Contract } from '../../contract/contract.ts';
import { outpointKey } from '../../contract/outpoint.ts';
import type { Role } from '../../contract/party.ts';
import type { RuleError } from '../../contract/rule-error.ts';
import { toHex } from '../../primitives/bytes.ts';
import { xOnlyOf } from '../../primitives/point-lock.ts';

const PARTNERS = ['verifier', 'worker'] as const satisfies readonly Role[];

/**
 * The partner whose part of the terms breaks a rule, whichever part came first: who is named in it, or brought what stands there
 * twice. V before W, and either before C, for C had shown its part first. Null: the terms that C itself wrote.
 */
export function partnerAtFault(contract: Contract, { evidence }: RuleError): Role | null {
  const named = PARTNERS.find((role) => role === evidence.party);
  if (named !== undefined) return named;
  const twice = [evidence.key, evidence.outpoint];
  return PARTNERS.find((role) => broughtBy(role, contract).some((thing) => twice.includes(thing))) ?? null;
}

/** Keys in hex and outpoints of a partner; W chose the locks as well. */
function broughtBy(role: (typeof PARTNERS)[number], contract: Contract): readonly string[] {
  const { messageKey, transactionKey, funding } = contract[role];
  const locks = role === 'worker' ? [xOnlyOf(contract.pointLock), contract.verificationLock] : [];
  return [
    ...[messageKey, transactionKey, ...locks].map(toHex),
    ...funding.map(({ outpoint }) => outpointKey(outpoint)),
  ];
}
