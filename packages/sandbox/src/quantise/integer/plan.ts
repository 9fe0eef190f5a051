import type { Source } from '../../model/graph.ts';
import { quantisationOf, type RealRange } from '../calibration.ts';
import {
  type FloatNode,
  type FloatUnary,
  type Network,
  networkInputs,
  type Quantisation,
} from '../network.ts';

/** What follows a node at once and is part of its rounding. */
export interface Fusion {
  /** The activation's tensor. */
  readonly target: Source;
  readonly activation: FloatUnary;
}

/**
 * The activations that become part of the node before them: what nothing else takes, and what the network does not quantise in between.
 * By the tensor before the activation.
 */
export function fusions({ nodes, tensors, output }: Network): ReadonlyMap<Source, Fusion> {
  const takers = new Map<Source, number[]>();
  for (const [index, node] of nodes.entries()) {
    for (const source of networkInputs(node)) takers.set(source, [...(takers.get(source) ?? []), index]);
  }
  const found = new Map<Source, Fusion>();
  for (const [source, indices] of takers) {
    const before = nodes[source - 1];
    const after = nodes[indices[0]!]!;
    if (before === undefined || indices.length !== 1 || source === output || tensors[source]!.given !== null)
      continue;
    const clips = after.op === 'clip' && (before.op === 'add' || 'weights' in before);
    if (clips || (after.op === 'leaky' && 'weights' in before)) {
      found.set(source, { target: indices[0]! + 1, activation: after });
    }
  }
  return found;
}

/** Operators that give cells of their input as they are. */
const KEEPS: ReadonlySet<FloatNode['op']> = new Set(['maxpool', 'reshape']);

/**
 * The quantisation of every tensor: what the network says, that of the input where an operator does not change values, else one that covers
 * what was observed.
 *
 * @param observed - called when a range is needed, so that a network that says everything needs no data
 */
export function quantisations(
  { nodes, tensors }: Network,
  skipped: ReadonlyMap<Source, Fusion>,
  observed: (source: Source) => RealRange,
): readonly Quantisation[] {
  const made: Quantisation[] = [];
  for (const [source, { given }] of tensors.entries()) {
    const node = nodes[source - 1];
    const kept = node !== undefined && 'input' in node && KEEPS.has(node.op) ? made[node.input] : undefined;
    const chosen = given ?? kept;
    // What is between a node and its activation is never rounded: nobody asks for its quantisation.
    made.push(chosen ?? (skipped.has(source) ? UNUSED : quantisationOf(observed(source))));
  }
  return made;
}

const UNUSED: Quantisation = { scale: 1, zeroPoint: 0 };
