/** Signals that stop a run in good order. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** A second Ctrl-C after this many milliseconds ends the process at once; earlier ones are the same key press. */
const IMPATIENCE = 1000;

/**
 * An AbortSignal that Ctrl-C triggers.
 * @param onInterrupt - called once, at the first Ctrl-C
 */
export function interruptible(onInterrupt: () => void): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  let firstAt = 0;
  const interrupt = (): void => {
    if (!controller.signal.aborted) {
      firstAt = performance.now();
      onInterrupt();
      controller.abort();
    } else if (performance.now() - firstAt > IMPATIENCE) {
      process.exit(130);
    }
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, interrupt);
    },
  };
}
