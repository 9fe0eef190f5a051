/** Columns of the terminal that a stream leads to; without a terminal there is no limit. */
export function terminalColumns(stream: { readonly columns?: number }): number {
  return stream.columns ?? Number.POSITIVE_INFINITY;
}
