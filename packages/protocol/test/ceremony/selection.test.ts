import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Acceptance,
  type CeremonyFault,
  NUMS_KEY,
  outpointKey,
  pledgedTwice,
  type SelectionInput,
  type ShownLists,
  selectArbiters,
  union,
  verifyAcceptance,
  xOnlyOf,
} from '../../src/index.ts';
import {
  ACCEPTANCES,
  accept,
  contract,
  DRAWN,
  HONEST,
  HONEST_LISTS,
  hash,
  OFFERS,
  offer,
  SEED,
  SNAPSHOT,
  signAcceptance,
} from '../fixtures/ceremony.ts';
import { fixtureHash, fixtureKey } from '../fixtures/terms.ts';

const first = OFFERS[0]!;
const always = (): boolean => true;

/** Signatures have tests of their own; properties would only repeat the same few. */
const input = (lists: ShownLists, changes: Partial<SelectionInput> = {}): SelectionInput => ({
  seed: SEED,
  offers: OFFERS,
  lists,
  n: DRAWN,
  contractHash: hash,
  snapshot: SNAPSHOT,
  ...changes,
});

function drawn(lists: ShownLists, changes: Partial<SelectionInput> = {}): readonly string[] {
  const selection = selectArbiters(input(lists, changes));
  if (selection.kind === 'fault') return expect.unreachable(selection.fault.reason);
  expect(selection.arbiters.map(({ stake }) => outpointKey(stake.coin.outpoint))).toEqual(
    selection.acceptances.map(({ outpoint }) => outpointKey(outpoint)),
  );
  return selection.acceptances.map(({ outpoint }) => outpointKey(outpoint));
}

function faultOf(lists: ShownLists, changes: Partial<SelectionInput> = {}): CeremonyFault {
  const selection = selectArbiters(input(lists, changes));
  return selection.kind === 'fault' ? selection.fault : expect.unreachable('arbiters were selected');
}

const byRank = (count: number): readonly string[] =>
  OFFERS.slice(0, count).map(({ outpoint }) => outpointKey(outpoint));
const shows = (acceptances: readonly Acceptance[]) => ({ ...HONEST, acceptances });

describe('selection', () => {
  it('takes the first n by rank of what the three show', () => {
    expect(drawn(HONEST_LISTS)).toEqual(byRank(DRAWN));
  });

  it('an acceptance that two hide is brought in by the third', () => {
    const hiding = shows(ACCEPTANCES.slice(1, 1 + DRAWN));
    expect(drawn({ client: hiding, worker: hiding, verifier: HONEST })).toEqual(byRank(DRAWN));
    expect(drawn({ client: hiding, worker: HONEST, verifier: hiding })).toEqual(byRank(DRAWN));
    expect(drawn({ client: hiding, worker: hiding, verifier: hiding })).not.toEqual(byRank(DRAWN));
  });

  it('depends on the union alone: neither on who shows what nor on the order', () => {
    const some = fc.shuffledSubarray([...ACCEPTANCES]);
    fc.assert(
      fc.property(some, some, some, (client, worker, verifier) => {
        const lists = { client: shows(client), worker: shows(worker), verifier: shows(verifier) };
        const known = new Set(
          [...client, ...worker, ...verifier].map(({ outpoint }) => outpointKey(outpoint)),
        );
        const expected = byRank(OFFERS.length).filter((key) => known.has(key));
        const selection = selectArbiters(input(lists, { verify: always }));
        if (expected.length < DRAWN) {
          expect(selection).toMatchObject({
            kind: 'fault',
            fault: { code: 'too-few-acceptances', found: expected.length, needed: DRAWN, culprit: null },
          });
        } else {
          expect(drawn(lists, { verify: always })).toEqual(expected.slice(0, DRAWN));
        }
        const united = union([client, worker, verifier]);
        expect(united).toEqual(union([verifier.toReversed(), client, worker.toReversed(), client]));
      }),
      { numRuns: 60 },
    );
  });

  it('an answer that was given again with a later expiry stands, whoever shows it', () => {
    const later = accept(first, { expiry: ACCEPTANCES[0]!.expiry + 2 });
    const rest = ACCEPTANCES.slice(1, DRAWN);
    for (const lists of [
      { client: shows([later, ...rest]), worker: HONEST, verifier: HONEST },
      { client: HONEST, worker: HONEST, verifier: shows([...rest, later]) },
    ]) {
      const selection = selectArbiters(input(lists));
      expect(selection).toMatchObject({ kind: 'selected', acceptances: [later, ...rest] });
    }
  });

  it('is the same for a party whose tip is further: expiry is held against the height that the list names', () => {
    const late = { ...HONEST, height: ACCEPTANCES[0]!.expiry };
    expect(drawn({ client: HONEST, worker: late, verifier: HONEST })).toEqual(byRank(DRAWN));
  });
});

