import { describe, expect, it } from 'vitest';
import {
  type ChannelState,
  type Contract,
  type MessageOf,
  openChannel,
  schnorrSignature,
  transition,
} from '../../src/index.ts';
import { xOnlyOf } from '../../src/primitives/point-lock.ts';
import { fixtureHash } from '../fixtures/terms.ts';
import { CONTEXT } from './play/game.ts';
import { accepted, begin } from './play/identity.ts';

type Answer = MessageOf<'termsAccepted'>;
type Answers = { readonly worker: Answer; readonly verifier: Answer };

const HONEST: Answers = { worker: accepted('worker'), verifier: accepted('verifier') };
type Order = readonly ('worker' | 'verifier')[];
const ORDERS: readonly Order[] = [
  ['worker', 'verifier'],
  ['verifier', 'worker'],
];

/** Nobody looks at the seal of what belongs to the setup. */
const UNSEALED = {
  sealed: fixtureHash('sealed'),
  signature: schnorrSignature(new Uint8Array(64)),
  envelope: new Uint8Array(0),
};

const PROPOSED = (() => {
  const step = begin();
  if (step.kind !== 'moved' || step.state.name !== 'setup' || step.state.step !== 'terms') throw new Error();
  return step.state;
})();

/** How the Client's setup ends when its partners answer in this order. */
function answeredBy(answers: Answers, order: Order, proposed: ChannelState = PROPOSED) {
  const state = order.reduce<ChannelState>((before, from) => {
    const step = transition(before, { kind: 'message', from, message: answers[from], ...UNSEALED }, CONTEXT);
    return step.kind === 'moved' ? step.state : expect.unreachable(`${from}: ${step.kind}`);
  }, proposed);
  if (state.name === 'setup') return state.step;
  return state.name === 'closed' && state.how === 'abandoned' ? state.fault : state.name;
}

const changed = (role: 'worker' | 'verifier', terms: Partial<Contract['worker']>): Answers => ({
  ...HONEST,
  [role]: { ...HONEST[role], terms: { ...HONEST[role].terms, ...terms } },
});
const { client } = PROPOSED.terms;

describe('M §Sequence: the Client puts the terms together, whichever answer comes first', () => {
  it.each(ORDERS)('%s, then %s: it writes the contract', (...order) => {
    expect(answeredBy(HONEST, order)).toBe('contract');
  });

  const cases: readonly (readonly [string, Answers, 'worker' | 'verifier'])[] = [
    ['the Verifier brings no coins (C20)', changed('verifier', { funding: [] }), 'verifier'],
    ['the Worker brings no coins (C20)', changed('worker', { funding: [] }), 'worker'],
    [
      'the Verifier takes a key of the Client (C19)',
      changed('verifier', { messageKey: client.messageKey }),
      'verifier',
    ],
    [
      'the Worker takes a key of the Client (C19)',
      changed('worker', { transactionKey: client.messageKey }),
      'worker',
    ],
    [
      'the Worker brings a coin of the Client (C19)',
      changed('worker', { funding: client.funding }),
      'worker',
    ],
    [
      'the Verifier brings a coin of the Client (C19)',
      changed('verifier', { funding: client.funding }),
      'verifier',
    ],
  ];
  it.each(cases)('%s: the culprit is who did it, in both orders', (_, answers, culprit) => {
    for (const order of ORDERS)
      expect(answeredBy(answers, order)).toMatchObject({ code: 'terms-refused', culprit });
  });

  it('the Worker locks the pay to a key of the Client (C19): the Worker', () => {
    const worker = { ...HONEST.worker, verificationLock: client.messageKey } as Answer;
    for (const order of ORDERS)
      expect(answeredBy({ ...HONEST, worker }, order)).toMatchObject({ culprit: 'worker' });
    const pointLock = HONEST.worker.role === 'worker' ? HONEST.worker.pointLock : expect.unreachable();
    const copied = { ...PROPOSED.terms, client: { ...client, messageKey: xOnlyOf(pointLock) } };
    const proposed = openChannel(copied, PROPOSED.peers, PROPOSED.parameters, PROPOSED.tip);
    const state = proposed.kind === 'moved' ? proposed.state : expect.unreachable();
    for (const order of ORDERS)
      expect(answeredBy(HONEST, order, state)).toMatchObject({ code: 'terms-refused', culprit: 'worker' });
  });

  it('a rule on the terms that the Client wrote by itself (C1): nobody else', () => {
    const state = { ...PROPOSED, parameters: { ...PROPOSED.parameters, beta: 1 } };
    for (const order of ORDERS)
      expect(answeredBy(HONEST, order, state)).toMatchObject({ code: 'terms-refused', culprit: null });
  });
});
