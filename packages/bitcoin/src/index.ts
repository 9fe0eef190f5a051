export * from './transaction/index.ts';
