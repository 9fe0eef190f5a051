import { readFileSync } from 'node:fs';
import {
  fromHex,
  type Hash32,
  hash32,
  type Point,
  point,
  type SecretScalar,
  secretScalar,
} from '@prometheus-compute/protocol';

/** One vector of a section whose fields the test names: `out` is compared with, `in` is used. */
export interface Vector<In, Out = Record<string, unknown>> {
  readonly in: In;
  readonly out: Out;
}

function read<In, Out>(url: URL, section: string): readonly Vector<In, Out>[] {
  const file = JSON.parse(readFileSync(url, 'utf8')) as { sections: Record<string, Vector<In, Out>[]> };
  const vectors = file.sections[section];
  if (vectors === undefined || vectors.length === 0) throw new Error(`no vectors in section ${section}`);
  return vectors;
}

/** docs/protocol/vectors/formats.json */
export const formatVectors = <In, Out = Record<string, unknown>>(section: string) =>
  read<In, Out>(new URL('../../../../docs/protocol/vectors/formats.json', import.meta.url), section);

/** Vectors of what scheme `replay` and profile `wasi-0` fix, made by an independent program. */
export const replayVectors = <In, Out = Record<string, unknown>>(section: string) =>
  read<In, Out>(new URL('../../../../docs/protocol/vectors/replay.json', import.meta.url), section);

export const hash = (hex: string): Hash32 => hash32(fromHex(hex));
export const pt = (hex: string): Point => point(fromHex(hex));
export const scalar = (hex: string): SecretScalar => secretScalar(fromHex(hex));
