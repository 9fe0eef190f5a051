import { sizeOf } from '../model/arbiter-set.ts';
import type { Game } from '../model/game.ts';
import { boundOf, measuresOf } from './bounds.ts';
import type { SearchResult } from './search.ts';

const LETTERS = { client: 'C', worker: 'W', verifier: 'V' } as const;

/** A coalition in a few letters: `C W + 2`. */
export function coalitionName(game: Game): string {
  const roles = [...game.corrupt].map((role) => LETTERS[role]).join(' ');
  const arbiters = sizeOf(game.corruptArbiters);
  if (roles === '' && arbiters === 0) return 'nobody';
  return [roles, arbiters === 0 ? '' : `${arbiters} A`].filter((part) => part !== '').join(' + ');
}

/** Rows of a report: who is honest, against whom, the worst balance found, and the bound. */
export function rowsOf(result: SearchResult): readonly (readonly string[])[] {
  const { game } = result;
  return measuresOf(game).flatMap((measure): readonly (readonly string[])[] => {
    const worst = result.worst[measure];
    if (worst === undefined) return [];
    const bound = boundOf(game, measure);
    const verdict = worst < bound ? 'VIOLATION' : '';
    return [[`${game.n}/${game.k}`, coalitionName(game), measure, `${worst}`, `${bound}`, verdict]];
  });
}

/** Columns aligned, numbers to the right. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (/^-?\d+$/.test(cell) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}
