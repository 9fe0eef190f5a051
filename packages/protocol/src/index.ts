export * from './primitives/brands.ts';
export * from './primitives/bytes.ts';
export * from './primitives/cbor.ts';
export * from './primitives/errors.ts';
export * from './primitives/tagged-hash.ts';