describe('an acceptance', () => {
  const context = { offer: first, contractHash: hash, height: SNAPSHOT.height, snapshot: SNAPSHOT };
  const good = ACCEPTANCES[0]!;
  const fraud = signAcceptance(good, 'Nobody');

  it('holds', () => {
    expect(verifyAcceptance(good, context)).toBeUndefined();
    expect(verifyAcceptance(good, { ...context, height: good.expiry })).toBeUndefined();
  });

  it.each<[CeremonyFault['code'], Acceptance, object]>([
    ['acceptance-unknown-offer', good, { offer: undefined }],
    ['acceptance-unknown-offer', good, { offer: OFFERS[1] }],
    ['acceptance-other-contract', accept(first, { contractHash: fixtureHash('other') }), {}],
    ['acceptance-wrong-key', { ...good, proof: { kind: 'offer', offerKey: fixtureKey('Nobody') } }, {}],
    ['acceptance-signature', { ...good, signature: fraud }, {}],
    ['acceptance-signature', { ...good, key: fixtureKey('Nobody') }, {}],
    ['acceptance-signature', { ...good, messageKey: fixtureKey('Nobody') }, {}],
    ['acceptance-signature', { ...good, expiry: good.expiry + 1 }, {}],
    ['acceptance-expired', good, { height: good.expiry + 1 }],
    ['stake-spent', good, { offer: { ...first, spentHeight: SNAPSHOT.height } }],
    ['stake-young', good, { offer: { ...first, confirmedHeight: SNAPSHOT.height - 143 } }],
  ])('%s', (code, acceptance, changes) => {
    const fault = verifyAcceptance(acceptance, { ...context, ...changes });
    expect(fault).toMatchObject({ code, acceptance, culprit: { kind: 'offer', outpoint: first.outpoint } });
  });
});

