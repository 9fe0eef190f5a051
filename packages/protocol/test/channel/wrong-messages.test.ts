import { describe, expect, it } from 'vitest';
import { UNRELEASED } from '../../src/channel/closing/clean-end.ts';
import {
  type ChannelEvent,
  type ChannelState,
  contractHash,
  type Hash32,
  type OpenState,
  schnorrSignature,
  transition,
} from '../../src/index.ts';
import { fixtureHash } from '../fixtures/terms.ts';
import { CourtPlay } from './arbitration/court.ts';
import { documents } from './arbitration/knowledge.ts';
import { agreed } from './arbitration/setting.ts';
import { CONTEXT } from './play/game.ts';

type Received = Extract<ChannelEvent, { kind: 'message' }>;

const { agreement } = agreed(3);
const SIGNATURE = schnorrSignature(new Uint8Array(64));

const received = (from: Received['from'], message: Received['message']): Received => ({
  kind: 'message',
  from,
  message,
  sealed: fixtureHash('message'),
  signature: SIGNATURE,
  envelope: new Uint8Array(1),
});

const channel = contractHash(agreement.contract);
/** V's r = 1 for the documents of these plays. */
const verdict = received('verifier', {
  kind: 'verdict',
  channel,
  root: fixtureHash('R'),
  openingHash: fixtureHash('opening'),
  signature: SIGNATURE,
});

/** C in a dispute, with W's documents and without a verdict. */
function client(): OpenState {
  const play = new CourtPlay({ arbiters: 3, court: 'TxA', unsigned: true, knows: (_, at) => documents(at) });
  return { ...play.state('client'), verdict: null };
}

describe('once money is committed only the chain decides', () => {
  it('a message whose look at the graph breaks a rule is ignored, and names who sent it', () => {
    const [first] = agreement.arbiters;
    // Two arbiters with one key: no such list comes out of a draw.
    const arbiters = agreement.arbiters.map((arbiter) => ({ ...arbiter, key: first!.key }));
    const step = transition({ ...client(), agreement: { ...agreement, arbiters } }, verdict, CONTEXT);
    expect(step).toMatchObject({ kind: 'ignored', fault: { code: 'out-of-place', culprit: 'verifier' } });
    expect(step).not.toMatchObject({ fault: { reason: expect.stringContaining('after its time') } });
  });

  it('a message of the setup comes after its time: it is ignored, and not kept for later', () => {
    const late = received('arbiter:1', { kind: 'guaranteed', channel, graphId: fixtureHash('graph') });
    expect(transition(client(), late, CONTEXT)).toMatchObject({
      kind: 'ignored',
      fault: { code: 'out-of-place', culprit: 'arbiter:1' },
    });
  });

  it('an error of the program itself is nobody’s message: it goes through', () => {
    const verify = () => {
      throw new RangeError('no memory');
    };
    expect(() => transition(client(), verdict, { ...CONTEXT, verify })).toThrow(RangeError);
  });

  it('what comes after the end names the contract that was settled; of one that was given up there is none', () => {
    const before = client();
    const cleanEnd = UNRELEASED;
    const nothing = { revealed: null, failures: null, cleanEnd, before };
    const settled: ChannelState = {
      name: 'closed',
      how: 'settled',
      tip: before.tip,
      transaction: 'Tx6',
      height: before.tip,
      ...nothing,
    };
    const abandoned: ChannelState = {
      name: 'closed',
      how: 'abandoned',
      tip: before.tip,
      fault: { code: 'setup-timeout', culprit: null, reason: 'not finished' },
      channel,
      drawn: false,
      suspects: [],
      before: null,
    };
    const releasing = (of: Hash32) =>
      received('worker', { kind: 'releaseSignatures', channel: of, spends: [] });
    const reasonOf = (state: ChannelState, of: Hash32) => {
      const step = transition(state, releasing(of), CONTEXT);
      return step.kind === 'ignored' ? `${step.fault.code}: ${step.fault.reason}` : step.kind;
    };
    expect(reasonOf(settled, fixtureHash('another contract'))).toContain('names another channel');
    expect(reasonOf(settled, channel)).not.toContain('names another channel');
    expect(reasonOf(abandoned, fixtureHash('another contract'))).toBe(
      'out-of-place: nothing here waits for this',
    );
  });
});
