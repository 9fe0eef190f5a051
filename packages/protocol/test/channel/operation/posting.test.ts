import { describe, expect, it } from 'vitest';
import { duties, type OpenState } from '../../../src/index.ts';
import { otherHash } from '../play/identity.ts';
import { B, DELTA, H0, T0 } from '../play/late.ts';
import { atTip, changed, disputed, empty, noted, outAt, paid, stateOf } from './steps.ts';

type Held = OpenState['receipts'];
/** What a party holds, without the receipts of some for a document. */
function lacking(held: Held, subject: 'delivery' | 'opening', ...whose: readonly (keyof Held)[]): Held {
  const kept = { ...held };
  for (const who of whose) kept[who] = { ...held[who], [subject]: null };
  return kept;
}

const ROLES = ['client', 'worker', 'verifier'] as const;
const DOCUMENTS = [
  { subject: 'delivery', by: T0 },
  { subject: 'opening', by: T0 + 2 * DELTA },
] as const;
/** Whose receipt a party waits for: nobody waits for its own. */
const NEEDS = { client: ['verifier'], worker: ['client', 'verifier'], verifier: ['client'] } as const;

describe('M §Fast path: a document whose receipts are missing is posted in the last B blocks before its deadline', () => {
  for (const { subject, by } of DOCUMENTS) {
    const post = `relay worker: ${subject}`;
    const of = (who: (typeof ROLES)[number], ...whose: readonly (keyof Held)[]) => {
      const state = stateOf(paid(), who);
      // C that has paid does not post its seed; V that has said r = 1 posts it much later.
      return changed(state, { receipts: lacking(state.receipts, subject, ...whose) });
    };

    it.each(ROLES)(`${subject}: the %s posts it where a receipt that it needs is missing`, (who) => {
      for (const missing of ['client', 'verifier'] as const) {
        const needed = (NEEDS[who] as readonly string[]).includes(missing);
        expect([missing, outAt(of(who, missing), by)]).toEqual([missing, needed ? [post] : []]);
      }
      expect(outAt(of(who), by)).toEqual([]);
    });

    it.each(ROLES)(`${subject}: the %s posts it from B blocks before the deadline to the deadline`, (who) => {
      const state = of(who, 'client', 'verifier');
      const posts = [by - B - 1, by - B, by, by + 1].map((blocks) => outAt(state, blocks));
      expect(posts).toEqual([[], [post], [post], []]);
    });

    it.each(ROLES)(`${subject}: the %s posts it once, and W alone notes that it has`, (who) => {
      const state = of(who, 'client', 'verifier');
      const posted = atTip(state, by - 1).state as OpenState;
      expect(outAt(posted, by)).toEqual([]);
      expect(posted.begun).toEqual([...state.begun, ...(who === 'worker' ? [`${subject}-post`] : [])]);
    });

    it(`${subject}: it says what it is about, and whoever posts it has accepted it`, () => {
      const { posts, opening, delivery } = atTip(of('verifier', 'client'), by).state as OpenState;
      const { hash, root, seeds, sealed, signature } = opening!;
      const detail =
        subject === 'delivery' ? { of: 'delivery', root } : { of: 'opening', root, openingHash: hash, seeds };
      const own = subject === 'delivery' ? delivery!.hash : sealed;
      const signed = subject === 'delivery' ? delivery!.signature : signature;
      const entry = { kind: subject, author: 'worker', sealed: own, signature: signed, detail };
      expect(posts).toMatchObject([{ ...entry, deadline: H0 + by, timely: true, acceptedAt: H0 + by }]);
    });

    it(`${subject}: nothing is posted while Tx0 is out of the chain, or where there is none`, () => {
      const state = of('verifier', 'client');
      expect(outAt(changed(state, { commitmentHeight: null }), by)).toEqual([]);
      for (const who of ROLES) expect(outAt(stateOf(empty(), who, { begun: ['compute'] }), by)).toEqual([]);
    });

    it(`${subject}: C and V leave out what they have accepted by Post; W does not, it may have been shown to W alone`, () => {
      for (const who of ROLES) {
        const state = of(who, 'client', 'verifier');
        const sealed = subject === 'delivery' ? state.delivery!.hash : state.opening!.sealed;
        const detail = { of: 'delivery', root: state.delivery!.root } as const;
        const posts = [noted({ kind: subject, sealed, detail })];
        const waiting = [noted({ kind: subject, sealed, detail, acceptedAt: null })];
        expect(outAt(changed(state, { posts }), by)).toEqual(who === 'worker' ? [post] : []);
        expect(outAt(changed(state, { posts: waiting }), by)).toEqual([post]);
      }
    });

    it(`${subject}: an arbiter that W has sent it shows it to nobody`, () => {
      const { delivery, opening, receipts } = of('verifier', 'client', 'verifier');
      const state = stateOf(paid(), paid().arbiter(1), { delivery, opening, receipts, name: 'verification' });
      expect(outAt(state, by)).toEqual([]);
    });
  }

  it('a delivery that came too late, or whose ciphertexts do not give R, is not posted by anybody', () => {
    const state = stateOf(paid(), 'verifier');
    const delivery = { ...state.delivery!, acceptedAt: null };
    const receipts = lacking(state.receipts, 'delivery', 'client');
    expect(outAt(changed(state, { delivery, receipts }), T0)).toEqual([]);
  });
});

