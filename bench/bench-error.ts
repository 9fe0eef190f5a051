/** A benchmark did not do what it measures, so its number would be worth nothing. */
export class BenchError extends Error {}
