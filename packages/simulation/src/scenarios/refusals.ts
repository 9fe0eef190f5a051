import { isWaiting, objectionTo, revealedSecret, transactionIn } from '../stage/looks.ts';
import { withholds } from '../strategies/chain.ts';
import { directly, keepsBack } from '../strategies/messages.ts';
import { SMALL_COURT } from './courts.ts';
import { committed, disputeHeight, verdictTip } from './moments.ts';
import type { Scenario } from './scenario.ts';

/** C: never releases Tx4, whatever the Verifier says. */
export const neverReleases = () =>
  keepsBack({ kinds: ['release'] }, 'never releases the payment, whatever the Verifier says');

/** Scenarios in which the result is right, and Tx4 does not come: TxV1. */
export const REFUSALS: readonly Scenario[] = [
  {
    name: 'client-refuses-to-release',
    about:
      'The Client refuses to release: the verdict goes on the chain, and the Worker takes Tx4′ (#3 in three transactions).',
    court: SMALL_COURT,
    cast: () => ({ client: [neverReleases()] }),
  },
  {
    name: 'verdict-lost',
    about: 'The message with r = 1 is lost, however often it is sent: TxV1, then Tx4′ (#3).',
    court: SMALL_COURT,
    cast: () => ({
      verifier: [keepsBack({ kinds: ['verdict'] }, 'loses the message with r = 1 on every way out')],
    }),
  },
  {
    name: 'verdict-posted',
    about: 'The message with r = 1 is lost, and the Verifier posts it in time: the Worker takes Tx4 (#3).',
    court: SMALL_COURT,
    cast: () => ({
      verifier: [
        keepsBack({ kinds: ['verdict'], when: directly }, 'loses the message with r = 1 on its way out'),
      ],
    }),
  },
  {
    name: 'worker-keeps-the-verdict',
    about:
      'The Worker keeps the Verifier’s signature on Tx4 and waits for Tx3: TxV1 comes first, then Tx4′ (#3).',
    court: SMALL_COURT,
    cast: () => ({
      worker: [withholds((id) => id === 'Tx4', 'keeps Tx4 to itself, to take the Verifier’s stake by Tx3')],
    }),
    play: async (stage, observe) => {
      await stage.mineUntil(() => disputeHeight(stage.worker, 'TxV1') !== undefined, 'TxV1', 120);
      const { t1 } = stage.options.terms.parameters;
      await stage.mineTo(stage.commitmentHeight + t1 - 1);
      observe('Tx3 in block H0 + t1', await objectionTo(stage, stage.worker.completed('Tx3')));
    },
  },
  {
    name: 'worker-never-reveals',
    about: 'The Worker keeps Tx4 and then Tx4′ to itself: the Client gets its money back by Tx1′ (#1).',
    court: SMALL_COURT,
    cast: () => ({
      worker: [withholds((id) => ['Tx3', 'Tx4', "Tx4'"].includes(id), 'never shows h_p to anybody')],
    }),
  },
  {
    name: 'reorganisation-removes-tx4',
    about:
      'A reorganisation takes Tx4 out of the chain and miners keep it out: TxV1, Tx4′, and the same secret (#3).',
    court: SMALL_COURT,
    play: async (stage, observe) => {
      await stage.mineUntil(() => stage.client.stateName === 'Tx4', 'Tx4', 30);
      const first = revealedSecret(stage);
      const { txid } = transactionIn(stage, 'Tx4');
      stage.censors = (waiting) => waiting.txid === txid;
      await stage.reorganise(stage.height, 'a longer chain without Tx4 comes');
      observe('the Client’s channel after the reorganisation', stage.client.stateName);
      await stage.mineUntil(() => disputeHeight(stage.client, 'TxV1') !== undefined, 'TxV1', 120);
      stage.censors = undefined;
      await stage.mineUntil(() => stage.client.stateName === "Tx4'", 'Tx4′', 120);
      observe(
        'Tx4′ reveals the secret that Tx4 had revealed',
        String(revealedSecret(stage) === first && first !== undefined),
      );
    },
  },
  {
    name: 'censored-verdict',
    about: 'Miners keep TxV1 out of Δ − 1 blocks: it was published early enough to come before Tx3 (#3).',
    court: SMALL_COURT,
    cast: () => ({
      client: [neverReleases()],
    }),
    play: async (stage) => {
      await committed(stage);
      const { txid } = transactionIn(stage, 'TxV1');
      stage.censors = (waiting) => waiting.txid === txid;
      await stage.mineUntil(() => isWaiting(stage, 'TxV1'), 'TxV1 in the mempool', 120);
      stage.tell('chain', 'miners keep TxV1 out', 'somebody pays them for it');
      await stage.mine(stage.options.terms.offered.confirmationBlocks - 1);
      stage.censors = undefined;
    },
  },
  {
    name: 'verdict-too-early',
    about: 'A Verifier publishes TxV1, and TxV0, before t0 + 2Δ: the chain takes neither (#3).',
    court: SMALL_COURT,
    cast: () => ({ client: [neverReleases()] }),
    play: async (stage, observe) => {
      await committed(stage);
      await stage.mineTo(verdictTip(stage.verifier) - 1);
      observe('TxV1 in block H0 + t0 + 2Δ − 1', await objectionTo(stage, stage.verifier.completed('TxV1')));
      observe('TxV0 in block H0 + t0 + 2Δ − 1', await objectionTo(stage, stage.verifier.completed('TxV0')));
      await stage.mine();
      observe('TxV1 in block H0 + t0 + 2Δ', await objectionTo(stage, stage.verifier.completed('TxV1')));
      observe('TxV0 in block H0 + t0 + 2Δ', await objectionTo(stage, stage.verifier.completed('TxV0')));
    },
  },
];
