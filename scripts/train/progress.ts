import type { EpochReport } from './checkpoint.ts';

/** Rewrites the line of progress on a terminal; elsewhere a line would only be noise. */
export function progressLine(text: string, share: number, began: number): void {
  if (!process.stderr.isTTY) return;
  const seconds = (performance.now() - began) / 1000;
  const left = share > 0 ? duration((seconds / share) * (1 - share)) : 'unknown';
  process.stderr.write(`\r${text}, time left: ${left}\x1b[K`);
}

/** Writes a line that stays, over the line of progress. */
export function resultLine(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r${text}\x1b[K\n` : `${text}\n`);
}

/** Loss and accuracy of an epoch in words. */
export function scoreText({ training, test }: EpochReport): string {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  return (
    `loss ${training.loss.toFixed(4)}, right ${percent(training.accuracy)} while training; ` +
    `loss ${test.loss.toFixed(4)}, right ${percent(test.accuracy)} on the test set`
  );
}

/** 75 → "1 min 15 s". */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % 60} s`;
}
