import { describe, expect, it } from 'vitest';
import { encodeModel, loadModel, type ModelNode, plainEngine } from '../../src/index.ts';
import { randomModel, randomRows } from '../build/random-model.ts';
import { expected } from './expected.ts';

const GRAPHS = 300;

describe('engines and the definition', () => {
  it(`plain engine: ${GRAPHS} random graphs give the outputs, row records and activations of the definition`, () => {
    const seen = new Map<string, number>();
    for (let seed = 0; seed < GRAPHS; seed++) {
      const model = loadModel(encodeModel(randomModel(seed)));
      const input = randomRows(model, 1 + (seed % 3), seed);
      const engine = plainEngine(model);
      const { output, trace } = engine.run(input);
      const right = expected(model, input);
      expect(Buffer.compare(output, right.output), `output of ${seed}`).toBe(0);
      expect(Buffer.compare(trace, right.trace), `records of ${seed}`).toBe(0);
      const derived = engine.derive(input, trace);
      expect(Buffer.compare(derived.output, right.output), `derived output of ${seed}`).toBe(0);
      for (const layer of model.linear.filter(({ checked }) => checked)) {
        expect(derived.activations(layer), `activations of ${seed}`).toEqual(right.activations(layer.node));
      }
      for (const { op } of model.model.nodes) count(seen, op);
      for (const { checked } of model.linear) count(seen, checked ? 'checked' : 'recomputed');
    }
    const every: readonly (ModelNode['op'] | 'checked' | 'recomputed')[] = [
      'conv',
      'gemm',
      'requant',
      'table',
      'maxpool',
      'avgpool',
      'add',
      'concat',
      'reshape',
      'argmax',
      'checked',
      'recomputed',
    ];
    for (const kind of every) expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(50);
  });
});

function count(seen: Map<string, number>, kind: string): void {
  seen.set(kind, (seen.get(kind) ?? 0) + 1);
}
