import { describe, expect, it } from 'vitest';
import {
  type ChannelEvent,
  type ClosedState,
  type OpenState,
  pointOf,
  type TransactionId,
} from '../../../src/index.ts';
import { otherHash } from '../play/identity.ts';
import { H0, until, without } from '../play/late.ts';
import { after, move } from '../setup/steps.ts';
import { type Changes, changed, delivered, next, once, out, paid, result, stateOf } from './steps.ts';

const STALE = 'ignored: out-of-place, null';
type Confirmed = Extract<ChannelEvent, { readonly kind: 'confirmed' }>;
type Settled = Extract<ClosedState, { readonly how: 'settled' }>;

const confirmed = (
  transaction: TransactionId,
  blocks: number,
  bytes: Uint8Array = new Uint8Array(0),
): Confirmed => ({
  kind: 'confirmed',
  transaction,
  height: H0 + blocks,
  blockHash: otherHash('b'),
  bytes,
});
const unconfirmed = (transaction: TransactionId): ChannelEvent => ({ kind: 'unconfirmed', transaction });
const dispute = (state: OpenState, ...transactions: readonly (readonly [TransactionId, number])[]) =>
  transactions.reduce((moved, [id, blocks]) => next(moved, confirmed(id, blocks)), state);
const disputes = (state: OpenState) =>
  state.name === 'arbitration'
    ? state.disputes.map(({ transaction, height }) => [transaction, height - H0])
    : state.name;

/** A contract in which nothing goes wrong, and how C saw its end. */
const honest = () => once('honest', () => until(without([]), 8));
function payment(name: 'client' | 'worker' | 'verifier'): Confirmed {
  const found = honest()
    .player(name)
    .log.find((event): event is Confirmed => event.kind === 'confirmed' && event.transaction === 'Tx4');
  return found!;
}
/** C just before the payment: all that it then had, and nothing of the end. */
const beforePayment = (changes: Changes = {}): OpenState => {
  const state = honest().state('client') as Settled;
  return changed(state.before, changes);
};

describe('M §Steps: disputes on the chain', () => {
  it.each(['TxV0', 'TxV1', 'TxA', 'TxAc'] as const)('%s begins an arbitration, and forgets nothing', (id) => {
    const state = stateOf(paid(), paid().arbiter(1), { tip: H0 + 180 });
    // An arbiter asks for blocks at once.
    const { name: _, arbitration: before, blocksAsked: __, ...kept } = state;
    const after = next(state, confirmed(id, 170));
    expect(after).toMatchObject(kept);
    expect(disputes(after)).toEqual([[id, 170]]);
    expect(after.arbitration.court).toEqual(
      id === 'TxA' || id === 'TxAc' ? { transaction: id, height: H0 + 170 } : before.court,
    );
  });

  it('are kept by height, whichever comes first, and each once: a reorganisation can move one', () => {
    const state = stateOf(paid(), 'worker', { tip: H0 + 190 });
    const both = dispute(state, ['TxA', 180], ['TxV0', 170]);
    expect(disputes(both)).toEqual([
      ['TxV0', 170],
      ['TxA', 180],
    ]);
    expect(disputes(dispute(both, ['TxA', 182]))).toEqual([
      ['TxV0', 170],
      ['TxA', 182],
    ]);
    expect(disputes(dispute(both, ['TxV0', 171]))).toEqual([
      ['TxV0', 171],
      ['TxA', 180],
    ]);
  });

  it('one that leaves the chain alone leaves the others, and the court only with TxA or TxAc', () => {
    const state = dispute(stateOf(paid(), 'worker', { tip: H0 + 190 }), ['TxV0', 170], ['TxA', 180]);
    const withoutFirst = next(state, unconfirmed('TxV0'));
    expect(disputes(withoutFirst)).toEqual([['TxA', 180]]);
    expect(withoutFirst.arbitration.court).toEqual({ transaction: 'TxA', height: H0 + 180 });
    const withoutCourt = next(state, unconfirmed('TxA'));
    expect(disputes(withoutCourt)).toEqual([['TxV0', 170]]);
    expect(withoutCourt.arbitration.court).toBeNull();
    const challenged = dispute(stateOf(paid(), 'worker', { tip: H0 + 190 }), ['TxV1', 170], ['TxAc', 180]);
    expect(next(challenged, unconfirmed('TxAc')).arbitration.court).toBeNull();
    expect(disputes(next(challenged, unconfirmed('TxAc')))).toEqual([['TxV1', 170]]);
  });

  it('without any the channel is where W’s documents have brought it', () => {
    for (const [game, name] of [
      [paid, 'verification'],
      [delivered, 'computation'],
    ] as const) {
      const state = stateOf(game(), 'worker', { tip: H0 + 190 });
      const { name: _, arbitration, ...kept } = state;
      const after = next(dispute(state, ['TxV0', 170], ['TxA', 180]), unconfirmed('TxA'));
      const over = next(after, unconfirmed('TxV0'));
      expect(over.name).toBe(name);
      expect(over.arbitration.court).toBeNull();
      expect(over).not.toHaveProperty('disputes');
      const { posts: __, begun: ___, ...same } = kept;
      expect(over).toMatchObject(same);
    }
  });

  it('what was never there cannot leave', () => {
    expect(result(stateOf(paid(), 'worker'), unconfirmed('TxV0'))).toBe(STALE);
    expect(result(stateOf(paid(), 'worker'), unconfirmed('Tx4'))).toBe(STALE);
  });
});

