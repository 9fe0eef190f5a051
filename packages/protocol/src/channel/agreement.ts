import { buildGraph } from '../transactions/build-graph.ts';
import type { Graph } from '../transactions/graph.ts';
import type { Agreement } from './state.ts';

const built = new WeakMap<Agreement, Graph>();

/** Υ of an agreement; built once an object, since everything in it follows from the agreement. */
export function graphOf(agreement: Agreement): Graph {
  let graph = built.get(agreement);
  if (graph === undefined) {
    graph = buildGraph(agreement);
    built.set(agreement, graph);
  }
  return graph;
}
