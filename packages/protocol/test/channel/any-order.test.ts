import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChannelMessage } from '../../src/index.ts';
import { Game, type Sent } from './play/game.ts';

const ROLES = ['client', 'worker', 'verifier'] as const;

/** Each signature in a message of its own, in an order that `keys` gives. */
function oneByOne({ message }: Sent, keys: (i: number) => number): readonly ChannelMessage[] {
  if (message.kind !== 'preSignatures') return [message];
  return message.signatures
    .map((signature, i) => ({ key: keys(i), message: { ...message, signatures: [signature] } }))
    .sort((a, b) => a.key - b.key)
    .map((each) => each.message);
}

describe('D25: pre-signatures come in any order, and Tx0 is signed after all of them', () => {
  it('one by one, shuffled, between whatever else happens: the channel opens, and nobody is at fault', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), fc.infiniteStream(fc.nat()), (order, picks) => {
        const next = (stream: typeof order): number => stream.next().value!;
        const game = new Game({
          onSend: (sent) => oneByOne(sent, () => next(order)),
          pick: (count) => next(picks) % count,
        });
        game.mine(4);
        for (const name of ROLES) {
          expect([name, game.state(name).name]).toEqual([name, 'verification']);
          expect(game.player(name).faults).toEqual([]);
        }
        const sentBy = (kind: ChannelMessage['kind']) =>
          game.sent.flatMap(({ message, from }, i) => (message.kind === kind ? [{ from, i }] : []));
        // T §Setup 5: whoever signs its inputs has given all its pre-signatures before; C is the last, and broadcasts.
        const given = sentBy('preSignatures');
        for (const { from, i } of sentBy('inputSignatures')) {
          expect(given.filter((other) => other.from === from && other.i > i)).toEqual([]);
        }
        const [broadcast] = sentBy('commitmentBroadcast');
        expect(broadcast!.from).toBe('client');
        expect(sentBy('inputSignatures').every(({ i }) => i < broadcast!.i)).toBe(true);
      }),
      { numRuns: 6 },
    );
  });
});
