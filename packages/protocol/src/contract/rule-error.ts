import { CodedError } from '../primitives/errors.ts';

/** Rules on the parameters P (docs/protocol, T §Constraints). */
export type ParameterRule =
  | 'P1'
  | 'P2'
  | 'P3'
  | 'P4'
  | 'P5'
  | 'P6'
  | 'P7'
  | 'P8'
  | 'P9'
  | 'P10'
  | 'P11'
  | 'P12';

/** Rules on a contract C under its P (docs/protocol, T §Constraints). */
export type ContractRule =
  | 'C1'
  | 'C2'
  | 'C3'
  | 'C4'
  | 'C5'
  | 'C6'
  | 'C7'
  | 'C8'
  | 'C9'
  | 'C10'
  | 'C11'
  | 'C12'
  | 'C13'
  | 'C14'
  | 'C15'
  | 'C16'
  | 'C17'
  | 'C18'
  | 'C19'
  | 'C20'
  | 'C21'
  | 'C22'
  | 'C23'
  | 'C24';

/** A coin of Tx0 that is no P2TR output, or a stake whose script is not what it says (D15, D7). */
export type CoinRule = 'D15' | 'D7';

/** Every rule whose breach makes a node refuse to sign. */
export type RuleId = ParameterRule | ContractRule | CoinRule;

/** Terms that break a rule: nobody signs them. `code` is the rule's id. */
export class RuleError extends CodedError<RuleId> {
  constructor(
    id: RuleId,
    statement: string,
    evidence: Readonly<Record<string, string | number | bigint | boolean>>,
    remedy: string,
  ) {
    const values = Object.entries(evidence)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', ');
    super(id, `Rule ${id} is broken: ${statement}${values === '' ? '' : ` (${values})`}.`, {
      evidence,
      rule: `${id}: ${statement}`,
      remedy,
    });
  }
}
