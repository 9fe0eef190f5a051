import { describe, expect, it } from 'vitest';
import { PICTURE_COLUMNS, pictureGrid, pictureLines } from '../../src/output/picture.ts';
import { blocksText, grouped, jsonSatoshis, percent, signed } from '../../src/output/satoshis.ts';
import { fittedTable, table } from '../../src/output/table.ts';
import { wrapped } from '../../src/output/wrap.ts';

describe('amounts', () => {
  it('groups digits and signs changes', () => {
    expect([0n, 999n, 1000n, 1_234_567n].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect([0n, 5n, -100_000n].map(signed)).toEqual(['0', '+5', '-100,000']);
  });

  it('turns satoshis into text only where a double would not be exact', () => {
    expect(jsonSatoshis(2n ** 53n - 1n)).toBe(9_007_199_254_740_991);
    expect(jsonSatoshis(2n ** 53n)).toBe('9007199254740992');
    expect(jsonSatoshis(-(2n ** 53n))).toBe('-9007199254740992');
  });

  it('estimates blocks at ten minutes each', () => {
    expect([1, 3, 6, 144, 312, 1152].map(blocksText)).toEqual([
      '1 block (about 10 minutes)',
      '3 blocks (about 30 minutes)',
      '6 blocks (about 1 hour)',
      '144 blocks (about 24 hours)',
      '312 blocks (about 2.2 days)',
      '1,152 blocks (about 8 days)',
    ]);
  });

  it('never rounds a probability up to certainty', () => {
    expect([0, 0.5, 0.763157, 0.99995, 0.999, 1].map(percent)).toEqual([
      '0 %',
      '50 %',
      '76.3 %',
      '> 99.99 %',
      '99.90 %',
      '100 %',
    ]);
  });
});

describe('table', () => {
  it('aligns its columns and leaves no spaces at the ends of lines', () => {
    const columns = [
      { title: 'what', align: 'left' },
      { title: 'n', align: 'right' },
    ] as const;
    expect(
      table(columns, [
        ['δ', '5'],
        ['longer', '1,000'],
      ]),
    ).toBe(['what        n', '──────  ─────', 'δ           5', 'longer  1,000'].join('\n'));
  });
});

describe('fittedTable', () => {
  const columns = ['key', 'one', 'two', 'three'].map((title) => ({ title, align: 'left' }) as const);
  const rows = [['k', '1', '2', '3']];

  it('is one table where there is room', () => {
    expect(fittedTable(columns, rows, 1, 20)).toBe(table(columns, rows));
  });

  it('continues below with the first column again where there is none', () => {
    const titles = (limit: number) =>
      fittedTable(columns, rows, 1, limit)
        .split('\n\n')
        .map((part) => part.split('\n')[0]);
    expect(titles(19)).toEqual(['key  one  two', 'key  three']);
    // A column that is too wide by itself still stands there whole.
    expect(titles(1)).toEqual(['key  one', 'key  two', 'key  three']);
  });
});

describe('wrapped', () => {
  it('breaks between words', () => {
    expect(wrapped('aaa bbb ccc', 7)).toBe('aaa bbb\nccc');
    expect(wrapped('a-word-too-long b', 5)).toBe('a-word-too-long\nb');
  });
});

describe('pictures', () => {
  it('draws nothing for black, every dot for white, and puts dots where pixels are', () => {
    expect(new Set(pictureLines(new Uint8Array(784)).join(''))).toEqual(new Set(['\u2800']));
    expect(new Set(pictureLines(new Uint8Array(784).fill(255)).join(''))).toEqual(new Set(['\u28ff']));
    const corner = pictureLines(new Uint8Array(784).fill(255, 0, 1));
    expect(corner[0]).toBe(`\u2801${'\u2800'.repeat(PICTURE_COLUMNS - 1)}`);
    expect(corner).toHaveLength(7);
  });

  it('breaks the grid into rows that fit', () => {
    const pictures = Array.from({ length: 3 }, (_, i) => ({ pixels: new Uint8Array(784), caption: `p${i}` }));
    const rows = pictureGrid(pictures, 31).split('\n\n');
    expect(rows.map((row) => row.split('\n').at(-1))).toEqual(['p0               p1', 'p2']);
  });
});
