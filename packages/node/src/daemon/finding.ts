import type { CodedError } from '@prometheus-compute/protocol';

/** How one thing was found. */
export interface Finding {
  /** What was looked at. */
  readonly check: string;
  readonly state: 'good' | 'warning' | 'bad';
  readonly found: string;
  /** What to do; null where there is nothing. */
  readonly remedy: string | null;
}

export const good = (check: string, found: string): Finding => ({
  check,
  state: 'good',
  found,
  remedy: null,
});
export const warning = (check: string, found: string, remedy: string): Finding => ({
  check,
  state: 'warning',
  found,
  remedy,
});
export const bad = (check: string, found: string, remedy: string): Finding => ({
  check,
  state: 'bad',
  found,
  remedy,
});

/** What an error says, as a finding. */
export function ofError(check: string, error: CodedError<string>): Finding {
  return bad(check, error.message, error.remedy ?? 'docs/node.md says how it should be.');
}
