import type { FinishedJob } from '../commands/execute.ts';
import { type CaptionedPicture, pictureGrid } from '../output/picture.ts';
import { blocksText, grouped } from '../output/satoshis.ts';
import { wrapped } from '../output/wrap.ts';

/** Bytes of a Fashion-MNIST picture. */
const PICTURE_BYTES = 784;
const PICTURES = 10;
/** Blocks, at least, in which only the Verifier can take its fee: max(144, 4Δ) (T §The tree, Tx4). */
const FEE_WINDOW = 144;

/** What the demo prints at its end: pictures with their classes, what happened to the money, where everything is. */
export function demoEnding(finished: FinishedJob, columns: number): string {
  const { job, report } = finished;
  const sum = (party: keyof (typeof report.batches)[number]['changes']): bigint =>
    report.batches.reduce((total, { changes }) => total + changes[party], 0n);
  const money = [
    `What happened to the money: the Client paid ${grouped(-sum('client'))} satoshis for ${report.batches.length} batches.`,
    `Of these the Worker got ${grouped(sum('worker'))}, the Verifier ${grouped(sum('verifier'))},`,
    `the arbiters ${grouped(sum('arbiters'))} for standing by, and the miners ${grouped(sum('miners'))} in fees.`,
    `On the chain the ${report.batches.length} contracts took ${2 * report.batches.length} transactions.`,
  ].join(' ');
  const { parameters, confirmationBlocks } = job.specification;
  const bond = grouped(job.specification.bond * BigInt(report.batches.length));
  // T §Commitment, T §The tree (Tx4)
  const stakes = [
    'And the stakes: Tx4 gave those of the Worker and the Verifier back. Those of the arbiters, with their pay, and the',
    `Client's bond of ${bond} (not counted above) are outputs of Tx0: their owners can spend them ${blocksText(parameters.t4)}`,
    'after Tx0, or earlier if the Client and the Worker sign too. The Verifier has to collect its fee',
    `with its secret within ${blocksText(Math.max(FEE_WINDOW, 4 * confirmationBlocks))}: later the Client could take it.`,
  ].join(' ');
  const title =
    'Some of the pictures, and what the Worker says they are (in brackets: what they are, where it is wrong):';
  const next = [
    'Next: see every way in which such a contract can end, then change a copy of that file:',
    '  npm run prometh -- run --dry-run examples/fashion-cnn/job.yaml',
  ].join('\n');
  return [
    wrapped(title, columns),
    pictureGrid(pictures(finished), columns),
    finished.text,
    wrapped(money, columns),
    wrapped(stakes, columns),
    next,
  ].join('\n\n');
}

function pictures({ job, report }: FinishedJob): readonly CaptionedPicture[] {
  const inputs = job.specification.batches[0]?.inputs[0] ?? new Uint8Array();
  const outputs = report.results[0]?.[0] ?? new Uint8Array();
  const names = job.labels?.names ?? [];
  const name = (label: number | undefined): string =>
    label === undefined ? '?' : (names[label] ?? String(label));
  return Array.from(outputs.subarray(0, PICTURES), (label, index) => {
    const truth = job.labels?.classes[index];
    return {
      pixels: inputs.subarray(index * PICTURE_BYTES, (index + 1) * PICTURE_BYTES),
      caption: truth === undefined || truth === label ? name(label) : `${name(label)} (${name(truth)})`,
    };
  });
}
