import { Session } from 'node:inspector/promises';

/** Counts calls of functions in this whole process, by the engine's own counters. */
export class CallCounter {
  readonly #session = new Session();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  }

  /** Calls of functions, by `file:function`, where `file` is the end of the module's path. */
  async stop(wanted: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    this.#session.disconnect();
    return new Map(
      wanted.map((name) => {
        const [path, functionName] = name.split(':');
        const calls = result
          .filter(({ url }) => url.endsWith(`/${path}`))
          .flatMap(({ functions }) => functions)
          .filter((found) => found.functionName === functionName)
          .reduce((sum, { ranges }) => sum + (ranges[0]?.count ?? 0), 0);
        return [name, calls];
      }),
    );
  }
}
