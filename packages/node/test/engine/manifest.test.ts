import { hash32, MAX_CHUNKS } from '@prometheus-compute/protocol';
import { expect, it } from 'vitest';
import { decodeManifest, encodeManifest } from '../../src/engine/manifest.ts';

it('the list of the inputs of a batch is kept and read for as many chunks as a contract may have', () => {
  const inputs = Array.from({ length: MAX_CHUNKS }, (_, i) => ({
    hash: hash32(new Uint8Array(32).fill(i)),
    size: i,
  }));
  const read = decodeManifest(encodeManifest(inputs));
  expect(read).toHaveLength(MAX_CHUNKS);
  for (const i of [0, 1, MAX_CHUNKS - 1]) expect(read[i]).toEqual(inputs[i]);
});
