import { describe, expect, it } from 'vitest';
import { type ChannelEvent, duties, type MessageOf, type OpenState } from '../../../src/index.ts';
import { otherHash } from '../play/identity.ts';
import { B, DELTA, H0, T0 } from '../play/late.ts';
import { ended, move } from '../setup/steps.ts';
import {
  atTip,
  changed,
  disputed,
  empty,
  expected,
  next,
  noted,
  out,
  outAt,
  paid,
  postedBy,
  type ResultRow,
  results,
  saidBy,
  stateOf,
  VERDICT_BY,
} from './steps.ts';

type Changes = Parameters<typeof changed>[1];
const UNSIGNED = { plain: {}, adaptor: {} };
const [BY_V, BY_C] = ['sign Tx4/0/verifier', 'sign Tx4/0/client'];
const said = (): MessageOf<'verdict'> =>
  paid().sent.flatMap(({ message }) => (message.kind === 'verdict' ? [message] : []))[0]!;
const released = (): MessageOf<'release'> =>
  paid().sent.flatMap(({ message }) => (message.kind === 'release' ? [message] : []))[0]!;
const signed = (who: 'client' | 'verifier'): ChannelEvent => {
  const { log } = paid().player(who);
  return log.findLast(({ kind }) => kind === 'signed')!;
};
const FAULT = { fault: 'unopened' } as const;

describe('V says r = 1 about what C is bound to', () => {
  const verifier = (changes: Changes = {}) =>
    stateOf(paid(), 'verifier', { verdict: null, signatures: UNSIGNED, ...changes });
  const verdicts = (state: OpenState, blocks: number) => outAt(state, blocks).filter((what) => what === BY_V);

  it('when its own check is over and it holds both receipts of C', () => {
    const step = atTip(verifier(), 4);
    expect(out(step)).toEqual([BY_V]);
    expect(step.state).toMatchObject({ verdict: 1 });
  });

  it('not otherwise, and not twice', () => {
    const rows: readonly (readonly [string, OpenState])[] = [
      ['C', stateOf(paid(), 'client', { verdict: null })],
      ['in a dispute', disputed(verifier(), 'TxV0')],
      ['said already', verifier({ verdict: 1 })],
      ['said the opposite', verifier({ verdict: 0 })],
      ['it holds something against W', verifier({ accusation: FAULT })],
      ['its check runs', verifier({ checked: null })],
      ['its check found a fault', verifier({ checked: { r: 0, chunk: 3, fault: 'output' } })],
      ['no delivery', verifier({ delivery: null })],
      ['no opening', verifier({ opening: null })],
      ['Tx0 is out of the chain', verifier({ commitmentHeight: null })],
    ];
    for (const [title, state] of rows) expect([title, verdicts(state, 4)]).toEqual([title, []]);
  });

  describe.each(['delivery', 'opening'] as const)(
    'or, without C’s receipt for the %s, when that was accepted by Post',
    (subject) => {
      const by = subject === 'delivery' ? T0 + B : T0 + 2 * DELTA + B;
      const lacking = (posts: OpenState['posts'] = []) => {
        const { receipts } = verifier();
        return verifier({
          receipts: { ...receipts, client: { ...receipts.client, [subject]: null } },
          posts,
        });
      };
      const posted = (more: Parameters<typeof noted>[0] = { detail: null }) => {
        const { delivery, opening } = verifier();
        const sealed = subject === 'delivery' ? delivery!.hash : opening!.sealed;
        return lacking([noted({ kind: subject, sealed, ...more })]);
      };

      it('and no second one can be', () => {
        expect(verdicts(posted(), by - 1)).toEqual([]);
        expect(verdicts(posted(), by)).toEqual([BY_V]);
      });

      it('but not another one, nor as evidence, nor one that waits', () => {
        expect(verdicts(lacking(), by)).toEqual([]);
        expect(verdicts(posted({ sealed: otherHash('d'), detail: null }), by)).toEqual([]);
        expect(verdicts(posted({ timely: false, detail: null }), by)).toEqual([]);
        expect(verdicts(posted({ acceptedAt: null, detail: null }), by)).toEqual([]);
      });
    },
  );

  it('it goes to W and C with its signature on Tx4, once', () => {
    const waiting = verifier({ verdict: 1 });
    const step = move(waiting, signed('verifier'));
    expect(out(step)).toEqual(['verdict → worker', 'verdict → client']);
    expect(step.messages[0]!.message).toEqual(said());
    const rows: readonly ResultRow[] = [
      ['signed again', step.state as OpenState, signed('verifier'), 'ignored: out-of-place, null'],
      ['no opening', changed(waiting, { opening: null }), signed('verifier'), 'ignored: out-of-place, null'],
      [
        'no delivery',
        changed(waiting, { delivery: null }),
        signed('verifier'),
        'ignored: out-of-place, null',
      ],
    ];
    expect(results(rows)).toEqual(expected(rows));
  });

  it('D34: it is posted in the last B blocks before TxV1 goes out, once', () => {
    const state = stateOf(paid(), 'verifier');
    const everybody = ['client', 'worker', 'verifier', 'arbiter:1', 'arbiter:2', 'arbiter:3'];
    const post = (blocks: number) =>
      atTip(state, blocks).messages.flatMap(({ to, posted, message }) =>
        posted ? [`${message.kind} → ${to}`] : [],
      );
    const all = everybody.map((to) => `verdict → ${to}`);
    expect(post(VERDICT_BY - B - 1)).toEqual([]);
    expect(post(VERDICT_BY - B).toSorted()).toEqual(all.toSorted());
    expect(post(VERDICT_BY).toSorted()).toEqual(all.toSorted());
    expect(post(VERDICT_BY + 1)).toEqual([]);
    const done = atTip(state, VERDICT_BY - 1).state as OpenState;
    expect(done.begun).toContain('verdict-post');
    const rows: readonly (readonly [string, OpenState])[] = [
      ['posted', done],
      ['C', stateOf(paid(), 'client')],
      ['in a dispute', disputed(state, 'TxV0')],
      ['r = 0', changed(state, { verdict: 0 })],
      ['not signed', changed(state, { signatures: UNSIGNED })],
      ['no delivery', changed(state, { delivery: null })],
      ['no opening', changed(state, { opening: null })],
      ['Tx0 is out of the chain', changed(state, { commitmentHeight: null })],
    ];
    for (const [title, row] of rows) expect([title, outAt(row, VERDICT_BY)]).toEqual([title, []]);
  });
});

