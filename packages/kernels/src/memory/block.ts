/** What a block holds: int8 or raw bytes, int16, int32, or elements of F_p as 8 bytes each, always below p. */
export type BlockKind = 'int8' | 'int16' | 'int32' | 'field';

/** A piece of the memory of one {@link Memory}. It is good until its memory is released. */
export interface Block<Kind extends BlockKind = BlockKind> {
  readonly kind: Kind;
  /** In bytes; a multiple of the size of a value. */
  readonly address: number;
  /** In values. */
  readonly length: number;
}

/** Bytes of one value. */
export const VALUE_BYTES: Readonly<Record<BlockKind, number>> = { int8: 1, int16: 2, int32: 4, field: 8 };

/** Bytes of a whole block. */
export function blockBytes({ kind, length }: Block): number {
  return length * VALUE_BYTES[kind];
}

/** `length` values of a block from the value `from` on. It is checked when it is used, like every block. */
export function part<Kind extends BlockKind>(block: Block<Kind>, from: number, length: number): Block<Kind> {
  return { kind: block.kind, address: block.address + from * VALUE_BYTES[block.kind], length };
}
