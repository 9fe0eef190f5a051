import type { Section } from '../report/section.ts';
import { peakWork } from './peak.ts';
import { type Convolution, convolutionWork, squareProduct } from './products.ts';
import { projectionWorks } from './projections.ts';
import { bestRates, type RatedWork } from './rate.ts';

const GIGA = 1e9;
const RATES = 'Best of 7 turns each, in processor time of one thread; all of a table take turns.';

const CONVOLUTIONS: readonly Convolution[] = [
  { images: 50, size: 28, channels: 1, kernel: 5, stride: 2, outputs: 16 },
  { images: 50, size: 14, channels: 16, kernel: 5, stride: 2, outputs: 64 },
  { images: 50, size: 7, channels: 64, kernel: 5, stride: 2, outputs: 128 },
  { images: 4, size: 56, channels: 64, kernel: 3, stride: 1, outputs: 64 },
  { images: 8, size: 14, channels: 256, kernel: 3, stride: 1, outputs: 256 },
  { images: 8, size: 14, channels: 256, kernel: 1, stride: 1, outputs: 512 },
];

/** Speed of the kernels for models, on one core. */
export async function kernelSections(): Promise<readonly Section[]> {
  const peak = await peakWork();
  return [productSection(peak), convolutionSection(), projectionSection()];
}

function productSection(peak: RatedWork): Section {
  const [small, large] = [squareProduct(512), squareProduct(1024)];
  const rates = bestRates({
    small: small.kernels,
    plainSmall: small.plain,
    large: large.kernels,
    plainLarge: large.plain,
    peak,
  });
  const row = (size: number, fast: number, plain: number) => [
    `${size} × ${size} × ${size}`,
    ...[fast / GIGA, plain / GIGA, fast / plain, (100 * fast) / rates.peak],
  ];
  return {
    title: 'Kernels: matrix products of int8',
    notes: [
      'Aim: 25 G multiply-adds a second on one core, and 20 times plain JavaScript.',
      `The peak is the same instruction, which multiplies 8 pairs of int16, in a loop on registers only: ${(rates.peak / GIGA).toFixed(1)} G/s.`,
      RATES,
    ],
    table: {
      columns: [
        { name: 'product' },
        { name: 'kernels G/s', digits: 1 },
        { name: 'plain JavaScript G/s', digits: 2 },
        { name: 'times as fast' },
        { name: '% of the peak' },
      ],
      rows: [row(512, rates.small, rates.plainSmall), row(1024, rates.large, rates.plainLarge)],
    },
  };
}

function convolutionSection(): Section {
  const named = Object.fromEntries(CONVOLUTIONS.map((given) => [nameOf(given), convolutionWork(given)]));
  const rates: Readonly<Record<string, number>> = bestRates({
    ...named,
    product: squareProduct(512).kernels,
  });
  const product = rates.product!;
  return {
    title: 'Kernels: convolutions of int8',
    notes: [
      `Aim: half as fast as a product of matrices, or faster. That of 512 × 512 × 512 ran at ${(product / GIGA).toFixed(1)} G/s in these turns.`,
      'A convolution is a product whose rows are gathered first; with few channels, gathering takes longer than multiplying.',
    ],
    table: {
      columns: [
        { name: 'convolution' },
        { name: 'G multiply-adds/s', digits: 1 },
        { name: '% of the product' },
      ],
      rows: Object.keys(named).map((name) => [name, rates[name]! / GIGA, (100 * rates[name]!) / product]),
    },
  };
}

function nameOf({ images, size, channels, kernel, stride, outputs }: Convolution): string {
  const moved = stride === 1 ? '' : ` stride ${stride}`;
  return `${images} images ${size}×${size}×${channels}, ${kernel}×${kernel}${moved}, to ${outputs} channels`;
}

function projectionSection(): Section {
  const rates = bestRates(projectionWorks());
  return {
    title: 'Kernels: checking a product instead of computing it',
    notes: ['Random projections over F_p, p = 2^61 − 1, of 100 rows of 8,192 values.', RATES],
    table: {
      columns: [{ name: 'work' }, { name: 'G/s', digits: 2 }],
      rows: [
        ['int8 values times field elements, summed', rates.int8 / GIGA],
        ['accumulators of 3 bytes in records times field elements, summed', rates.record / GIGA],
        ['accumulators of 4 bytes, of any size, the same', rates.int32 / GIGA],
        ['accumulators of 3 bytes in records, requantised', rates.rounding / GIGA],
        ['products of field elements, summed', rates.field / GIGA],
      ],
    },
  };
}
