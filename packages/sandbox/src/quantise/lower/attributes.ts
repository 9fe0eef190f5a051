import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../../onnx/graph.ts';
import { onnxMalformed, onnxUnsupported } from '../../onnx/refusal.ts';

/** The attributes of a node, taken out one by one, so that none is passed over that would change what it computes. */
export class Attributes {
  readonly #place: string;
  readonly #left: Map<string, OnnxAttribute>;

  constructor({ name, attributes }: OnnxNode) {
    this.#place = name;
    this.#left = new Map(attributes);
  }

  int(name: string, otherwise: number): number {
    const taken = this.#take(name);
    if (taken === undefined) return otherwise;
    return taken.kind === 'int' ? taken.value : this.#wrong(name);
  }

  float(name: string, otherwise: number): number {
    const taken = this.#take(name);
    if (taken === undefined) return otherwise;
    if (taken.kind !== 'float' || !Number.isFinite(taken.value)) return this.#wrong(name);
    return taken.value;
  }

  text(name: string, otherwise: string): string {
    const taken = this.#take(name);
    if (taken === undefined) return otherwise;
    return taken.kind === 'text' ? taken.value : this.#wrong(name);
  }

  /** @param count - how many there are; undefined where the attribute is left out */
  ints(name: string, count: number): readonly number[] | undefined {
    const taken = this.#take(name);
    if (taken === undefined) return undefined;
    if (taken.kind !== 'ints') return this.#wrong(name);
    if (taken.value.length !== count) {
      onnxUnsupported(this.#place, `'${name}' has ${taken.value.length} numbers where ${count} can be used`);
    }
    return taken.value;
  }

  tensor(name: string): OnnxTensor | undefined {
    const taken = this.#take(name);
    if (taken === undefined) return undefined;
    return taken.kind === 'tensor' ? taken.value : this.#wrong(name);
  }

  /** Takes attributes that do not matter for a result. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#left.delete(name);
  }

  /** @throws SandboxError `onnx-unsupported` where there is an attribute that nobody took */
  done(): void {
    const [name] = this.#left.keys();
    if (name !== undefined) onnxUnsupported(this.#place, `the attribute '${name}' is not supported`);
  }

  #take(name: string): OnnxAttribute | undefined {
    const attribute = this.#left.get(name);
    this.#left.delete(name);
    return attribute;
  }

  #wrong(name: string): never {
    return onnxMalformed(this.#place, `its attribute '${name}' is of the wrong kind`);
  }
}
