import { describe, expect, it } from 'vitest';
import { type ChannelEvent, type OpenState, type SchnorrSignature, satoshi } from '../../../src/index.ts';
import { otherHash } from '../play/identity.ts';
import { H0 } from '../play/late.ts';
import { DELIVERY, OPENING } from '../play/tasks.ts';
import { ended, move, offerOf, sealedBy } from '../setup/steps.ts';
import {
  atTip,
  type Changes,
  called,
  changed,
  channelOf,
  delivered,
  disputed,
  empty,
  expected,
  next,
  noted,
  opened,
  out,
  outAt,
  paid,
  type ResultRow,
  result,
  results,
  stateOf,
  verifier,
} from './steps.ts';

const SIGNATURE = new Uint8Array(64) as SchnorrSignature;
const STALE = 'ignored: out-of-place, null';
const place = { blockHash: otherHash('b'), bytes: new Uint8Array(0) };

describe('W computes and signs once', () => {
  const worker = (changes: Changes = {}) => stateOf(empty(), 'worker', { begun: [], ...changes });

  it('it begins with the third confirmation of Tx0', () => {
    expect(outAt(worker(), 1)).toEqual([]);
    expect(outAt(worker(), 2)).toEqual(['compute']);
    expect(outAt(worker(), 9)).toEqual(['compute']);
    expect((atTip(worker(), 2).state as OpenState).begun).toEqual(['compute']);
    expect(outAt(worker({ begun: ['compute'] }), 2)).toEqual([]);
    expect(outAt(worker({ commitmentHeight: null }), 9)).toEqual([]);
    expect(outAt(stateOf(empty(), 'client', { begun: [] }), 2)).toEqual([]);
  });

  it.each([
    ['deliver', { kind: 'computed', delivery: DELIVERY }, { kind: 'delivery', ...DELIVERY }],
    ['reveal', { kind: 'opened', opening: OPENING }, { kind: 'opening', ...OPENING }],
  ] as const)('%s: what it signs goes to C, V and itself, once', (begun, event, message) => {
    const state = worker({ begun: ['compute'] });
    const step = move(state, event);
    expect(step.messages).toEqual(
      ['client', 'worker', 'verifier'].map((to) => ({
        to,
        message: { ...message, channel: channelOf(state) },
      })),
    );
    expect(step.tasks).toEqual([]);
    expect((step.state as OpenState).begun).toEqual(['compute', begun]);
    expect(result(step.state as OpenState, event)).toBe(STALE);
  });
});

describe('events of an open channel', () => {
  it('what belongs to the setup changes nothing any more', () => {
    const seed = { kind: 'seed-opened', seed: otherHash('s') } as const;
    const draft = { bytes: 520, height: H0 + 3, blockHash: otherHash('b') };
    const state = stateOf(delivered(), 'verifier', { drafts: { delivery: draft, opening: null } });
    const rows: readonly ResultRow[] = [
      ['a seed of the ceremony', state, { ...seed, which: 'ceremony' }, STALE],
      ['a challenge seed', state, { ...seed, which: 'challenge' }, 'moved'],
      ['C’s consent', state, { kind: 'agreed', pointLockProof: null }, STALE],
    ];
    expect(results(rows)).toEqual(expected(rows));
  });

  it('the chain: Tx0, disputes and settlements come and go', () => {
    const confirmed = (transaction: 'Tx0' | 'TxV1', blocks: number): ChannelEvent => ({
      kind: 'confirmed',
      transaction,
      height: H0 + blocks,
      ...place,
    });
    const state = stateOf(paid(), 'client');
    const gone = next(state, { kind: 'unconfirmed', transaction: 'Tx0' });
    expect(gone.commitmentHeight).toBeNull();
    expect(next(gone, confirmed('Tx0', 1)).commitmentHeight).toBe(H0 + 1);
    const inDispute = next(state, confirmed('TxV1', 170));
    expect(inDispute.name).toBe('arbitration');
    expect(next(inDispute, { kind: 'unconfirmed', transaction: 'TxV1' }).name).toBe('verification');
    // Nothing is done any more in a closed channel, whatever would be due.
    const unchecked = stateOf(paid(), 'verifier', { begun: [], checked: null });
    const paidOut = move(unchecked, { kind: 'confirmed', transaction: 'Tx4', height: H0 + 4, ...place });
    expect([paidOut.state.name, out(paidOut)]).toEqual(['closed', []]);
  });

  it('what is to be relayed goes out once it is sealed, to all but its author', () => {
    const entry = noted({ detail: { of: 'delivery', root: otherHash('R') } });
    const { author, sealed } = entry;
    const made = { kind: 'relay-made', author, sealed, envelope: new Uint8Array(3), receipt: null } as const;
    const step = move(verifier({ posts: [entry] }), made);
    expect(out(step)).toEqual(['client', 'arbiter:1', 'arbiter:2', 'arbiter:3'].map((to) => `post → ${to}`));
    expect(result(verifier(), made)).toBe(STALE);
  });
});

