export { verifySchnorr } from './secp256k1.ts';
export { VerificationCache } from './verification-cache.ts';
