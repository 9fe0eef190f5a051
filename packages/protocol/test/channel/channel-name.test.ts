import { describe, expect, it } from 'vitest';
import type { ChannelMessage } from '../../src/index.ts';
import { Game } from './play/game.ts';
import { accepted, arbiters, B, DELTA, open, T0, until, without } from './play/late.ts';

/** The session id: C, W and V know it, and the arbiters do not. */
const session = () => new Game().sent.find(({ message }) => message.kind === 'terms')!.message.channel;

/** Some say things of these kinds in the name of the session instead of the contract's. */
const misnamed = (from: readonly string[], kinds: readonly ChannelMessage['kind'][]) => {
  const channel = session();
  return without([], {
    onSend: ({ from: sender, message }) =>
      from.includes(sender) && kinds.includes(message.kind) ? [{ ...message, channel }] : [message],
  });
};

describe('from Tx0 on everything names the contract, or nobody could post it', () => {
  it('a receipt in the name of the session binds nobody: W has none of C = V, and posts its delivery', () => {
    const game = until(misnamed(['client', 'verifier'], ['receipt']), T0 - B);
    const { receipts } = open(game, 'worker');
    expect([receipts.client.delivery, receipts.verifier.delivery]).toEqual([null, null]);
    for (const name of arbiters(game)) {
      expect(accepted(game, name)).toContainEqual(['delivery', 'worker', T0 - B]);
    }
    expect(game.player('worker').faults).toContainEqual({
      code: 'out-of-place',
      culprit: 'verifier',
      reason: 'the "receipt" names another channel than this contract',
    });
  });

  it('a delivery in the name of the session is none: C = W lead V to no verdict that arbiters could not follow', () => {
    const game = until(misnamed(['worker', 'client'], ['delivery', 'receipt']), T0 + 2 * DELTA + B);
    expect(open(game, 'verifier')).toMatchObject({ delivery: null, accusation: { fault: 'undelivered' } });
  });
});