describe('C releases its adaptor signature after V’s r = 1 and its own look', () => {
  const client = (changes: Changes = {}) => stateOf(paid(), 'client', { released: false, ...changes });

  it('once', () => {
    const step = atTip(client(), 4);
    expect(out(step)).toEqual([BY_C]);
    expect(outAt(step.state as OpenState, 5)).toEqual([]);
  });

  it('not without them, nor in a dispute, nor where it holds something against W', () => {
    const rows: readonly (readonly [string, OpenState])[] = [
      ['V', stateOf(paid(), 'verifier', { released: false })],
      ['in a dispute', disputed(client({ checked: { r: 1, lockSecret: null } }), 'TxV0')],
      ['it holds something against W', client({ accusation: FAULT })],
      ['no verdict', client({ verdict: null })],
      ['its check runs', client({ checked: null })],
      ['its check found a fault', client({ checked: { r: 0, chunk: 3, fault: 'output' } })],
    ];
    for (const [title, state] of rows)
      expect([title, outAt(state, 4).filter((what) => what === BY_C)]).toEqual([title, []]);
  });

  it('it goes to W alone, once', () => {
    const { plain } = stateOf(paid(), 'client').signatures;
    const waiting = client({ released: true, signatures: { plain, adaptor: {} } });
    const step = move(waiting, signed('client'));
    expect(out(step)).toEqual(['release → worker']);
    expect(step.messages[0]!.message).toEqual(released());
    const rows: readonly ResultRow[] = [
      ['signed again', step.state as OpenState, signed('client'), 'ignored: out-of-place, null'],
      ['not a signature on Tx4', waiting, ended(paid(), 'client', 'signed'), 'ignored: out-of-place, null'],
      ['no signature', waiting, { kind: 'signed', signatures: [] }, 'ignored: out-of-place, null'],
    ];
    expect(results(rows)).toEqual(expected(rows));
  });
});

