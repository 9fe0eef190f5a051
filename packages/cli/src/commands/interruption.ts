/** Signals that stop a command in good order. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** A second Ctrl-C after this many milliseconds ends the process at once; earlier ones are the same key press. */
const IMPATIENCE = 1000;

/** What happens on Ctrl-C. */
export interface InterruptionHandlers {
  /** Called once, at the first Ctrl-C. */
  readonly onInterrupt: () => void;
  /** Called when a second Ctrl-C ends the process at once: removes what must not stay behind. */
  readonly onImpatience?: () => void;
}

/**
 * An AbortSignal that Ctrl-C triggers. After an interruption the handlers stay until the process ends: one Ctrl-C
 * may arrive twice (the terminal sends it to the whole process group, and npm passes it on), and the second must not
 * kill the process while it cleans up.
 */
export function interruptible(handlers: InterruptionHandlers): {
  readonly signal: AbortSignal;
  release(): void;
} {
  const controller = new AbortController();
  let firstAt = 0;
  const interrupt = (): void => {
    if (!controller.signal.aborted) {
      firstAt = performance.now();
      handlers.onInterrupt();
      controller.abort();
    } else if (performance.now() - firstAt > IMPATIENCE) {
      handlers.onImpatience?.();
      process.exit(130);
    }
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  return {
    signal: controller.signal,
    release: () => {
      if (controller.signal.aborted) return;
      for (const name of SIGNALS) process.off(name, interrupt);
    },
  };
}
