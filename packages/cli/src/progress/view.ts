import type { Writable } from 'node:stream';
import type { JobProgress } from '../engine.ts';
import { BarView } from './bar-view.ts';
import { LineView } from './line-view.ts';

/** Shows how a job goes on. */
export interface ProgressView {
  update(progress: JobProgress): void;
  /** Prints text above whatever moves. */
  note(text: string): void;
  /** Leaves the terminal as it was; `finished` fills the bars. May be called again. */
  stop(finished: boolean): void;
}

/**
 * Bars on a terminal, plain lines elsewhere (U §Command line).
 * @param terminal - environment variable TERM; a `dumb` terminal cannot move its cursor
 */
export function progressView(
  stream: Writable & { isTTY?: boolean },
  terminal = process.env.TERM,
): ProgressView {
  return stream.isTTY === true && terminal !== 'dumb' ? new BarView(stream) : new LineView(stream);
}