describe('culprits', () => {
  const worker = { kind: 'party', party: 'worker' };
  const arbiter = { kind: 'offer', outpoint: first.outpoint };
  const good = ACCEPTANCES[0]!;
  const rest = HONEST.acceptances.slice(1);
  const workerShows = (...acceptances: readonly Acceptance[]): ShownLists => ({
    ...HONEST_LISTS,
    worker: shows(acceptances),
  });

  it.each<[CeremonyFault['code'], Acceptance]>([
    ['acceptance-unknown-offer', { ...good, outpoint: { ...good.outpoint, vout: 7 } }],
    ['acceptance-other-contract', accept(first, { contractHash: fixtureHash('other') })],
    ['acceptance-wrong-key', { ...good, proof: { kind: 'offer', offerKey: fixtureKey('Nobody') } }],
    ['acceptance-signature', { ...good, signature: signAcceptance(good, 'Nobody') }],
    ['acceptance-expired', accept(first, { expiry: HONEST.height - 1 })],
  ])('%s: whoever lists it without checking', (code, acceptance) => {
    expect(faultOf(workerShows(acceptance, ...rest))).toMatchObject({ code, acceptance, culprit: worker });
  });

  it('acceptance-repeated: whoever lists it twice', () => {
    const fault = faultOf(workerShows(good, ...rest, good));
    expect(fault).toMatchObject({ code: 'acceptance-repeated', acceptance: good, culprit: worker });
  });

  it.each(['stake-spent', 'stake-young'] as const)('%s: the arbiter that answered for it', (code) => {
    const changed = offer('', {
      ...first,
      ...(code === 'stake-spent' ? { spentHeight: 900 } : { confirmedHeight: 900 }),
    });
    const fault = faultOf(HONEST_LISTS, { offers: [changed, ...OFFERS.slice(1)] });
    expect(fault).toMatchObject({ code, acceptance: good, culprit: arbiter });
  });

  it('stake-answered-twice: the arbiter that named different keys to different parties', () => {
    for (const changes of [{ key: fixtureKey('second') }, { messageKey: fixtureKey('second') }]) {
      const other = accept(first, changes);
      const fault = faultOf(workerShows(other, ...rest));
      expect(fault).toMatchObject({ code: 'stake-answered-twice', culprit: arbiter });
      const evidence = fault as Extract<CeremonyFault, { first: Acceptance }>;
      expect([evidence.first, evidence.second]).toEqual(expect.arrayContaining([good, other]));
    }
  });

  it('stake-pledged-twice: the arbiter that accepted two contracts', () => {
    const other = accept(first, { contractHash: fixtureHash('other contract') });
    expect(pledgedTwice(good, other)).toMatchObject({ code: 'stake-pledged-twice', culprit: arbiter });
    expect(pledgedTwice(good, accept(first, { expiry: 1_010 }))).toBeUndefined();
    expect(pledgedTwice(good, rest[0]!)).toBeUndefined();
    expect(pledgedTwice(good, { ...other, signature: signAcceptance(other, 'Nobody') })).toBeUndefined();
    expect(pledgedTwice({ ...good, expiry: 1 }, other)).toBeUndefined();
  });

  it('key-repeated: nobody, for who copied whom cannot be told; C19 names the offers', () => {
    const copy = accept(OFFERS[1]!, { key: good.key });
    const fault = faultOf(workerShows(good, copy, rest[1]!), { lists: oneList([good, copy, rest[1]!]) });
    expect(fault).toMatchObject({ code: 'key-repeated', first: good, second: copy, culprit: null });
  });

  it('key-repeated: the arbiter that names the key of another stake', () => {
    const thief = accept(OFFERS[1]!, { messageKey: first.offerKey });
    const fault = faultOf(oneList([good, thief, rest[1]!]));
    const culprit = { kind: 'offer', outpoint: OFFERS[1]!.outpoint };
    expect(fault).toMatchObject({ code: 'key-repeated', first: good, second: thief, culprit });
  });

  it.each<[string, Partial<Acceptance>]>([
    ['one key for two purposes', { messageKey: good.key }],
    ['the key of its own stake', { key: first.offerKey }],
    ["the Client's key", { key: contract.client.transactionKey }],
    ['U', { messageKey: contract.verificationLock }],
    ['the x coordinate of P_h', { key: xOnlyOf(contract.pointLock) }],
    ['F', { key: NUMS_KEY }],
  ])('acceptance-key-taken: an arbiter that names %s does not count', (_, changes) => {
    const taken = accept(first, changes);
    const context = { offer: first, contractHash: hash, contract, height: SNAPSHOT.height };
    expect(verifyAcceptance(good, context)).toBeUndefined();
    expect(verifyAcceptance(taken, context)).toMatchObject({
      code: 'acceptance-key-taken',
      culprit: arbiter,
    });
    const lists = { ...HONEST_LISTS, worker: shows([taken, ...rest]) };
    expect(faultOf(lists, { contract })).toMatchObject({ code: 'acceptance-key-taken', culprit: worker });
  });

  it('too-few-acceptances: nobody', () => {
    const fault = faultOf(oneList(rest));
    expect(fault).toMatchObject({ code: 'too-few-acceptances', found: 2, needed: 3, culprit: null });
  });

  function oneList(acceptances: readonly Acceptance[]): ShownLists {
    return { client: shows(acceptances), worker: shows(acceptances), verifier: shows(acceptances) };
  }
});
