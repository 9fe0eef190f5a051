import { arbiterParty, satoshi, spendStake, spendTransaction } from '@prometheus-compute/protocol';
import type { Actor } from '../stage/actor.ts';
import { objectionTo } from '../stage/looks.ts';
import type { Stage } from '../stage/stage.ts';
import { wrongChunks } from '../strategies/executors.ts';
import { keepsBack } from '../strategies/messages.ts';
import { coalitionAttempts } from './coalition.ts';
import { COURT, SMALL_COURT } from './courts.ts';
import { committed, disputeHeight } from './moments.ts';
import type { Observe, Scenario } from './scenario.ts';

/** Satoshis that an arbiter pays for spending its stake by hand. */
const FEE = 1_000n;
/** Who is not in the coalition. */
const OUTSIDER = arbiterParty(COURT.n);

/** An arbiter's own spend of its stake, by the leaf that is valid after t4. */
function ownStakeSpend(arbiter: Actor, index: number): Uint8Array {
  const { wallet, signer } = arbiter.party.node.ports;
  const spend = spendStake(arbiter.openGraph, index, 'arbiter');
  const amount = satoshi(spend.prevout.amount - FEE);
  const transaction = spendTransaction([spend], [{ amount, script: wallet.freshScript() }]);
  return transaction.complete([[signer.signTransaction(arbiter.record.keys, transaction.sighashes[0]!)]]);
}

async function tryAll(stage: Stage, observe: Observe, when: string): Promise<void> {
  for (const { what, bytes } of coalitionAttempts(stage, OUTSIDER)) {
    observe(`${when}: ${what}`, await objectionTo(stage, bytes));
  }
}

/** Scenarios about the stakes of arbiters. */
export const STAKES: readonly Scenario[] = [
  {
    name: 'arbiter-spends-its-stake-late',
    about:
      'An arbiter tries to spend its stake after Tx0: the chain refuses it until t4, and takes it then (#3).',
    court: SMALL_COURT,
    cast: () => ({
      client: [keepsBack({ kinds: ['releaseSignatures'] }, 'does not sign the stakes free at the end')],
    }),
    play: async (stage, observe) => {
      const h0 = await committed(stage);
      const spend = ownStakeSpend(stage.arbiters[0]!, 1);
      observe('its stake after Tx0', await objectionTo(stage, spend));
      const { t4 } = stage.options.terms.parameters;
      await stage.mineTo(h0 + t4 - 2);
      observe('its stake in block H0 + t4 − 1', await objectionTo(stage, spend));
      await stage.mine();
      observe('its stake in block H0 + t4', await objectionTo(stage, spend));
    },
  },
  {
    name: 'coalition-of-all-but-one',
    about:
      'Client, Worker, Verifier and k arbiters conspire, and cannot move the stake of the one who is left (#5).',
    court: COURT,
    cast: () => {
      const refuses = () =>
        keepsBack(
          { kinds: ['decisionSignatures'], when: (_, actor) => actor.self !== OUTSIDER },
          'signs no decision, as long as the others pay for it',
        );
      const arbiters = Array.from({ length: COURT.n }, (_, i) => [`arbiter-${i + 1}`, [refuses()]]);
      return { worker: [wrongChunks()], ...Object.fromEntries(arbiters) };
    },
    play: async (stage, observe) => {
      await committed(stage);
      await tryAll(stage, observe, 'after Tx0');
      await stage.mineUntil(() => disputeHeight(stage.client, 'TxA') !== undefined, 'TxA', 120);
      await tryAll(stage, observe, 'after TxA');
    },
  },
];
