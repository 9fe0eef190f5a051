/** `1234567` as `1,234,567`. */
export function grouped(value: bigint | number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A gain or a loss, with its sign: `+90,000`, `-100,000`, `0`. */
export function signed(value: bigint): string {
  if (value === 0n) return '0';
  return value > 0n ? `+${grouped(value)}` : `-${grouped(-value)}`;
}

/** Satoshis for JSON: an integer, or a string of digits where a double would not hold it exactly (U §Command line). */
export function jsonSatoshis(value: bigint): number | string {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return value > limit || value < -limit ? value.toString() : Number(value);
}

/** Blocks with an estimate in hours or days, at ten minutes a block: `576 blocks (about 4 days)`. */
export function blocksText(blocks: number): string {
  const minutes = blocks * 10;
  const estimate =
    minutes < 60
      ? units(minutes, 'minute')
      : minutes < 48 * 60
        ? units(minutes / 60, 'hour')
        : units(minutes / 1440, 'day');
  return `${grouped(blocks)} ${blocks === 1 ? 'block' : 'blocks'} (about ${estimate})`;
}

/** A probability as a percentage that never rounds up to certainty: `50 %`, `98.4 %`, `> 99.99 %`. */
export function percent(probability: number): string {
  if (probability === 1) return '100 %';
  if (probability > 0.9999) return '> 99.99 %';
  if (probability > 0.99) return `${(Math.floor(probability * 10_000) / 100).toFixed(2)} %`;
  return `${round(probability * 100)} %`;
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1).replace(/\.0$/, '');
}

function units(value: number, unit: string): string {
  const text = round(value);
  return `${text} ${unit}${text === '1' ? '' : 's'}`;
}
