import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CeremonyReplay,
  type CeremonyTranscript,
  encodeEnvelope,
  graphId,
  type Message,
  outpointKey,
  ROLES,
  type Role,
  SEED_ORDER,
  schnorrSign,
  sealMessage,
  verifyTranscript,
} from '../../src/index.ts';
import {
  ACCEPTANCES,
  accept,
  DRAWN,
  HONEST,
  HONEST_LISTS,
  hash,
  type Messages,
  messages,
  OFFERS,
  SNAPSHOT,
  sealedBy,
  seen,
  transcriptOf,
} from '../fixtures/ceremony.ts';
import { fixtureHash, fixtureKey, fixtureSecret } from '../fixtures/terms.ts';

const honest = messages();
const STEPS = ['messages', 'contract', 'snapshot', 'seeds', 'union', 'agreement'];

type Failed = Extract<CeremonyReplay, { kind: 'failed' }>;

function failureOf(transcript: CeremonyTranscript): Failed {
  const replay = verifyTranscript(transcript);
  return replay.kind === 'failed' ? replay : expect.unreachable('the ceremony is complete');
}

/** The failure of an honest ceremony in which some messages are others, or missing. */
function failureWith(changes: { readonly [K in keyof Messages]?: Message | undefined }): Failed {
  const changed = Object.entries({ ...honest, ...changes }).filter(([, message]) => message !== undefined);
  return failureOf(transcriptOf(Object.fromEntries(changed)));
}

const party = (role: Role) => ({ kind: 'party', party: role });

