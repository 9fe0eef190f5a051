import { describe, expect, it } from 'vitest';
import type { ChannelFaultCode, ChannelMessage, Recipient, Role } from '../../src/index.ts';
import type { Game } from './play/game.ts';
import { fingerprint, otherHash } from './play/identity.ts';
import { open, without } from './play/late.ts';
import type { PlayerName } from './play/tasks.ts';

/** Everything is signed by W, C and V, and nothing of it was published yet: C's release does not arrive. */
function signedByAll(): Game {
  const game = without([{ kind: 'release' }]);
  game.mine(3);
  return game;
}

const sentOf = (game: Game, from: PlayerName, kind: ChannelMessage['kind']): ChannelMessage =>
  game.sent.find((sent) => sent.from === from && sent.message.kind === kind)!.message;

const SEAL = {
  sealed: otherHash('sealed'),
  signature: new Uint8Array(64) as never,
  envelope: new Uint8Array(0),
};

/** What a party makes of a message from somebody; its state must stay as it is. */
function refused(game: Game, to: PlayerName, from: Recipient, message: ChannelMessage) {
  const before = fingerprint(open(game, to));
  game.feed(to, { kind: 'message', from, message, ...SEAL });
  expect(fingerprint(open(game, to))).toBe(before);
  return game.player(to).faults.at(-1);
}

describe('M §Steps: each message has one author', () => {
  it.each<[ChannelMessage['kind'], PlayerName, Recipient, PlayerName, ChannelFaultCode]>([
    ['delivery', 'worker', 'verifier', 'client', 'delivery-malformed'],
    ['opening', 'worker', 'client', 'verifier', 'opening-mismatch'],
    ['receipt', 'client', 'worker', 'verifier', 'receipt-mismatch'],
    ['receipt', 'client', 'arbiter:1', 'worker', 'receipt-mismatch'],
    ['verdict', 'verifier', 'worker', 'client', 'verdict-invalid'],
    ['verdict', 'verifier', 'client', 'worker', 'verdict-invalid'],
    ['release', 'client', 'verifier', 'worker', 'release-invalid'],
    // To W alone: V could publish Tx4 before W has shown h_p (D9).
    ['release', 'client', 'client', 'verifier', 'release-invalid'],
  ])('a "%s" of the %s that comes from %s means nothing to %s', (kind, author, from, to, code) => {
    const game = signedByAll();
    expect(refused(game, to, from, sentOf(game, author, kind))).toMatchObject({ code, culprit: from });
  });

  it('whoever answers for an offer has no part in a contract', () => {
    const game = signedByAll();
    const from = `offer:${'00'.repeat(32)}:0` as const;
    const delivery = sentOf(game, 'worker', 'delivery');
    expect(refused(game, 'client', from, delivery)).toMatchObject({ code: 'out-of-place', culprit: from });
  });

  it.each<[ChannelMessage['kind'], Role, Role]>([
    ['receipt', 'client', 'worker'],
    ['receipt', 'verifier', 'client'],
    ['verdict', 'verifier', 'worker'],
    ['verdict', 'verifier', 'client'],
  ])('a second "%s" of the %s changes nothing for the %s', (kind, from, to) => {
    const game = signedByAll();
    const fault = refused(game, to, from, sentOf(game, from, kind));
    expect(fault).toMatchObject({ code: 'out-of-place', culprit: from });
  });

  it('C releases once', () => {
    const game = without([]);
    game.chain.withheld.add('Tx4');
    game.mine(3);
    expect(open(game, 'worker').released).toBe(true);
    const fault = refused(game, 'worker', 'client', sentOf(game, 'client', 'release'));
    expect(fault).toMatchObject({ code: 'out-of-place', culprit: 'client' });
  });
});

describe('M §Steps: what comes too early waits', () => {
  it.each<[ChannelMessage['kind'], Role, Role, ChannelMessage['kind']]>([
    ['receipt', 'verifier', 'client', 'delivery'],
    ['verdict', 'verifier', 'client', 'opening'],
    ['release', 'client', 'worker', 'opening'],
  ])('a "%s" that the %s sends before the %s has the %s', (kind, from, to, lacks) => {
    const signed = signedByAll();
    const message = sentOf(signed, from, kind);
    const game = without([{ from: 'worker', kind: lacks }]);
    game.mine(3);
    expect(lacks === 'opening' ? open(game, to).opening : open(game, to).delivery).toBeNull();
    game.inject(from, to, message);
    expect(game.player(to).faults).toEqual([]);
    expect(game.player(to).deferred.map((event) => event.kind === 'message' && event.message.kind)).toContain(
      kind,
    );
  });

  it('delivery and opening, while a reorganisation has taken Tx0 away: the times count from its new block', () => {
    const signed = signedByAll();
    const game = without([{ from: 'worker', to: 'verifier', kind: 'delivery' }]);
    game.mine(3);
    game.reorganise(4);
    for (const kind of ['delivery', 'opening'] as const)
      game.inject('worker', 'verifier', sentOf(signed, 'worker', kind));
    expect(open(game, 'verifier')).toMatchObject({ commitmentHeight: null, delivery: null, opening: null });
    game.mine(2);
    expect(game.state('verifier')).toMatchObject({ name: 'closed', transaction: 'Tx4' });
  });
});
