import type { JsonValue } from '@prometheus-compute/bitcoin';
import type { Verdicts } from '../../packages/bitcoin/test/differential/verdicts.ts';

/** Separates the two parts of a label: what is judged, and in which variant. */
const SEPARATOR = ' / ';
/** Row of the calls that judge no transaction. */
const CHAIN = 'chain';

/** A verdict in one line. */
export function verdictText(verdict: JsonValue): string {
  if (typeof verdict === 'string') return verdict;
  if (verdict === null) return 'done';
  if (Array.isArray(verdict)) return verdict.map(verdictText).join('; ');
  if (typeof verdict !== 'object') return String(verdict);
  return Object.entries(verdict)
    .map(([name, value]) => `${name}: ${verdictText(value)}`)
    .join(' | ');
}

/** Leaves out what the calls fix anyway: ids in full, and a reason that its details repeat. */
function condensed(text: string): string {
  return text
    .replaceAll(/ of [0-9a-f]{64} \(wtxid [0-9a-f]{64}\), spending [0-9a-f]{64}:\d+/g, '')
    .replaceAll(/\b([0-9a-f]{8})[0-9a-f]{56}\b/g, '$1')
    .replaceAll(/refused, (.+?) \/ \1/g, 'refused, $1');
}

/**
 * Each verdict with the variants that got it, and under these the transactions: those of which exactly these variants
 * got it. Most decisions by S share their lines.
 */
export function verdictTable(verdicts: Verdicts): JsonValue {
  const cells = new Map<string, { verdict: string; of: string; variants: string[] }>();
  for (const [label, verdict] of Object.entries(verdicts)) {
    const at = label.indexOf(SEPARATOR);
    const of = at === -1 ? CHAIN : label.slice(0, at);
    const variant = at === -1 ? label : label.slice(at + SEPARATOR.length);
    const text = condensed(verdictText(verdict));
    const key = `${of}${SEPARATOR}${text}`;
    const cell = cells.get(key) ?? { verdict: text, of, variants: [] };
    cell.variants.push(variant);
    cells.set(key, cell);
  }
  const table: Record<string, Record<string, string[]>> = {};
  for (const { verdict, of, variants } of cells.values()) {
    table[verdict] ??= {};
    const line = table[verdict];
    const name = variants.join('; ');
    line[name] ??= [];
    line[name].push(of);
  }
  return table;
}