describe('replay of a ceremony', () => {
  it('comes to the arbiters and the graph that the three signed', () => {
    const replay = verifyTranscript(transcriptOf(honest));
    if (replay.kind !== 'complete') return expect.unreachable(replay.fault.reason);
    expect(replay.steps.map(({ name }) => name)).toEqual(STEPS);
    expect(replay.arbiters.map(({ stake }) => outpointKey(stake.coin.outpoint))).toEqual(
      OFFERS.slice(0, DRAWN).map(({ outpoint }) => outpointKey(outpoint)),
    );
    expect(replay.graphId).toEqual(graphId(hash, replay.arbiters));
  });

  it('does not depend on the order of the messages, nor on how often one is shown', () => {
    const { envelopes, ...rest } = transcriptOf(honest);
    const expected = verifyTranscript({ ...rest, envelopes });
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...envelopes], { minLength: envelopes.length }),
        fc.subarray([...envelopes], { maxLength: 2 }),
        (shuffled, again) => {
          const replay = verifyTranscript({ ...rest, envelopes: [...shuffled, ...again] }, () => true);
          expect(replay).toMatchObject({
            kind: 'complete',
            graphId: expected.kind === 'complete' && expected.graphId,
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('an acceptance that one party hides is brought in by another, and nobody is at fault', () => {
    const hiding = { ...HONEST, acceptances: ACCEPTANCES.slice(1, 1 + DRAWN) };
    const replay = verifyTranscript(transcriptOf(messages({ ...HONEST_LISTS, client: hiding })));
    expect(replay.kind === 'complete' && replay.arbiters.map(({ key }) => key)).toEqual(
      ACCEPTANCES.slice(0, DRAWN).map(({ key }) => key),
    );
  });

  it('with another block is another draw, which nobody signed', () => {
    const { failedStep, fault } = failureOf(
      transcriptOf(honest, { blockHash: fixtureHash('another block') }),
    );
    expect([failedStep, fault.code]).toEqual(['agreement', 'set-mismatch']);
  });
});

describe('culprit of a failed ceremony', () => {
  it.each(ROLES)('agreement-missing: the %s', (role) => {
    const { failedStep, fault, steps } = failureWith({ [`agreement ${role}`]: undefined });
    expect({ failedStep, ...fault }).toMatchObject({
      failedStep: 'contract',
      code: 'agreement-missing',
      missing: [role],
      culprit: party(role),
    });
    expect(steps.map(({ name }) => name)).toEqual(['messages']);
  });

  it('agreement-mismatch: who agreed to another contract', () => {
    const answer = { ...honest['agreement verifier'], contractHash: fixtureHash('other') } as Message;
    const { fault } = failureWith({ 'agreement verifier': answer });
    expect(fault).toMatchObject({ code: 'agreement-mismatch', culprit: party('verifier') });
    const sent = { ...honest['agreement client'], contract: new Uint8Array([0xa0]) } as Message;
    expect(failureWith({ 'agreement client': sent }).fault).toMatchObject({
      code: 'agreement-mismatch',
      envelope: sealedBy('client', sent),
      culprit: party('client'),
    });
  });

  it.each(ROLES)('seed-mismatch: the %s', (role) => {
    const seed = fixtureHash('another seed');
    const message: Message = { kind: 'ceremonySeed', channel: hash, role, seed };
    const { failedStep, fault } = failureWith({ [`seed ${role}`]: message });
    expect(failedStep).toBe('seeds');
    expect(fault).toMatchObject({ code: 'seed-mismatch', seed, culprit: party(role) });
  });

  it('seed-missing: the first in the order C, V, W that did not open', () => {
    for (const [place, role] of SEED_ORDER.entries()) {
      const absent = Object.fromEntries(SEED_ORDER.slice(place).map((late) => [`seed ${late}`, undefined]));
      const { fault } = failureWith(absent);
      expect(fault).toMatchObject({ code: 'seed-missing', missing: [role], culprit: party(role) });
    }
  });

  it('list-missing: who did not show its list; nobody by name while two owe one', () => {
    const one = failureWith({ 'list worker': undefined });
    expect([one.failedStep, one.fault]).toMatchObject([
      'union',
      { code: 'list-missing', culprit: party('worker') },
    ]);
    const two = failureWith({ 'list worker': undefined, 'list client': undefined });
    expect(two.fault).toMatchObject({ code: 'list-missing', missing: ['client', 'worker'], culprit: null });
  });

  it('contradiction: who showed two lists, seeds or sets', () => {
    const lists: Message = {
      kind: 'acceptanceList',
      channel: hash,
      ...HONEST,
      acceptances: ACCEPTANCES.slice(0, 2),
    };
    const set: Message = { kind: 'arbiterSet', channel: hash, graphId: fixtureHash('other') };
    const seed: Message = { kind: 'ceremonySeed', channel: hash, role: 'worker', seed: fixtureHash('other') };
    for (const second of [lists, set, seed]) {
      const transcript = transcriptOf(honest);
      const envelope = sealedBy('worker', second);
      const { failedStep, fault } = failureOf({
        ...transcript,
        envelopes: [...transcript.envelopes, envelope],
      });
      expect(failedStep).toBe('messages');
      expect(fault).toMatchObject({
        code: 'contradiction',
        what: second.kind,
        second: envelope,
        culprit: party('worker'),
      });
    }
  });

  it('a list with an acceptance that does not hold: its party', () => {
    const forged = { ...ACCEPTANCES[0]!, key: fixtureKey('Nobody') };
    const worker = { ...HONEST, acceptances: [forged, ...HONEST.acceptances.slice(1)] };
    const { failedStep, fault } = failureOf(transcriptOf(messages({ ...HONEST_LISTS, worker })));
    expect(failedStep).toBe('union');
    expect(fault).toMatchObject({
      code: 'acceptance-signature',
      acceptance: forged,
      culprit: party('worker'),
    });
  });

  it('an arbiter that answers for a spent stake, or names two keys: its offer', () => {
    const first = OFFERS[0]!;
    const arbiter = { kind: 'offer', outpoint: first.outpoint };
    const spent = [{ ...first, spentHeight: SNAPSHOT.height }, ...OFFERS.slice(1)].map(seen);
    expect(failureOf(transcriptOf(honest, { stakes: spent })).fault).toMatchObject({
      code: 'stake-spent',
      culprit: arbiter,
    });
    const other = accept(first, { key: fixtureKey('second') });
    const verifier = { ...HONEST, acceptances: [other, ...HONEST.acceptances.slice(1)] };
    expect(failureOf(transcriptOf(messages({ ...HONEST_LISTS, verifier }))).fault).toMatchObject({
      code: 'stake-answered-twice',
      culprit: arbiter,
    });
  });

  it.each(ROLES)('set-mismatch: the %s that signed another set than the lists give', (role) => {
    const signed = fixtureHash('another set');
    const { failedStep, fault } = failureWith({
      [`set ${role}`]: { kind: 'arbiterSet', channel: hash, graphId: signed },
    });
    expect(failedStep).toBe('agreement');
    expect(fault).toMatchObject({ code: 'set-mismatch', signed, culprit: party(role) });
  });

  it.each(ROLES)('set-missing: the %s that drops out after the draw', (role) => {
    const { fault, steps } = failureWith({ [`set ${role}`]: undefined });
    expect(fault).toMatchObject({ code: 'set-missing', missing: [role], culprit: party(role) });
    expect(steps.map(({ name }) => name)).toEqual(STEPS.slice(0, -1));
  });

  it('message-foreign: bytes that prove nothing about anybody', () => {
    const transcript = transcriptOf(honest);
    const stranger = sealMessage(honest['set client'], fixtureKey('stranger'), (digest) =>
      schnorrSign(digest, fixtureSecret('stranger'), new Uint8Array(32)),
    );
    const foreign: Uint8Array[] = [
      new Uint8Array([1, 2, 3]),
      encodeEnvelope(stranger),
      encodeEnvelope({ ...stranger, from: fixtureKey('client message') }),
      sealedBy('worker', honest['agreement client']),
      sealedBy('worker', honest['agreement verifier']),
      sealedBy('worker', honest['seed client']),
      sealedBy('client', { kind: 'guaranteed', channel: hash, graphId: hash }),
      sealedBy('client', { kind: 'arbiterSet', channel: fixtureHash('another contract'), graphId: hash }),
    ];
    for (const envelope of foreign) {
      const { failedStep, fault } = failureOf({
        ...transcript,
        envelopes: [...transcript.envelopes, envelope],
      });
      expect(failedStep).toBe('messages');
      expect(fault).toMatchObject({ code: 'message-foreign', envelope, culprit: null });
    }
    const { fault } = failureOf({ ...transcript, contract: new Uint8Array([0xa0]) });
    expect(fault).toMatchObject({ code: 'message-foreign', culprit: null });
  });
});
