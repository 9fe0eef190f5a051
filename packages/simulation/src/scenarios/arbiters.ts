import { courtHeight, isWaiting, waitingDecision } from '../stage/looks.ts';
import type { Stage } from '../stage/stage.ts';
import { publishesAt, withholds } from '../strategies/chain.ts';
import { deniesDelivery } from '../strategies/claims.ts';
import { bribed, lyingVerdict, wrongChunks } from '../strategies/executors.ts';
import { keepsBack } from '../strategies/messages.ts';
import { frivolous } from './challenges.ts';
import { COURT, SMALL_COURT } from './courts.ts';
import { clockOf, committed, disputeHeight, verdictTip } from './moments.ts';
import type { Scenario } from './scenario.ts';

/** Takes arbiters off line when Tx0 is in a block. */
async function withoutArbiters(stage: Stage, names: readonly string[]): Promise<void> {
  await committed(stage);
  for (const name of names) await stage.stop(name);
}

const oneArbiterOnly = (name: string): boolean => name !== 'arbiter-1' && name.startsWith('arbiter-');

/** Scenarios about what arbiters do, or what is kept from them. */
export const ARBITERS: readonly Scenario[] = [
  {
    name: 'arbiter-offline',
    about: 'One arbiter is off line: the other four decide, and Tx7_S is valid only after Δ_S (#6, |S| = k).',
    court: COURT,
    cast: () => ({ worker: [wrongChunks()] }),
    play: async (stage, observe) => {
      await withoutArbiters(stage, ['arbiter-3']);
      await stage.mineUntil(() => waitingDecision(stage, 'Tx7') !== undefined, 'a complete Tx7_S', 150);
      const id = waitingDecision(stage, 'Tx7')!;
      const wait = stage.options.terms.offered.stageBlocks;
      const height = courtHeight(stage);
      observe(
        'blocks between TxA and the complete Tx7_S',
        stage.height - height >= wait ? 'Δ_S or more' : 'fewer',
      );
      observe('members of S', String(id.split('.').length));
    },
  },
  {
    name: 'arbiter-votes-wrong',
    about: 'A bribed arbiter votes for a lying Verifier: the other four decide without it (#7, |S| = k).',
    court: COURT,
    cast: () => ({ verifier: [lyingVerdict()], 'arbiter-2': [bribed()] }),
  },
  {
    name: 'arbiters-silent',
    about:
      'Without n − k + 1 arbiters there is no decision; the Client is off line, and the Verifier publishes Tx6 (#5).',
    court: COURT,
    cast: () => ({ worker: [wrongChunks()] }),
    play: async (stage) => {
      await withoutArbiters(stage, ['arbiter-2', 'arbiter-4']);
      await stage.stop('client');
      await stage.mineUntil(() => disputeHeight(stage.verifier, 'TxA') !== undefined, 'TxA', 120);
      for (const name of ['worker', 'arbiter-1', 'arbiter-3', 'arbiter-5']) {
        await stage.mineTo(courtHeight(stage) + clockOf(stage.verifier).arbitrationTimeout - 10);
        await stage.stop(name, 'has nothing to gain by Tx6');
      }
    },
  },
  {
    name: 'challenge-with-silent-arbiters',
    about:
      'The Client challenges while n − k + 1 arbiters are silent: no decision, and everybody pays (#5c).',
    court: COURT,
    cast: () => ({ client: frivolous() }),
    play: (stage) => withoutArbiters(stage, ['arbiter-2', 'arbiter-4']),
  },
  {
    name: 'decision-not-taken',
    about: 'The arbiters decide for the Worker, who withholds h_p: from Δ_2 on they sign the opposite (#6).',
    court: COURT,
    cast: () => ({
      verifier: [lyingVerdict()],
      worker: [withholds((id) => id.startsWith('Tx8'), 'wins the appeal, and never takes what it won')],
    }),
  },
  {
    name: 'claim-for-one-arbiter',
    about: 'The Verifier’s claim reaches one arbiter only: by relay all get it, and agree (#6, S = all).',
    court: COURT,
    cast: () => ({
      worker: [wrongChunks()],
      verifier: [
        keepsBack(
          { kinds: ['claim'], to: (name) => name !== 'arbiter-1' },
          'posts its claim to one arbiter only',
        ),
      ],
    }),
  },
  {
    name: 'receipt-for-one-arbiter',
    about:
      'The Verifier denies the delivery that it gave a receipt for, and the receipt reaches one arbiter only: all agree (#7, S = all).',
    court: COURT,
    cast: () => ({
      worker: [
        keepsBack({ kinds: ['receipt'], to: oneArbiterOnly }, 'posts the receipt to one arbiter only'),
      ],
      verifier: [
        keepsBack({ kinds: ['verdict'] }, 'never says r = 1'),
        publishesAt('TxV0', (actor) => actor.height >= verdictTip(actor), 'says that it got nothing'),
        deniesDelivery(),
      ],
    }),
  },
  {
    name: 'arbiter-returns',
    about:
      'An arbiter is away while claims are posted and comes back before they count: it gets all of them, and votes (#6, S = all).',
    court: COURT,
    cast: () => ({ worker: [wrongChunks()] }),
    play: async (stage) => {
      await stage.mineUntil(() => disputeHeight(stage.client, 'TxV0') !== undefined, 'TxV0', 120);
      await stage.stop('arbiter-3');
      await stage.mineUntil(() => disputeHeight(stage.client, 'TxA') !== undefined, 'TxA', 120);
      await stage.mineTo(courtHeight(stage) + clockOf(stage.client).claim);
      await stage.restart('arbiter-3');
    },
  },
  {
    name: 'everybody-restarts',
    about:
      'Every party is ended and started again in the states of a dispute, one after another: it ends the same (#6, S = all).',
    court: SMALL_COURT,
    cast: () => ({ worker: [wrongChunks()] }),
    play: async (stage) => {
      await stage.mineUntil(() => isWaiting(stage, 'TxV0'), 'TxV0', 120);
      for (let turn = 0; !stage.hasEnded; turn++) {
        const { name } = stage.actors[turn % stage.actors.length]!;
        await stage.stop(name);
        await stage.restart(name);
        await stage.mine();
      }
    },
  },
];