describe('Tx0 of an open channel', () => {
  it('D37: when it leaves the chain, blocks that were asked for by their height may be others', () => {
    const substitutes = { client: otherHash('c'), verifier: otherHash('v') };
    const state = stateOf(paid(), paid().arbiter(1), {
      substitutes,
      blocksAsked: [H0 + 126],
    });
    const gone = next(state, unconfirmed('Tx0'));
    expect(gone).toMatchObject({
      commitmentHeight: null,
      substitutes: { client: null, verifier: null },
      blocksAsked: [],
    });
    expect(next(gone, confirmed('Tx0', 2)).commitmentHeight).toBe(H0 + 2);
  });
});

describe('a settlement closes the channel', () => {
  it('C learns h_p from its own adaptor signature in Tx4, and decrypts (D9)', () => {
    const state = beforePayment();
    const step = move(state, payment('client'));
    const { revealed, ...closed } = step.state as Settled;
    expect(step.messages).toEqual([]);
    expect(pointOf(revealed!)).toEqual(state.agreement.contract.pointLock);
    expect(step.tasks).toEqual([{ kind: 'decrypt', secret: revealed, deliveryHash: state.delivery!.hash }]);
    expect(closed).toEqual({
      name: 'closed',
      how: 'settled',
      tip: state.tip,
      transaction: 'Tx4',
      height: payment('client').height,
      failures: null,
      cleanEnd: { own: 'none', client: {}, worker: {} },
      before: state,
    });
  });

  it('without a delivery there is nothing to decrypt', () => {
    const step = move(beforePayment({ delivery: null }), payment('client'));
    expect((step.state as Settled).revealed).not.toBeNull();
    expect(out(step)).toEqual([]);
  });

  it('nobody else learns it, and nobody from a settlement without it', () => {
    const revealedTo = (state: OpenState, event: ChannelEvent) =>
      (move(state, event).state as Settled).revealed;
    expect(revealedTo(stateOf(paid(), 'verifier'), payment('verifier'))).toBeNull();
    expect(revealedTo(stateOf(paid(), 'worker'), payment('worker'))).toBeNull();
    const { bytes } = payment('client');
    expect(revealedTo(beforePayment(), confirmed('Tx1', 300, bytes))).toBeNull();
    // C has given no adaptor signature, so that none of its own can stand there.
    const { signatures } = beforePayment();
    const unsigned = beforePayment({ signatures: { ...signatures, adaptor: {} } });
    expect(revealedTo(unsigned, payment('client'))).toBeNull();
  });

  it('also one whose witness has no signature in C’s place says nothing', () => {
    const { bytes } = payment('client');
    const bare = { ...payment('client'), bytes: withoutWitness(bytes) };
    expect((move(beforePayment(), bare).state as Settled).revealed).toBeNull();
  });
});

