import { completeCommitment, objectionTo } from '../stage/looks.ts';
import type { Stage } from '../stage/stage.ts';
import { withholds } from '../strategies/chain.ts';
import { replacesCommitment, spendsPledgedStake } from '../strategies/coins.ts';
import { keepsBack, silentAt, tampers } from '../strategies/messages.ts';
import type { Strategy } from '../strategies/strategy.ts';
import { SMALL_COURT } from './courts.ts';
import type { Observe, Scenario } from './scenario.ts';

/** Leaves the last of its pre-signatures out, and seals the rest. */
const onePreSignatureShort = (): Strategy =>
  tampers(
    'preSignatures',
    (message) => ({ ...message, signatures: message.signatures.slice(0, -1) }),
    'keeps one of its pre-signatures back',
  );

const noInputSignature = (): Strategy =>
  keepsBack({ kinds: ['inputSignatures'] }, 'signs everything but its input of Tx0');

/** Notes how the setup ended, and that a Tx0 with all its signatures could not come back. */
async function untilGivenUp(stage: Stage, observe: Observe): Promise<void> {
  await stage.mineUntil(() => stage.hasEnded, 'the end of the setup', 60);
  const { state } = stage.client;
  if (state.name !== 'closed' || state.how !== 'abandoned') return;
  observe('the Client’s verdict on the setup', `${state.fault.code} by ${state.fault.culprit ?? 'nobody'}`);
}

/** The setup fails, and the next one, with another draw where an arbiter was to blame, does not. */
async function thenAgain(stage: Stage, observe: Observe): Promise<void> {
  await untilGivenUp(stage, observe);
  await stage.mine(8);
  await stage.begin();
  await stage.mineUntil(() => stage.client.state.name !== 'setup', 'the second setup', 60);
}

const called = (name: string): string =>
  name === 'arbiter' ? 'An arbiter' : `The ${name.charAt(0).toUpperCase()}${name.slice(1)}`;

const shortOf = (party: string, name: string): Scenario => ({
  name: `${name}-short-of-a-pre-signature`,
  about: `${called(name)} keeps one pre-signature back: the setup is given up, and nothing has changed.`,
  court: SMALL_COURT,
  cast: () => ({ [party]: [onePreSignatureShort()] }),
  play: untilGivenUp,
});

const unsigned = (party: string, name: string): Scenario => ({
  name: `${name}-does-not-sign-tx0`,
  about: `${called(name)} never signs its input of Tx0: the others respend theirs, and nothing has changed but their fees.`,
  court: SMALL_COURT,
  cast: () => ({ [party]: [noInputSignature()] }),
  play: untilGivenUp,
});

/** Scenarios that end before Tx0 is in a block, or begin with one that does. */
export const SETUPS: readonly Scenario[] = [
  shortOf('client', 'client'),
  shortOf('worker', 'worker'),
  shortOf('verifier', 'verifier'),
  shortOf('arbiter-2', 'arbiter'),
  unsigned('worker', 'worker'),
  unsigned('verifier', 'verifier'),
  unsigned('arbiter-2', 'arbiter'),
  {
    name: 'client-keeps-tx0',
    about:
      'The Client holds a complete Tx0 and keeps it until the others have respent: the chain refuses it.',
    court: SMALL_COURT,
    cast: () => ({ client: [withholds((id) => id === 'Tx0', 'keeps a complete Tx0 to itself')] }),
    play: async (stage, observe) => {
      await stage.mineUntil(() => completeCommitment(stage) !== undefined, 'a complete Tx0', 30);
      const complete = completeCommitment(stage)!;
      observe('Tx0 in time', await objectionTo(stage, complete));
      await untilGivenUp(stage, observe);
      await stage.mine(2);
      observe('Tx0 after the others have respent', await objectionTo(stage, complete));
    },
  },
  {
    name: 'worker-replaces-tx0',
    about:
      'The Worker replaces Tx0 in the mempool by a dearer spend of its own coin: only it has lost anything, a fee.',
    court: SMALL_COURT,
    cast: () => ({ worker: [replacesCommitment()] }),
    play: untilGivenUp,
  },
  {
    name: 'arbiter-spends-its-stake-early',
    about:
      'An arbiter spends its stake before Tx0 does: the setup is given up, and the next one draws others (#3).',
    court: SMALL_COURT,
    // The others respend theirs, so that the Tx0 that was given up cannot come back.
    spareArbiters: SMALL_COURT.n,
    cast: () => {
      const once = { done: false };
      const names = Array.from({ length: 2 * SMALL_COURT.n }, (_, i) => `arbiter-${i + 1}`);
      return Object.fromEntries(names.map((name) => [name, [spendsPledgedStake(once)]]));
    },
    play: thenAgain,
  },
  {
    name: 'arbiter-does-not-answer',
    about: 'An arbiter that was drawn does not answer: the next one in the order takes its place (#3).',
    court: SMALL_COURT,
    spareArbiters: 1,
    cast: () => ({ 'arbiter-2': [silentAt('acceptance')] }),
  },
  {
    name: 'arbiter-vanishes',
    about:
      'An arbiter accepts and vanishes: the setup names it and is given up, and the next one draws another (#3).',
    court: SMALL_COURT,
    spareArbiters: 1,
    cast: () => ({ 'arbiter-2': [silentAt('preSignatures')] }),
    play: thenAgain,
  },
  {
    name: 'verifier-hides-an-acceptance',
    about:
      'The Verifier leaves an acceptance out of its list: the union holds all, and the draw stays what it was (#3).',
    court: SMALL_COURT,
    cast: () => ({
      verifier: [
        tampers(
          'acceptanceList',
          (list) => ({ ...list, acceptances: list.acceptances.slice(1) }),
          'leaves an acceptance out of its list',
        ),
      ],
    }),
  },
  {
    name: 'worker-aborts-after-the-draw',
    about:
      'The Worker sees who was drawn, and says nothing more: the setup names it, and nothing has changed.',
    court: SMALL_COURT,
    cast: () => ({ worker: [silentAt('arbiterSet')] }),
    play: untilGivenUp,
  },
];
