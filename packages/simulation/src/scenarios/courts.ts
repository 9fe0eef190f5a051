/** The default court, and the smallest, which is enough where arbiters only stand by. */
export const COURT = { n: 5, k: 4 };
export const SMALL_COURT = { n: 3, k: 3 };
