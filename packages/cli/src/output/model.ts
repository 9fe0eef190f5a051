import type { LoadedModel } from '@prometheus-compute/sandbox';
import { layersOf, lossInPoints, type Share } from '../model/facts.ts';
import type { Json } from './json.ts';
import { grouped } from './satoshis.ts';
import { fittedTable } from './table.ts';
import { WIDEST_PROSE, wrapped } from './wrap.ts';

/** A model file. */
export interface ModelFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What `prometh model import` did. */
export interface ImportFacts {
  readonly file: ModelFile;
  readonly model: LoadedModel;
  /** Rows on which ranges were observed. */
  readonly calibrationRows: number;
  /** Null without labels. */
  readonly accuracy: { readonly float: Share; readonly quantised: Share } | null;
}

/** An import for people. */
export function importText({ file, model, calibrationRows, accuracy }: ImportFacts, columns: number): string {
  const width = Math.min(columns, WIDEST_PROSE);
  const bits = model.sevenBit ? 'seven' : 'eight';
  const lines = [
    `${file.path}: ${grouped(file.bytes)} bytes, SHA-256 ${file.sha256}`,
    `${grouped(model.parameters)} parameters of ${bits} bits, ${grouped(model.macs)} multiplications for a row of ${grouped(model.inputBytes)} bytes. The output of a row is ${outputOf(model)}.`,
    calibrationRows === 0 ? 'No calibration.' : `Calibrated on ${grouped(calibrationRows)} rows.`,
  ];
  if (accuracy !== null) {
    const { float, quantised } = accuracy;
    const loss = lossInPoints(float, quantised);
    lines.push(
      `Right in ${shareText(float)} before, ${shareText(quantised)} after quantising, of ${grouped(float.rows)} rows: ${loss < 0 ? 'a gain' : 'a loss'} of ${Math.abs(loss).toFixed(2)} points.`,
    );
  }
  return lines.map((line) => wrapped(line, width)).join('\n');
}

/** An import for programs (docs/model-import.md). */
export function importJson({ file, model, calibrationRows, accuracy }: ImportFacts): Json {
  return {
    format: 'prometheus/model-import/1',
    ...fileJson(file),
    ...totalsJson(model),
    calibrationRows,
    accuracy:
      accuracy === null
        ? null
        : {
            float: shareJson(accuracy.float),
            quantised: shareJson(accuracy.quantised),
            lossInPoints: lossInPoints(accuracy.float, accuracy.quantised),
          },
  };
}

/** A model for people: its layers and what they come to. */
export function inspectionText(
  file: ModelFile,
  model: LoadedModel,
  accuracy: Share | null,
  columns: number,
): string {
  const rows = layersOf(model).map(({ node, operator, shape, type, linear }) => [
    String(node),
    operator,
    `${shape.height}×${shape.width}×${shape.channels}`,
    type,
    ...(linear === null
      ? ['', '', '', '']
      : [
          `${linear.K}×${linear.N}`,
          grouped(linear.macs),
          linear.checked ? 'checked' : 'recomputed',
          String(linear.accumulatorBytes),
        ]),
  ]);
  const layers = fittedTable(
    [
      { title: 'node', align: 'right' },
      { title: 'operator', align: 'left' },
      { title: 'gives', align: 'right' },
      { title: 'of', align: 'left' },
      { title: 'K×N', align: 'right' },
      { title: 'products', align: 'right' },
      { title: 'freivalds', align: 'left' },
      { title: 'bytes', align: 'right' },
    ],
    rows,
    2,
    columns,
  );
  const { height, width, channels } = model.tensors[0]!.shape;
  const totals = [
    `${file.path}: ${grouped(file.bytes)} bytes, SHA-256 ${file.sha256}`,
    `A row: ${grouped(model.inputBytes)} bytes (${height}×${width}×${channels}), ${grouped(model.macs)} products; the output is ${outputOf(model)}.`,
    `${grouped(model.parameters)} parameters; weights of ${model.sevenBit ? 'seven' : 'eight'} bits.`,
    `Record of a row under freivalds: ${grouped(model.rowTraceBytes)} bytes. Memory: at least ${grouped(model.memoryPages)} pages of 64 KiB.`,
  ];
  if (accuracy !== null) totals.push(`Right in ${shareText(accuracy)} of ${grouped(accuracy.rows)} rows.`);
  const legend =
    'K×N: products of one sum, and channels of the output. checked: the Verifier does not compute it under freivalds. bytes: of one accumulator.';
  const prose = Math.min(columns, WIDEST_PROSE);
  return [layers, wrapped(legend, prose), totals.map((line) => wrapped(line, prose)).join('\n')].join('\n\n');
}

/** A model for programs (docs/model-import.md). */
export function inspectionJson(file: ModelFile, model: LoadedModel, accuracy: Share | null): Json {
  return {
    format: 'prometheus/model-inspection/1',
    ...fileJson(file),
    ...totalsJson(model),
    layers: layersOf(model).map(({ node, operator, shape, type, linear }) => ({
      node,
      operator,
      shape: { height: shape.height, width: shape.width, channels: shape.channels },
      type,
      linear: linear === null ? null : { ...linear },
    })),
    accuracy: accuracy === null ? null : shareJson(accuracy),
  };
}

function fileJson({ path, bytes, sha256 }: ModelFile) {
  return { file: path, bytes, sha256 };
}

function totalsJson(model: LoadedModel) {
  const { parameters, macs, sevenBit, inputBytes, outputBytes, rowTraceBytes, memoryPages } = model;
  const output = model.tensors.at(-1)!.type;
  const { scales } = model.model;
  return {
    parameters,
    macs,
    sevenBit,
    inputBytes,
    outputBytes,
    output,
    rowTraceBytes,
    memoryPages,
    scales: scales === undefined ? null : { input: scales.input, output: scales.output },
  };
}

function outputOf({ outputBytes, tensors }: LoadedModel): string {
  const { type, length } = tensors.at(-1)!;
  if (type === 'index')
    return `the number of its class, ${outputBytes === 1 ? '1 byte' : `${outputBytes} bytes`}`;
  return `${grouped(length)} values of ${type}, ${grouped(outputBytes)} bytes`;
}

function shareText({ right, rows }: Share): string {
  return `${((100 * right) / rows).toFixed(2)} %`;
}

function shareJson({ right, rows }: Share) {
  return { right, rows, share: right / rows };
}
