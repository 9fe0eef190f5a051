import type { LoadedModel, Shape } from '@prometheus-compute/sandbox';

/** How many rows have the right class. */
export interface Share {
  readonly right: number;
  readonly rows: number;
}

/** One node of a model, with what it gives. */
export interface LayerFacts {
  readonly node: number;
  readonly operator: string;
  readonly shape: Shape;
  readonly type: string;
  /** Of a linear layer, null otherwise. */
  readonly linear: {
    readonly K: number;
    readonly N: number;
    readonly macs: number;
    readonly checked: boolean;
    readonly accumulatorBytes: number;
  } | null;
}

/** Every node of a model. */
export function layersOf({ model, tensors, linear }: LoadedModel): readonly LayerFacts[] {
  return model.nodes.map(({ op }, node) => {
    const { shape, type } = tensors[node + 1]!;
    const layer = linear.find((of) => of.node === node);
    if (layer === undefined) return { node, operator: op, shape, type, linear: null };
    const { K, N, positions, checked, accBytes } = layer;
    const facts = { K, N, macs: K * N * positions, checked, accumulatorBytes: accBytes };
    return { node, operator: op, shape, type, linear: facts };
  });
}

/** How many of the classes are those of the labels. */
export function shareOf(classes: ArrayLike<number>, labels: Uint8Array): Share {
  let right = 0;
  for (let row = 0; row < labels.length; row++) if (classes[row] === labels[row]) right++;
  return { right, rows: labels.length };
}

/** How many points of a hundred the second share is below the first; negative where it is above. */
export function lossInPoints(before: Share, after: Share): number {
  return (100 * (before.right - after.right)) / before.rows;
}
