import type { z } from 'zod';
import type { Json } from './json.ts';

/** Who calls, as far as a method needs to know. */
export interface ControlCall {
  /** Aborted when the caller has gone, or the daemon ends: whoever waits stops waiting. */
  readonly signal: AbortSignal;
}

/** One method of the control socket. */
export interface ControlMethod {
  readonly name: string;
  /** What it takes; everything else is refused before {@link run}. */
  readonly params: z.ZodType;
  run(params: unknown, call: ControlCall): Promise<Json>;
}

/**
 * A method, with the type of its parameters from their schema. Use `z.strictObject`: what it does not know is refused.
 *
 * @example controlMethod('address', z.strictObject({ fresh: z.boolean().default(false) }), async ({ fresh }) => …)
 */
export function controlMethod<Params>(
  name: string,
  params: z.ZodType<Params>,
  run: (params: Params, call: ControlCall) => Promise<Json>,
): ControlMethod {
  // The server hands over what this very schema has given.
  return { name, params, run: (given, call) => run(given as Params, call) };
}

/** The methods of a daemon, by name. Rooms add theirs before the server starts. */
export class ControlMethods {
  readonly #methods = new Map<string, ControlMethod>();

  /** @throws RangeError when the name is taken */
  add(...methods: readonly ControlMethod[]): this {
    for (const method of methods) {
      if (this.#methods.has(method.name)) throw new RangeError(`there are two methods ${method.name}`);
      this.#methods.set(method.name, method);
    }
    return this;
  }

  get(name: string): ControlMethod | undefined {
    return this.#methods.get(name);
  }

  get names(): readonly string[] {
    return [...this.#methods.keys()];
  }
}
