import { EncodingError } from '../primitives/errors.ts';

/** Prefixes of the transactions that exist once per coherent set S. */
export type VariantFamily = 'Tx7' | 'Tx8' | 'Tx7c' | 'Tx9c' | 'Tx8c';
/** A decision by the coherent set S: `Tx7:1.2.4` for S = {1, 2, 4}. */
export type VariantId = `${VariantFamily}:${string}`;
/** Settlements outside the arbitration's decisions. */
export type PlainSettlementId = 'Tx1' | 'Tx3' | 'Tx4' | "Tx4'" | "Tx1'" | 'Tx5' | 'Tx6' | 'Tx6c';
/** A transaction that ends a contract and pays everybody (the rows of T §The tree that pay φ). */
export type SettlementId = PlainSettlementId | VariantId;

/** The paper's scheme #1..#7 of a settlement. */
export type Scheme = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Settlements outside the decisions, in the order of the tables. */
export const PLAIN_SETTLEMENTS = ['Tx1', 'Tx3', 'Tx4', "Tx4'", "Tx1'", 'Tx5', 'Tx6', 'Tx6c'] as const;
/** Decisions on TxA, then those on TxAc, in the order of the tables. */
export const VARIANT_FAMILIES = ['Tx7', 'Tx8', 'Tx7c', 'Tx9c', 'Tx8c'] as const;

/** Id of the decision of `family` by the ascending set `coherent`. */
export function variantId(family: VariantFamily, coherent: readonly number[]): VariantId {
  return `${family}:${coherent.join('.')}`;
}

/** A settlement taken apart. */
export type Settlement =
  | { readonly kind: 'plain'; readonly id: PlainSettlementId; readonly scheme: Scheme }
  | {
      readonly kind: 'decision';
      readonly family: VariantFamily;
      /** S, ascending 1-based indexes. */
      readonly coherent: readonly number[];
      readonly scheme: Scheme;
    };

const SCHEMES: Readonly<Record<PlainSettlementId | VariantFamily, Scheme>> = {
  Tx1: 1,
  "Tx1'": 1,
  Tx3: 2,
  Tx4: 3,
  "Tx4'": 3,
  Tx5: 4,
  Tx6: 5,
  Tx6c: 5,
  Tx7: 6,
  Tx7c: 6,
  Tx9c: 6,
  Tx8: 7,
  Tx8c: 7,
};

/** Takes a settlement's id apart. @throws EncodingError `shape-wrong` for no settlement of any graph */
export function parseSettlement(id: SettlementId): Settlement {
  const plain = PLAIN_SETTLEMENTS.find((name) => name === id);
  if (plain !== undefined) return { kind: 'plain', id: plain, scheme: SCHEMES[plain] };
  const [prefix, set] = id.split(':');
  const family = VARIANT_FAMILIES.find((name) => name === prefix);
  const coherent = (set ?? '').split('.').map(Number);
  const ascending = coherent.every((index, i) => Number.isInteger(index) && index > (coherent[i - 1] ?? 0));
  if (family === undefined || !ascending || variantId(family, coherent) !== id) {
    throw new EncodingError('shape-wrong', `${id} is no settlement`);
  }
  return { kind: 'decision', family, coherent, scheme: SCHEMES[family] };
}
