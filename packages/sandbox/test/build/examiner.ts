import type { Examine } from '../../src/index.ts';

/** Tells about the model, and gives its bytes back; fails where it is asked to. */
export const examine: Examine = async ({ model, engine }, request, body) => {
  if (request === 'fail') throw new Error('as asked');
  const { output } = engine.run(new Uint8Array(model.inputBytes));
  return { answer: { request, macs: model.macs, output: [...output] }, body };
};