describe('what tasks of an arbitration end in', () => {
  const claim = {
    fault: 'output',
    root: otherHash('R'),
    index: 3,
    opening: new Uint8Array([1]),
    input: { bytes: new Uint8Array([2]), path: [] },
    programHash: otherHash('program'),
  } as const;
  const made: ChannelEvent = { kind: 'claim-made', court: 'TxA', claim };
  const judged: ChannelEvent = { kind: 'judged', court: 'TxA', confirmed: true, nonce: otherHash('n') };
  const signed: ChannelEvent = {
    kind: 'signed',
    signatures: [
      { slot: { transaction: 'TxV0', input: 0, signer: 'verifier', kind: 'plain' }, signature: SIGNATURE },
    ],
  };
  const arbiter = () => stateOf(empty(), empty().arbiter(1), { tip: H0 + 180 });
  const done = (state: OpenState, ...what: OpenState['arbitration']['done']) =>
    changed(state, { arbitration: { ...state.arbitration, done: what } });

  it('counts in the dispute that it was asked for', () => {
    const state = done(called(arbiter()), 'judge');
    expect(next(state, judged)).toMatchObject({
      arbitration: { vote: { decision: 1, nonce: otherHash('n') } },
    });
    const accuser = done(called(stateOf(delivered(), 'verifier', { tip: H0 + 180 })), 'claim');
    expect(out(move(accuser, made))).toContain('post claim → arbiter:1');
  });

  it('is kept for a dispute that a reorganisation has removed, unless it would be asked for again', () => {
    const signing = { ...arbiter().arbitration, signing: [{ stage: 0, decisions: [] }] };
    const rows: readonly ResultRow[] = [
      ['a claim', done(arbiter(), 'claim'), made, 'later'],
      ['a claim that nobody asked for', arbiter(), made, STALE],
      ['a judgement', done(arbiter(), 'judge'), judged, STALE],
      ['a signature', changed(arbiter(), { arbitration: signing }), signed, 'later'],
      ['a signature that nobody asked for', arbiter(), signed, STALE],
    ];
    expect(results(rows)).toEqual(expected(rows));
  });

  it('a block in an arbitration: an arbiter that sees more than B of them at once asks for what it has missed', () => {
    const lacking = ['client', 'verifier', 'arbiter:2', 'arbiter:3'].map((to) => `lacking → ${to}`);
    const state = called(arbiter());
    expect(outAt(state, 185).filter((what) => what.startsWith('lacking'))).toEqual([]);
    expect(outAt(state, 186).filter((what) => what.startsWith('lacking'))).toEqual(lacking);
    expect((atTip(state, 185).state as OpenState).arbitration.seen).toBe(H0 + 185);
  });
});

describe('messages in an open channel', () => {
  const lacks = () => {
    const items = [{ what: 'message', kind: 'delivery', from: null }] as const;
    const message = { kind: 'lacking', channel: channelOf(verifier()), items } as const;
    return sealedBy(empty().arbiter(2), 'arbiter:2', message);
  };

  it('of no party count nothing', () => {
    const state = stateOf(delivered(), 'verifier');
    const stranger = { ...opened(), from: offerOf('stake 0') };
    expect(result(state, stranger)).toBe(`ignored: out-of-place, ${offerOf('stake 0')}`);
  });

  it('what an arbiter lacks is sent to it in a dispute; before one it waits', () => {
    const entry = noted({ detail: { of: 'delivery', root: otherHash('R') } });
    const state = verifier({ posts: [entry] });
    expect(result(state, lacks())).toBe('later');
    expect(out(move(disputed(state, 'TxV0'), lacks()))).toEqual(['relay worker: delivery']);
  });

  it('what belongs to a later step waits for it', () => {
    const spends = [{ output: 1, script: new Uint8Array(34), amount: satoshi(1_000n), signature: SIGNATURE }];
    const message = { kind: 'releaseSignatures', channel: channelOf(verifier()), spends } as const;
    expect(result(verifier(), sealedBy('client', 'client', message))).toBe('later');
  });

  it('a signature on anything but Tx4 is none of V’s verdict and C’s release', () => {
    expect(result(stateOf(paid(), 'client'), ended(paid(), 'client', 'signed'))).toBe(STALE);
  });
});
