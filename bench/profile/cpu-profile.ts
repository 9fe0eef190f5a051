import { type Profiler, type Runtime, Session } from 'node:inspector/promises';

/** Microseconds between two samples. */
const SAMPLING_INTERVAL = 200;

/** A sampled call stack, innermost function first, with the time that it stands for. */
export interface Sample {
  readonly stack: readonly Runtime.CallFrame[];
  readonly milliseconds: number;
}

/** Samples the processor time of this thread between two calls. */
export class CpuProfile {
  readonly #session = new Session();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL });
    await this.#session.post('Profiler.start');
  }

  async stop(): Promise<readonly Sample[]> {
    const { profile } = await this.#session.post('Profiler.stop');
    this.#session.disconnect();
    return samplesOf(profile);
  }
}

function samplesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): readonly Sample[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const micros = new Map<number, number>();
  samples.forEach((id, i) => {
    micros.set(id, (micros.get(id) ?? 0) + (timeDeltas[i + 1] ?? 0));
  });
  return [...micros].map(([leaf, time]) => {
    const stack: Runtime.CallFrame[] = [];
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
      stack.push(byId.get(id)!.callFrame);
    }
    return { stack, milliseconds: time / 1000 };
  });
}