describe('V’s r = 1 and C’s release, as others take them', () => {
  const unpaid = (changes: Changes = {}) =>
    stateOf(paid(), 'worker', { verdict: null, signatures: UNSIGNED, ...changes });
  const verdict = (changes: object = {}) => saidBy('verifier', { ...said(), ...changes });
  const release = (changes: object = {}) => saidBy('client', { ...released(), ...changes });
  const bad = new Uint8Array(64);

  it('each once, of the right party, for the delivery and opening that count, with a valid signature', () => {
    const { adaptor } = stateOf(paid(), 'client').signatures;
    const other = Object.entries(adaptor).find(([slot]) => !slot.startsWith('Tx4/'))![1];
    const rows: readonly ResultRow[] = [
      ['verdict', unpaid(), verdict(), 'moved'],
      ['again', unpaid({ verdict: 1 }), verdict(), 'ignored: out-of-place, verifier'],
      ['of C', unpaid(), { ...verdict(), from: 'client' }, 'ignored: verdict-invalid, client'],
      ['before the opening', unpaid({ opening: null }), verdict(), 'later'],
      ['before the delivery', unpaid({ delivery: null }), verdict(), 'later'],
      ['about another R', unpaid(), verdict({ root: otherHash('R') }), 'ignored: verdict-invalid, verifier'],
      [
        'about another opening',
        unpaid(),
        verdict({ openingHash: otherHash('o') }),
        'ignored: verdict-invalid, verifier',
      ],
      [
        'without a valid signature',
        unpaid(),
        verdict({ signature: bad }),
        'ignored: verdict-invalid, verifier',
      ],
      ['release', unpaid(), release(), 'moved'],
      ['of V', unpaid(), { ...release(), from: 'verifier' }, 'ignored: release-invalid, verifier'],
      ['to V', stateOf(paid(), 'verifier'), release(), 'ignored: release-invalid, client'],
      ['again', unpaid({ released: true }), release(), 'ignored: out-of-place, client'],
      ['before the opening', unpaid({ opening: null }), release(), 'later'],
      [
        'for another transaction',
        unpaid(),
        release({ signature: other }),
        'ignored: release-invalid, client',
      ],
    ];
    expect(results(rows)).toEqual(expected(rows));
  });

  it('they are what W needs for Tx4', () => {
    const held = next(next(unpaid(), verdict()), release());
    expect(held).toMatchObject({ verdict: 1, released: true });
    expect(Object.keys(held.signatures.plain)).toEqual(['Tx4/0/verifier']);
    expect(Object.keys(held.signatures.adaptor)).toEqual(['Tx4/0/client']);
  });

  it('W takes its pay when it holds both', () => {
    const paysItself = (state: OpenState) => duties(state).some(({ transaction }) => transaction === 'Tx4');
    const rows: readonly (readonly [string, OpenState, boolean])[] = [
      ['neither', unpaid(), false],
      ['the verdict', next(unpaid(), verdict()), false],
      ['the release', next(unpaid(), release()), false],
      ['both', next(next(unpaid(), verdict()), release()), true],
    ];
    for (const [title, state, pays] of rows) expect([title, paysItself(state)]).toEqual([title, pays]);
  });

  it('a posted verdict counts as well, for what counts here, unless this party knows one', () => {
    const post = postedBy('verifier', said());
    const known = (state: OpenState) => {
      const { verdict: r, signatures } = next(state, post);
      return [r, Object.keys(signatures.plain)];
    };
    const slot = ['Tx4/0/verifier'];
    expect(known(unpaid())).toEqual([1, slot]);
    expect(known(unpaid({ verdict: 0 }))).toEqual([0, []]);
    expect(known(unpaid({ opening: null }))).toEqual([null, []]);
    expect(known(unpaid({ delivery: null }))).toEqual([null, []]);
    const other = { ...unpaid().delivery!, root: otherHash('R') };
    expect(known(unpaid({ delivery: other }))).toEqual([null, []]);
    const nobody = stateOf(empty(), empty().arbiter(1), { signatures: UNSIGNED });
    expect(known(nobody)).toEqual([null, []]);
    expect(next(nobody, post).posts).toMatchObject([{ kind: 'verdict', deadline: H0 + VERDICT_BY }]);
  });
});
