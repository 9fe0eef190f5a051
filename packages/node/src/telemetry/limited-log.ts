import type { LogEvent } from './events.ts';
import type { LogFields } from './fields.ts';
import type { Log, LogLevel } from './log.ts';

/** Lines in a minute that others can cause: some 70 MB a day, and no more. */
const LINES = 200;
const MINUTE = 60_000;

/**
 * A log for what others cause: strangers come and go, and send nonsense, as often as they like, and must not fill a disk with lines
 * about it. What is left out is counted, and said in one line when the minute is over and the next of these lines comes.
 *
 * @param now - milliseconds on a clock that does not go back
 */
export function limitedLog(log: Log, now: () => number = () => performance.now()): Log {
  let begun = now();
  let lines = 0;
  const at =
    (level: LogLevel) =>
    (event: LogEvent, fields?: LogFields): void => {
      if (now() - begun >= MINUTE) {
        if (lines > LINES) log.warn('left-out', { count: lines - LINES });
        begun = now();
        lines = 0;
      }
      lines += 1;
      if (lines <= LINES) log[level](event, fields);
    };
  return { trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
