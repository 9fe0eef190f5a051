/** The three parties of a computing contract (paper, Table 1). */
export type Role = 'client' | 'worker' | 'verifier';
/** Everybody who has money in Tx0: C, W, V and the arbiters A_1..A_n (1-based, as in the tables). */
export type Party = Role | `arbiter:${number}`;

/** C, W, V: the order of the funding inputs and changes of Tx0. */
export const ROLES = ['client', 'worker', 'verifier'] as const satisfies readonly Role[];

/** The party A_i. */
export function arbiterParty(index: number): Party {
  return `arbiter:${index}`;
}

/** Index i of A_i, or undefined for C, W and V. */
export function arbiterIndex(party: Party): number | undefined {
  return party.startsWith('arbiter:') ? Number(party.slice('arbiter:'.length)) : undefined;
}

/** C, W, V, A_1..A_n: the order of Tx0's inputs. */
export function parties(arbiterCount: number): readonly Party[] {
  return [...ROLES, ...Array.from({ length: arbiterCount }, (_, i) => arbiterParty(i + 1))];
}