describe('D37: C posts the receipt that opens its seed', () => {
  const by = T0 + DELTA;
  const client = () => stateOf(paid(), 'client', { released: false, checked: null });
  const post = ['relay client: receipt'];

  it('in the last B blocks before H0 + t0 + Δ, unless it has paid', () => {
    const posts = [by - B - 1, by - B, by, by + 1].map((blocks) => outAt(client(), blocks));
    expect(posts).toEqual([[], post, post, []]);
    expect(outAt(changed(client(), { released: true }), by)).toEqual([]);
  });

  it('once; and not where it is accepted already, has opened nothing, or Tx0 is out of the chain', () => {
    const state = client();
    expect(outAt(atTip(state, by - 1).state as OpenState, by)).toEqual([]);
    const { sealed } = state.receipts.client.opened!.receipt;
    const posts = [noted({ kind: 'receipt', author: 'client', sealed, detail: null })];
    expect(outAt(changed(state, { posts }), by)).toEqual([]);
    const unopened = { ...state.receipts.client, opened: null };
    expect(outAt(changed(state, { receipts: { ...state.receipts, client: unopened } }), by)).toEqual([]);
    expect(outAt(changed(state, { commitmentHeight: null }), by)).toEqual([]);
    expect(outAt(changed(stateOf(paid(), 'verifier'), { released: false }), by)).toEqual([]);
  });

  it('it says which seeds W has to answer', () => {
    const { posts, receipts } = atTip(client(), by).state as OpenState;
    const { receipt, of, seed, verifierSeed } = receipts.client.opened!;
    const detail = { of: 'receipt', subject: 'delivery', ...of, seed, verifierSeed };
    expect(posts).toMatchObject([{ ...receipt, detail, deadline: H0 + by, timely: true }]);
  });
});

describe('W appeals when delivery and opening were known to all in time', () => {
  const appeals = (changes: Parameters<typeof changed>[1]): boolean =>
    duties(disputed(stateOf(paid(), 'worker', changes), 'TxV0')).some(
      ({ transaction }) => transaction === 'TxA',
    );
  const held = () => stateOf(paid(), 'worker').receipts;
  const none = () =>
    lacking(lacking(held(), 'delivery', 'client', 'verifier'), 'opening', 'client', 'verifier');

  it('by both receipts for each', () => {
    expect(appeals({})).toBe(true);
    for (const { subject } of DOCUMENTS)
      for (const who of ['client', 'verifier'] as const)
        expect([subject, who, appeals({ receipts: lacking(held(), subject, who) })]).toEqual([
          subject,
          who,
          false,
        ]);
  });

  it('or since it posted them itself', () => {
    const rows = [
      [['delivery-post', 'opening-post'], true],
      [['delivery-post'], false],
      [['opening-post'], false],
      [['deliver', 'reveal'], false],
    ] as const;
    for (const [begun, right] of rows)
      expect([begun, appeals({ receipts: none(), begun })]).toEqual([begun, right]);
    expect(appeals({ receipts: lacking(held(), 'opening', 'client'), begun: ['opening-post'] })).toBe(true);
    expect(appeals({ receipts: lacking(held(), 'delivery', 'verifier'), begun: ['opening-post'] })).toBe(
      false,
    );
  });

  it('W that has not delivered, or not opened, has no right to', () => {
    const begun = ['delivery-post', 'opening-post'] as const;
    expect(appeals({ begun, delivery: null })).toBe(false);
    expect(appeals({ begun, opening: null })).toBe(false);
    expect(
      appeals({ begun, delivery: { ...stateOf(paid(), 'worker').delivery!, hash: otherHash('d') } }),
    ).toBe(true);
  });
});
