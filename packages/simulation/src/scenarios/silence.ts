import { isWaiting, objectionTo } from '../stage/looks.ts';
import { wrongChunks } from '../strategies/executors.ts';
import { late } from '../strategies/messages.ts';
import { SMALL_COURT } from './courts.ts';
import { clockOf, committed, deltaOf, fromCommitment } from './moments.ts';
import type { Scenario } from './scenario.ts';

/** Scenarios in which somebody is simply not there. */
export const SILENCE: readonly Scenario[] = [
  {
    name: 'worker-and-verifier-asleep',
    about: 'The Worker never delivers and the Verifier sleeps: the Client takes Tx1 at t3 (#1).',
    court: SMALL_COURT,
    play: async (stage, observe) => {
      const h0 = await committed(stage);
      await stage.stop('worker');
      await stage.stop('verifier');
      const { t3 } = stage.options.terms.parameters;
      await stage.mineTo(h0 + t3 - 2);
      observe('Tx1 in block H0 + t3 − 1', await objectionTo(stage, stage.client.completed('Tx1')));
    },
  },
  {
    name: 'verifier-asleep',
    about:
      'The Worker delivers and the Verifier sleeps: the Worker takes Tx3 at t1, and the Verifier pays (#2).',
    court: SMALL_COURT,
    play: async (stage, observe) => {
      const h0 = await committed(stage);
      await stage.stop('verifier');
      const { t1 } = stage.options.terms.parameters;
      await stage.mineTo(h0 + t1 - 2);
      observe('Tx3 in block H0 + t1 − 1', await objectionTo(stage, stage.worker.completed('Tx3')));
    },
  },
  {
    name: 'garbage-and-silence',
    about:
      'The Worker delivers garbage and its friend the Verifier sleeps: Tx3 costs the two more than it brings (#2).',
    court: SMALL_COURT,
    cast: () => ({ worker: [wrongChunks()] }),
    play: async (stage) => {
      await committed(stage);
      await stage.stop('verifier');
    },
  },
  {
    name: 'release-comes-too-late',
    about:
      'The release reaches the Worker near t3, when a low fee may not confirm in time: it does not reveal h_p any more (#1).',
    court: SMALL_COURT,
    cast: () => ({
      client: [
        late(
          { kinds: ['release'] },
          (actor) => fromCommitment(actor, ({ paymentLatest }) => paymentLatest) - deltaOf(actor) + 1,
          'releases the payment when there is hardly time left',
        ),
      ],
    }),
    play: async (stage, observe) => {
      const h0 = await committed(stage);
      await stage.mineUntil(() => stage.worker.state.name === 'verification', 'the opening', 30);
      await stage.stop('worker');
      await stage.stop('verifier');
      const { paymentLatest } = clockOf(stage.client);
      await stage.mineTo(h0 + paymentLatest - deltaOf(stage.client) + 1);
      await stage.restart('worker');
      await stage.mine();
      const { released, verdict } = stage.worker.operation;
      observe('the Worker holds verdict and release', String(released && verdict === 1));
      observe('Tx4 in the mempool', String(isWaiting(stage, 'Tx4')));
    },
  },
];
