import { PERFECT_LINKS } from '../network/postman.ts';
import { equivocates } from '../strategies/equivocation.ts';
import { keepsBack, late } from '../strategies/messages.ts';
import { losesSeed } from '../strategies/seeds.ts';
import { lazyVerdict, takesLeakedFee } from '../strategies/verdicts.ts';
import { COURT, SMALL_COURT } from './courts.ts';
import { fromCommitment } from './moments.ts';
import { sampleOf } from './sample.ts';
import type { Scenario } from './scenario.ts';

const notVerifier = (name: string): boolean => name !== 'verifier';

/** Scenarios in which Tx4 pays: nobody publishes a verdict. */
export const COOPERATION: readonly Scenario[] = [
  {
    name: 'all-honest',
    about: 'Everybody keeps to the protocol: two transactions, and everybody is paid (#3).',
    court: COURT,
  },
  {
    name: 'lossy-network',
    about:
      'Every third message is lost and others take up to two blocks: it takes longer, and ends the same (#3).',
    court: SMALL_COURT,
    // A relay round of three blocks: the network keeps to it, however much it loses.
    offered: { relayBlocks: 3 },
    links: { ...PERFECT_LINKS, loss: 0.33, delay: 2, within: 2 },
  },
  {
    name: 'lazy-verifier',
    about:
      'The Verifier says r = 1 without running a chunk: its fee goes to the Client after the window (#3).',
    court: SMALL_COURT,
    cast: () => ({ verifier: [lazyVerdict()] }),
  },
  {
    name: 'leaked-lock',
    about:
      'The Worker tells a lazy Verifier u_p: the fee is paid for no check, which only the audit can answer (#3).',
    court: SMALL_COURT,
    cast: () => ({ verifier: [lazyVerdict(), takesLeakedFee()] }),
  },
  {
    name: 'delivery-at-the-last-block',
    about:
      'The Worker posts at the last block and skips the Verifier, who gets all of it by relay and judges in time (#3).',
    court: COURT,
    cast: () => ({
      worker: [
        keepsBack(
          { kinds: ['delivery', 'blob'], to: (name) => !notVerifier(name) },
          'sends the Verifier neither R nor a ciphertext',
        ),
        late(
          { kinds: ['delivery', 'blob'], to: notVerifier },
          (actor) => fromCommitment(actor, ({ delivery }) => delivery),
          'delivers to the others in block H0 + t0',
        ),
      ],
    }),
  },
  {
    name: 'verifier-seed-never-opened',
    about:
      'The Verifier has lost its seed: a block hash stands for it, and the opening is owed all the same (#3).',
    court: SMALL_COURT,
    cast: () => ({ verifier: [losesSeed()] }),
    play: sampleOf,
  },
  {
    name: 'client-seed-never-opened',
    about:
      'The Client has lost its seed: a block hash stands for it, and the Worker is paid all the same (#3).',
    court: SMALL_COURT,
    cast: () => ({ client: [losesSeed()] }),
    play: sampleOf,
  },
  {
    name: 'worker-grinds',
    about:
      'The Worker signs another R when it has seen the sample: the sample stays the same for all, and the first R counts (#3).',
    court: SMALL_COURT,
    cast: () => ({
      worker: [
        late({ kinds: ['opening'] }, (_, since) => since + 1, 'opens a block late'),
        equivocates('delivery'),
      ],
    }),
    play: sampleOf,
  },
];
