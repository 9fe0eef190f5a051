import { publishesAt, withholds } from '../strategies/chain.ts';
import { claimsBySecretOpening, type SecretOpening } from '../strategies/claims.ts';
import { equivocates } from '../strategies/equivocation.ts';
import { lyingVerdict, wrongChunks } from '../strategies/executors.ts';
import { keepsBack } from '../strategies/messages.ts';
import type { Strategy } from '../strategies/strategy.ts';
import { COURT } from './courts.ts';
import { disputeHeight } from './moments.ts';
import { neverReleases } from './refusals.ts';
import type { Scenario } from './scenario.ts';

/** C: does not pay, and challenges whatever the Verifier says. */
export const frivolous = (): readonly Strategy[] => [
  neverReleases(),
  publishesAt(
    'TxAc',
    (actor) => disputeHeight(actor, 'TxV1') !== undefined,
    'challenges a verdict that is right',
  ),
];

/** W and V: garbage, and a verdict that calls it right. C looks itself. */
const boughtVerdict = () => ({
  worker: [wrongChunks()],
  verifier: [lyingVerdict()],
});

/** C: looks before it pays. */
export const audits: Strategy = {
  name: 'auditing',
  does: 'checks the opening itself before it pays',
  policy: { auditRate: 1 },
};

/** Scenarios in which the Client challenges a verdict r = 1: TxAc. */
export const CHALLENGES: readonly Scenario[] = [
  {
    name: 'audit-finds-garbage',
    about: 'Worker and Verifier agree on garbage; the Client audits, refuses to pay and challenges (#6c).',
    court: COURT,
    cast: () => ({ ...boughtVerdict(), client: [audits] }),
  },
  {
    name: 'frivolous-challenge',
    about: 'The Client challenges a right verdict and claims nothing: it pays, and loses its bond (#7c).',
    court: COURT,
    cast: () => ({ client: frivolous() }),
  },
  {
    name: 'challenge-by-friends',
    about: 'Client and Worker challenge and then withhold h_p: Tx9c, the Verifier is unharmed (#6c).',
    court: COURT,
    cast: () => ({
      client: frivolous(),
      worker: [withholds((id) => id.startsWith('Tx8c'), 'wins the challenge, and never takes what it won')],
    }),
  },
  {
    name: 'second-opening-for-the-client',
    about:
      'The Worker signs a second opening for its friend the Client alone, who challenges with it: the verdict names the first (#7c).',
    court: COURT,
    cast: () => {
      const secret: SecretOpening = { envelope: undefined };
      return {
        client: [
          keepsBack({ kinds: ['opening'] }, 'shows nobody the opening that it got alone'),
          ...frivolous(),
          claimsBySecretOpening(secret),
        ],
        worker: [equivocates('opening', ['client'], secret)],
      };
    },
  },
  {
    name: 'verdict-for-some-arbiters',
    about:
      'The Verifier posts its bought verdict to one arbiter only: all judge the same opening, and find the garbage (#6c).',
    court: COURT,
    cast: () => ({
      worker: [wrongChunks()],
      verifier: [
        lyingVerdict(),
        keepsBack(
          { kinds: ['verdict'], to: (name) => name.startsWith('arbiter-') && name !== 'arbiter-1' },
          'posts its verdict to one arbiter only',
        ),
      ],
      client: [audits],
    }),
  },
];
