/** Satoshis per 1000 vB for transactions whose time does not matter: twice what a quiet network asks for. */
export const RELAY_FEE_RATE = 2_000n;
