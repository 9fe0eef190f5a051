import { describe, expect, it } from 'vitest';
import { contractHash, type OpenState, transition } from '../../src/index.ts';
import { fixtureHash } from '../fixtures/terms.ts';
import { CourtPlay } from './arbitration/court.ts';
import { documents } from './arbitration/knowledge.ts';
import { agreed } from './arbitration/setting.ts';
import { CONTEXT } from './play/game.ts';

describe('once money is committed only the chain decides', () => {
  it('a message whose look at the graph breaks a rule is ignored, and the channel stays as it is', () => {
    const play = new CourtPlay({
      arbiters: 3,
      court: 'TxA',
      unsigned: true,
      knows: (_, at) => documents(at),
    });
    const { agreement } = agreed(3);
    const [first] = agreement.arbiters;
    // Two arbiters with one key: no such list comes out of a draw.
    const arbiters = agreement.arbiters.map((arbiter) => ({ ...arbiter, key: first!.key }));
    const broken: OpenState = {
      ...play.state('client'),
      agreement: { ...agreement, arbiters },
      verdict: null,
    };
    const step = transition(
      broken,
      {
        kind: 'message',
        from: 'verifier',
        message: {
          kind: 'verdict',
          channel: contractHash(agreement.contract),
          root: fixtureHash('R'),
          openingHash: fixtureHash('opening'),
          signature: documents(play).posts[0]!.signature,
        },
        sealed: fixtureHash('message'),
        signature: documents(play).posts[0]!.signature,
        envelope: new Uint8Array(1),
      },
      CONTEXT,
    );
    expect(step).toMatchObject({ kind: 'ignored', fault: { code: 'out-of-place', culprit: 'verifier' } });
  });
});
