import { errorFields } from '../telemetry/fields.ts';
import type { Log } from '../telemetry/log.ts';

/** Milliseconds that everything together may take to end. What is cut off then is taken up at the next start. */
const LIMIT = 20_000;

/** What has to be closed, in the reverse order in which it was opened. */
export class Closing {
  readonly #log: Log;
  #steps: (() => Promise<void>)[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** @returns `drop`: somebody else closes it from now on */
  add(step: () => Promise<void>): { drop(): void } {
    this.#steps.push(step);
    return {
      drop: () => {
        this.#steps = this.#steps.filter((other) => other !== step);
      },
    };
  }

  /** Closes one after another; what fails or takes too long keeps nothing else open. Never rejects. */
  async run(): Promise<void> {
    const late = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => late.resolve('late'), LIMIT);
    for (const step of this.#steps.toReversed()) {
      const outcome = await Promise.race([step().catch((cause: unknown) => cause ?? 'failed'), late.promise]);
      if (outcome === 'late') this.#log.warn('stop-overdue');
      else if (outcome !== undefined) this.#log.warn('failed', { task: 'closing', ...errorFields(outcome) });
    }
    clearTimeout(timer);
    this.#steps = [];
  }
}
