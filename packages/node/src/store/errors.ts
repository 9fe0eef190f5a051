export { StoreError } from '../ports/store-error.ts';
