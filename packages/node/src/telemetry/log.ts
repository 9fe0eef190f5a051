import { pino } from 'pino';
import { EVENTS, type LogEvent } from './events.ts';
import { allowedFields, type LogFields } from './fields.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LEVELS)[number];

/** A daemon's log: known events with known fields, by level. */
export type Log = { readonly [level in LogLevel]: (event: LogEvent, fields?: LogFields) => void };

/** Where lines go: standard error. */
export interface LogTarget {
  write(line: string): unknown;
}

/**
 * A log of one JSON document a line (`level`, `time`, `event`, `msg`, fields), or of text for people.
 *
 * @param options.format - `text`: what people read; `json`: what programs read
 */
export function createLog(options: {
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  readonly target: LogTarget;
}): Log {
  const { target, format } = options;
  const destination =
    format === 'json' ? target : { write: (line: string): unknown => target.write(textLine(line)) };
  const logger = pino(
    {
      level: options.level,
      // No process id and host name: whoever collects logs adds what it wants to know.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string): void => void destination.write(line) },
  );
  const at =
    (level: LogLevel) =>
    (event: LogEvent, fields: LogFields = {}): void =>
      logger[level]({ event, ...allowedFields(fields) }, EVENTS[event]);
  return Object.fromEntries(LEVELS.map((level) => [level, at(level)])) as unknown as Log;
}

/** `12:34:56 warn  the chain has a new tip (height=7)`: no character in it can move a terminal's cursor. */
function textLine(line: string): string {
  const { level, time, event, msg, ...fields } = JSON.parse(line) as Record<string, string>;
  const words = Object.entries(fields).map(([name, value]) => `${name}=${printable(String(value))}`);
  const more = words.length === 0 ? '' : ` (${words.join(', ')})`;
  return `${time?.slice(11, 19)} ${level?.padEnd(5)} ${msg ?? event}${more}\n`;
}

function printable(text: string): string {
  return /^[\x21-\x7e]+$/.test(text) ? text : JSON.stringify(text).replace(/[^\x20-\x7e]/g, '?');
}
