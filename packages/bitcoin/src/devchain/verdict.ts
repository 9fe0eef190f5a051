/** What kind of rule a transaction or block broke; decides how a package treats the refusal. */
export type RejectionKind =
  /** Invalid under the rules of every node. */
  | 'consensus'
  /** An input is neither unspent nor in the mempool. */
  | 'missing-inputs'
  /** Not yet final or mature. */
  | 'premature'
  /** Already there, or in conflict with what is there. */
  | 'conflict'
  /** Standardness of the transaction, its inputs or its witness. */
  | 'not-standard'
  /** Mempool policy. */
  | 'policy'
  /** Pays too little by itself: may pass in a package. */
  | 'reconsiderable';

/** A refusal in Bitcoin Core's words. */
export interface Rejection {
  readonly kind: RejectionKind;
  /** Core's reject reason, e.g. `non-BIP68-final`. */
  readonly reason: string;
  /** Core's debug message; may be empty. */
  readonly details: string;
}

export function rejection(kind: RejectionKind, reason: string, details = ''): Rejection {
  return { kind, reason, details };
}

/** Reason and details in one line, as Core prints a validation state. */
export function rejectionText(refused: Rejection): string {
  return refused.details === '' ? refused.reason : `${refused.reason}, ${refused.details}`;
}
