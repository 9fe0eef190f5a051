import { decodeMessage } from '@prometheus-compute/protocol';
import { modelScenarioBatch } from '../stage/batch.ts';
import type { Stage } from '../stage/stage.ts';
import { publishesAt, withholds } from '../strategies/chain.ts';
import { otherDelivery } from '../strategies/equivocation.ts';
import { lyingVerdict, runsNothing, wrongAccumulator, wrongChunks } from '../strategies/executors.ts';
import { afterCommitment, keepsBack, tampers } from '../strategies/messages.ts';
import type { Strategy } from '../strategies/strategy.ts';
import { COURT, SMALL_COURT } from './courts.ts';
import { verdictTip } from './moments.ts';
import { neverReleases } from './refusals.ts';
import type { Observe, Scenario } from './scenario.ts';

/** W: accepts a verdict r = 0. */
const neverAppeals = (): Strategy => withholds((id) => id === 'TxA', 'does not appeal');

/** W and C: pretend that there was a delivery. */
const fakedDelivery = (): { readonly worker: readonly Strategy[]; readonly client: readonly Strategy[] } => ({
  worker: [
    keepsBack(
      { kinds: ['delivery', 'opening', 'blob'], to: (name) => name !== 'client', when: afterCommitment },
      'delivers to its friend the Client alone',
    ),
  ],
  client: [
    keepsBack(
      { kinds: ['delivery', 'opening', 'blob'], when: afterCommitment },
      'gives receipts, and passes nothing on to anybody',
    ),
  ],
});

const withheldOpening = (): Strategy => keepsBack({ kinds: ['opening'] }, 'opens nothing to anybody');

/** A point that is no K_i of this contract. */
const wrongKey = (): Strategy =>
  tampers(
    'opening',
    (opening, actor) => ({
      ...opening,
      chunks: opening.chunks.map((chunk) => ({
        ...chunk,
        chunkPoint: actor.openGraph.terms.contract.pointLock,
      })),
    }),
    'opens the chunks with a key that encrypts nothing',
  );

const wrongLock = (): Strategy =>
  tampers(
    'opening',
    (opening) => ({
      ...opening,
      chunks: opening.chunks.map((chunk) => ({
        ...chunk,
        maskedShare: chunk.maskedShare.map((byte) => byte ^ 1),
      })),
    }),
    'hides shares of u_p that do not open the lock',
  );

/** The chunk in which a Worker falsifies an accumulator. */
const WRONG_CHUNK = 2;

/** Notes what the Verifier claims before the arbiters. */
async function claimedChunk(stage: Stage, observe: Observe): Promise<void> {
  const claim = () => {
    const state = stage.verifier.recorded?.state;
    if (state === undefined || !('posts' in state)) return undefined;
    return state.posts.find(({ kind }) => kind === 'claim');
  };
  await stage.mineUntil(() => claim() !== undefined, 'the claim', 200);
  const { blobs } = stage.verifier.party.node.ports;
  const message = decodeMessage('claim', (await blobs.get(claim()!.sealed))!);
  const of = 'index' in message ? ` of chunk ${message.index}` : '';
  observe('the Verifier claims', `${message.fault}${of}`);
}

/** Scenarios in which the Verifier says r = 0: TxV0. */
export const ACCUSATIONS: readonly Scenario[] = [
  {
    name: 'faked-delivery',
    about:
      'The Client pretends that the Worker delivered, who shows the Verifier nothing: TxV0, no appeal (#4).',
    court: SMALL_COURT,
    cast: () => {
      const { worker, client } = fakedDelivery();
      return { worker: [...worker, neverAppeals()], client };
    },
  },
  {
    name: 'faked-delivery-appealed',
    about: 'The same, and the Worker appeals: no arbiter has accepted a delivery (#6).',
    court: COURT,
    cast: fakedDelivery,
  },
  {
    name: 'opening-withheld',
    about: 'The Worker delivers and never opens the sample: TxV0, no appeal (#4).',
    court: SMALL_COURT,
    cast: () => ({ worker: [withheldOpening(), neverAppeals()] }),
  },
  {
    name: 'opening-withheld-appealed',
    about: 'The same, and the Worker appeals: no arbiter has accepted an opening (#6).',
    court: COURT,
    cast: () => ({ worker: [withheldOpening()] }),
  },
  {
    name: 'bad-chunk-admitted',
    about: 'A sampled chunk is wrong, the Verifier finds it, and the Worker admits it (#4).',
    court: SMALL_COURT,
    cast: () => ({ worker: [wrongChunks(), neverAppeals()] }),
  },
  {
    name: 'bad-chunk-appealed',
    about: 'A sampled chunk is wrong, and the Worker appeals: every arbiter runs the chunk again (#6).',
    court: COURT,
    cast: () => ({ worker: [wrongChunks()] }),
  },
  {
    name: 'wrong-accumulator',
    about:
      'One accumulator of a model is wrong before the Worker commits: the Verifier finds it without running a chunk, and names the chunk; the Worker appeals (#6).',
    court: COURT,
    batch: modelScenarioBatch,
    cast: () => ({
      worker: [wrongAccumulator(modelScenarioBatch().inputs[WRONG_CHUNK]!)],
      verifier: [runsNothing()],
    }),
    play: claimedChunk,
  },
  {
    name: 'wrong-chunk-key',
    about: 'The Worker opens the sample with a key that does not belong to h_p: the proof fails (#4).',
    court: SMALL_COURT,
    cast: () => ({ worker: [wrongKey(), neverAppeals()] }),
  },
  {
    name: 'bad-lock',
    about:
      'The Worker hides wrong shares of u_p, so that no check earns the fee: a fault like any other (#4).',
    court: SMALL_COURT,
    cast: () => ({ worker: [wrongLock(), neverAppeals()] }),
  },
  {
    name: 'lying-verifier',
    about: 'The Verifier calls a right chunk wrong: the Worker appeals, and the Client decrypts (#7).',
    court: COURT,
    cast: () => ({ verifier: [lyingVerdict()] }),
  },
  {
    name: 'two-verdicts',
    about:
      'The Verifier signs r = 1 and then publishes TxV0: the Worker appeals, and nobody claims anything (#7).',
    court: COURT,
    cast: () => ({
      client: [neverReleases()],
      verifier: [
        publishesAt(
          'TxV0',
          (actor) => actor.height >= verdictTip(actor),
          'says r = 0 on the chain, after it has signed r = 1',
        ),
      ],
    }),
  },
  {
    name: 'bought-verdict-revoked',
    about:
      'Worker and Verifier agree on garbage and r = 1, then publish TxV0 and appeal: the Client claims the fault itself (#6).',
    court: COURT,
    cast: () => ({
      worker: [wrongChunks(), withholds((id) => id === 'Tx4', 'keeps Tx4 to itself')],
      verifier: [
        lyingVerdict(),
        publishesAt(
          'TxV0',
          (actor) => actor.height >= verdictTip(actor),
          'says r = 0 on the chain, so that its friend can appeal without a claim',
        ),
      ],
    }),
  },
  {
    name: 'two-roots',
    about: 'The Worker signs one R for the Verifier and another for the Client: equivocation (#6).',
    court: COURT,
    cast: () => ({
      worker: [
        tampers(
          'delivery',
          otherDelivery,
          'signs another R for the Client than for everybody else',
          (name) => name === 'client',
        ),
      ],
    }),
  },
];
