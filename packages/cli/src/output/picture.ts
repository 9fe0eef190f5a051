/** Width and height of a picture in pixels: a multiple of the 2 × 4 dots of a Braille character each way. */
const SIDE = 28;
/** Thresholds for 4 × 4 pixels (Bayer's ordered dithering), 0..15. */
const BAYER = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];
/** Bit of each of the 2 × 4 dots of a Braille character, row by row (Unicode, block U+2800). */
const DOTS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];

/** Characters that a picture is wide. */
export const PICTURE_COLUMNS = SIDE / 2;

/** A picture with a line of text under it. */
export interface CaptionedPicture {
  /** 28 × 28 grey values, row by row; 255 is drawn, 0 is not. */
  readonly pixels: Uint8Array;
  readonly caption: string;
}

/** A picture as 7 lines of 14 Braille characters. */
export function pictureLines(pixels: Uint8Array): readonly string[] {
  const lines: string[] = [];
  for (let top = 0; top < SIDE; top += 4) {
    let line = '';
    for (let left = 0; left < SIDE; left += 2) {
      let bits = 0;
      for (const [dot, bit] of DOTS.entries()) {
        const x = left + (dot % 2);
        const y = top + Math.floor(dot / 2);
        const threshold = 24 + 12 * BAYER[4 * (y % 4) + (x % 4)]!;
        if (pixels[SIDE * y + x]! > threshold) bits |= bit;
      }
      line += String.fromCharCode(0x2800 + bits);
    }
    lines.push(line);
  }
  return lines;
}

/** Pictures side by side in as many rows as `columns` characters need. */
export function pictureGrid(pictures: readonly CaptionedPicture[], columns: number): string {
  const gap = 3;
  const perRow = Math.max(1, Math.floor((columns + gap) / (PICTURE_COLUMNS + gap)));
  const rows: string[] = [];
  for (let start = 0; start < pictures.length; start += perRow) {
    const row = pictures.slice(start, start + perRow);
    const drawn = row.map(({ pixels }) => pictureLines(pixels));
    const lines = drawn[0]!.map((_, line) => drawn.map((picture) => picture[line]).join(' '.repeat(gap)));
    const captions = row.map(({ caption }) =>
      caption.slice(0, PICTURE_COLUMNS + gap - 1).padEnd(PICTURE_COLUMNS + gap),
    );
    rows.push([...lines, captions.join('').trimEnd()].join('\n'));
  }
  return rows.join('\n\n');
}
