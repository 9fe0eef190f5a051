/** Capacity that a maximum flow has left on each edge; the source is node n, the sink node n + 1. */
type Residual = readonly ReadonlyMap<number, bigint>[];

/**
 * The subset of nodes, closed under `parents`, whose weights have the largest sum: a maximum flow from the nodes
 * with positive weight to those with negative weight, through the edges from child to parent (Picard's reduction).
 *
 * @param weights - of the nodes 0..n−1
 * @param parents - for each node, those that must be chosen with it
 * @returns the smallest subset with the largest sum; empty when no subset has a positive sum
 */
export function maximumClosure(
  weights: readonly bigint[],
  parents: readonly (readonly number[])[],
): ReadonlySet<number> {
  const source = weights.length;
  const chosen = reached(maximumFlow(weights, parents), source);
  return new Set([...chosen.keys()].filter((node) => node !== source));
}

/**
 * Where no closed subset has a positive sum: for each node, the smallest closed subset with it whose sum is zero, or
 * undefined when there is none. These are the cuts of equal capacity (Picard and Queyranne).
 */
export function balancedClosures(
  weights: readonly bigint[],
  parents: readonly (readonly number[])[],
): readonly (ReadonlySet<number> | undefined)[] {
  const sink = weights.length + 1;
  const residual = maximumFlow(weights, parents);
  return weights.map((_, node) => {
    const closure = reached(residual, node);
    closure.delete(weights.length);
    return closure.has(sink) ? undefined : new Set(closure.keys());
  });
}

function maximumFlow(weights: readonly bigint[], parents: readonly (readonly number[])[]): Residual {
  const source = weights.length;
  const sink = source + 1;
  const residual: Map<number, bigint>[] = Array.from({ length: sink + 1 }, () => new Map());
  let unlimited = 1n;
  for (const weight of weights) if (weight > 0n) unlimited += weight;
  for (const [node, weight] of weights.entries()) {
    if (weight > 0n) residual[source]!.set(node, weight);
    if (weight < 0n) residual[node]!.set(sink, -weight);
    for (const parent of parents[node]!) residual[node]!.set(parent, unlimited);
  }
  for (
    let path = findPath(residual, source, sink);
    path !== undefined;
    path = findPath(residual, source, sink)
  ) {
    let flow = unlimited;
    for (const [from, to] of path) {
      const capacity = residual[from]!.get(to)!;
      if (capacity < flow) flow = capacity;
    }
    for (const [from, to] of path) {
      residual[from]!.set(to, residual[from]!.get(to)! - flow);
      residual[to]!.set(from, (residual[to]!.get(from) ?? 0n) + flow);
    }
  }
  return residual;
}

/** Breadth-first from `start` over edges with capacity left: each node reached, with the one before it. */
function reached(residual: Residual, start: number): Map<number, number> {
  const before = new Map([[start, start]]);
  // A map visits what is added while it is walked.
  for (const node of before.keys()) {
    for (const [next, capacity] of residual[node]!) {
      if (capacity > 0n && !before.has(next)) before.set(next, node);
    }
  }
  return before;
}

function findPath(residual: Residual, source: number, sink: number): [number, number][] | undefined {
  const before = reached(residual, source);
  if (!before.has(sink)) return undefined;
  const path: [number, number][] = [];
  for (let node = sink; node !== source; node = before.get(node)!) path.unshift([before.get(node)!, node]);
  return path;
}
