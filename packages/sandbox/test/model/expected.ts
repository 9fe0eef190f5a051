import type { LoadedModel } from '../../src/index.ts';
import { oracleRow } from './oracle.ts';

/** What an engine has to give for a chunk, from the oracle. */
export interface Expected {
  readonly output: Uint8Array;
  readonly trace: Uint8Array;
  /** Inputs of a checked layer, by its node. */
  readonly activations: (node: number) => Int8Array;
}

/** Output and row records of a chunk as docs/protocol/model.md says. */
export function expected(loaded: LoadedModel, input: Uint8Array): Expected {
  const { model, inputBytes, linear } = loaded;
  const last = model.nodes[model.output - 1]!;
  const rows = Array.from({ length: input.length / inputBytes }, (_, row) =>
    oracleRow(model, input.subarray(row * inputBytes, (row + 1) * inputBytes)),
  );
  const outputs = rows.flatMap(({ tensors }) => {
    const cells = tensors[model.output]!;
    if (last.op === 'argmax') return bytesOf(cells, tensors[last.input]!.length <= 256 ? 1 : 2);
    return bytesOf(cells, last.op === 'conv' || last.op === 'gemm' ? 4 : 1);
  });
  const checked = linear.filter((layer) => layer.checked);
  const records = rows.flatMap(({ tensors }) =>
    checked.flatMap(({ node, accBytes }) => bytesOf(tensors[node + 1]!, accBytes)),
  );
  const activations = (index: number) => {
    const node = model.nodes[index]!;
    const source = 'input' in node ? node.input : -1;
    return Int8Array.from(rows.flatMap(({ tensors }) => tensors[source]!.map(Number)));
  };
  return { output: Uint8Array.from(outputs), trace: Uint8Array.from(records), activations };
}

/** Each value in two's complement, lowest byte first. */
function bytesOf(values: readonly bigint[], count: number): number[] {
  return values.flatMap((value) =>
    Array.from({ length: count }, (_, byte) => Number((value >> BigInt(8 * byte)) & 0xffn)),
  );
}
