import { SimulationError } from '../stage/errors.ts';
import type { Strategy } from './strategy.ts';

/** C or V: cannot open its challenge seed, and so gives no receipt for the delivery. */
export const losesSeed = (): Strategy => ({
  name: 'silent',
  does: 'has lost its challenge seed, and never opens it',
  ports: (real) => ({
    ...real,
    signer: {
      ...real.signer,
      openSeed: (reference, name) => {
        if (name === 'challenge') throw new SimulationError('out-of-place', 'the seed is lost');
        return real.signer.openSeed(reference, name);
      },
    },
  }),
});