/** The same transaction in the form without witnesses: without marker and flag, and what lies between outputs and lock time. */
function withoutWitness(bytes: Uint8Array): Uint8Array {
  let at = 6;
  const inputs = bytes[at]!;
  at += 1;
  for (let i = 0; i < inputs; i++) at += 36 + 1 + bytes[at + 36]! + 4;
  const outputs = bytes[at]!;
  at += 1;
  for (let i = 0; i < outputs; i++) at += 8 + 1 + bytes[at + 8]!;
  return Uint8Array.from([...bytes.subarray(0, 4), ...bytes.subarray(6, at), ...bytes.subarray(-4)]);
}

describe('a closed channel', () => {
  const settled = (): Settled => move(beforePayment(), payment('client')).state as Settled;
  const at = (height: number): ChannelEvent => ({ kind: 'tip', height });

  it('follows the tip, and notes what could not be decrypted', () => {
    const state = settled();
    expect(move(state, at(H0 + 7)).state).toEqual({ ...state, tip: H0 + 7 });
    expect(move(state, { kind: 'decrypted', failures: [2] }).state).toEqual({ ...state, failures: [2] });
  });

  it('is open again when its settlement leaves the chain, at the tip of now', () => {
    const state = { ...settled(), tip: H0 + 11 };
    expect(move(state, unconfirmed('Tx4')).state).toEqual({ ...state.before, tip: H0 + 11 });
    expect(result(state as never, unconfirmed('Tx3'))).toBe(STALE);
    expect(result(state as never, unconfirmed('Tx0'))).toBe(STALE);
  });

  it('its settlement may stand in another block', () => {
    const state = settled();
    expect(move(state, confirmed('Tx4', 12)).state).toEqual({ ...state, height: H0 + 12 });
    expect(result(state as never, confirmed('Tx3', 12))).toBe(STALE);
  });

  it('signs stakes and bond free when it is final', () => {
    const state = settled();
    expect(out(move(state, at(state.height + 4)) as never)).toEqual([]);
    expect(out(move(state, at(state.height + 5)) as never)).toEqual(['sign-releases']);
  });

  describe('that was given up', () => {
    const abandoned = (late: boolean): ClosedState => {
      const { agreement, signatures } = stateOf(paid(), 'client');
      return {
        name: 'closed',
        how: 'abandoned',
        tip: H0 + 1,
        fault: { code: 'setup-timeout', culprit: null, reason: '' },
        channel: otherHash('channel'),
        drawn: true,
        suspects: [],
        before: late
          ? ({ name: 'setup', step: 'signatures', self: 'client', agreement, signatures } as never)
          : null,
      };
    };

    it('opens with a Tx0 that was quicker than the respend, unless nothing of this party had left', () => {
      const opened = move(abandoned(true), confirmed('Tx0', 1)).state as OpenState;
      expect(opened).toMatchObject({ name: 'computation', commitmentHeight: H0 + 1, tip: H0 + 1 });
      expect(result(abandoned(false) as never, confirmed('Tx0', 1))).toBe(STALE);
    });

    it('follows the tip; nothing else of the graph means anything to it', () => {
      const state = abandoned(true);
      expect(move(state, at(H0 + 9)).state).toEqual({ ...state, tip: H0 + 9 });
      for (const event of [
        confirmed('Tx4', 1),
        unconfirmed('Tx0'),
        unconfirmed('Tx4'),
        { kind: 'decrypted', failures: [] } as const,
      ])
        expect(after(state, event).kind).toBe('ignored');
    });
  });
});
