export * from './transaction/index.ts';
export * from './crypto/index.ts';
export * from './script/index.ts';
