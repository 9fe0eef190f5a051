import { describe, expect, it } from 'vitest';
import { type ChannelEvent, type ChannelState, type Task, toHex } from '../../src/index.ts';
import { POINT_SECRET } from '../fixtures/terms.ts';
import { Game, replay } from './play/game.ts';
import { fingerprint, START } from './play/identity.ts';
import type { PlayerName } from './play/tasks.ts';

const ROLES = ['client', 'worker', 'verifier'] as const;

/** mulberry32: a seed names one order of events. */
function picker(seed: number): (count: number) => number {
  let a = seed;
  return (count) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % count;
  };
}

const settled = (state: ChannelState) =>
  state.name === 'closed' && state.how === 'settled'
    ? {
        transaction: state.transaction,
        height: state.height,
        revealed: state.revealed && toHex(state.revealed),
      }
    : state.name;

/** What a whole run leaves behind at each of C, W, V. */
const ends = (game: Game) => ROLES.map((name) => settled(game.state(name)));
/** After an honest run of five blocks: only C learns h_p. */
const END = ROLES.map((name) => ({
  transaction: 'Tx4',
  height: START + 5,
  revealed: name === 'client' ? toHex(POINT_SECRET) : null,
}));

/** A check that finds chunk 3 wrong. */
const findsFault = (task: Task): ChannelEvent | undefined =>
  task.kind === 'check-opening'
    ? {
        kind: 'opening-checked',
        openingHash: task.openingHash,
        deliveryHash: task.deliveryHash,
        thorough: task.thorough,
        verdict: { r: 0, chunk: 3, fault: 'output' },
      }
    : undefined;

function honest(): Game {
  const game = new Game();
  game.mine(5);
  return game;
}

describe('a channel whose parties all cooperate', () => {
  it('#3: goes from Setup through Computation and Verification to Closed by Tx4', () => {
    const game = new Game();
    expect(ROLES.map((name) => game.state(name).name)).toEqual(['setup', 'setup', 'setup']);
    game.mine(2);
    expect(ROLES.map((name) => game.state(name).name)).toEqual(['computation', 'computation', 'computation']);
    game.mine(2);
    expect(ROLES.map((name) => game.state(name).name)).toEqual([
      'verification',
      'verification',
      'verification',
    ]);
    game.mine();
    expect(ends(game)).toEqual(END);
    expect(game.chain.heightOf('Tx4')).toBe(game.chain.height);
    expect(game.state('client')).toMatchObject({ failures: [] });
    expect([...game.players.values()].flatMap(({ faults }) => faults)).toEqual([]);
    expect(game.chain.refused).toEqual([]);
  });

  it('replaying the log of every party gives its state, bit for bit', () => {
    let replayed = 0;
    for (const player of honest().players.values()) {
      if (player.state === undefined) continue;
      expect(fingerprint(replay(player))).toBe(fingerprint(player.state));
      replayed += 1;
    }
    expect(replayed).toBe(6);
  });

  it.each(Array.from({ length: 6 }, (_, seed) => seed))(
    'reaches the same end when everything happens in another order (seed %i)',
    (seed) => {
      const game = new Game({ pick: picker(seed) });
      game.mine(5);
      expect(ends(game)).toEqual(END);
      for (const player of game.players.values()) {
        if (player.initial !== undefined) expect(fingerprint(replay(player))).toBe(fingerprint(player.state));
      }
    },
  );

  it.each([0, 1, 2])('messages that come twice, in any order, change nothing (seed %i)', (seed) => {
    const game = new Game({ pick: picker(seed), onSend: ({ message }) => [message, message] });
    game.mine(5);
    expect(ends(game)).toEqual(END);
    const codes = new Set([...game.players.values()].flatMap(({ faults }) => faults.map(({ code }) => code)));
    expect([...codes]).toEqual(['out-of-place']);
    expect(game.player('worker').tasks.filter(({ kind }) => kind === 'compute')).toHaveLength(1);
    expect(game.player('worker').tasks.filter(({ kind }) => kind === 'open')).toHaveLength(1);
  });

  it('the result of a task that comes twice changes nothing', () => {
    const game = new Game();
    game.mine(5);
    for (const name of ROLES) {
      const player = game.player(name);
      const before = player.state;
      const results = player.log.filter(
        ({ kind }) => !['message', 'tip', 'confirmed', 'decrypted'].includes(kind),
      );
      expect(results.length).toBeGreaterThan(4);
      for (const event of results) game.feed(name, event);
      expect(player.state).toBe(before);
    }
  });

  it('D9: no adaptor signature of the Client leaves to anybody but the Worker', () => {
    const adaptors = honest().sent.filter(
      ({ message }) =>
        message.kind === 'release' ||
        (message.kind === 'preSignatures' && message.signatures.some(({ kind }) => kind === 'adaptor')),
    );
    expect(adaptors.length).toBeGreaterThan(1);
    expect(new Set(adaptors.map(({ from, to }) => `${from} to ${to}`))).toEqual(
      new Set(['client to worker']),
    );
  });

  it('T §Setup 5: arbiters sign their inputs of Tx0 first, then Worker and Verifier, and the Client last', () => {
    const game = honest();
    const order = game.sent
      .filter(({ message }) => message.kind === 'inputSignatures')
      .map(({ from }) => from);
    const firstPartner = order.findIndex((name) => name === 'worker' || name === 'verifier');
    expect(order.slice(0, firstPartner).every((name) => name.startsWith('stake'))).toBe(true);
    expect(new Set(order.slice(0, firstPartner)).size).toBe(3);
    const client = game.player('client').log;
    const signed = client.findIndex(({ kind }) => kind === 'inputs-signed');
    const lastForeign = client.findLastIndex(
      (event) => event.kind === 'message' && event.message.kind === 'inputSignatures',
    );
    expect(signed).toBeGreaterThan(lastForeign);
  });
});

describe('D26: nobody acts on what it has alone', () => {
  /** A run in which receipts of C for one subject never arrive. */
  const without = (subject: 'delivery' | 'opening'): Game => {
    const game = new Game({
      onSend: ({ from, to, message }) =>
        from === 'client' && to === 'verifier' && message.kind === 'receipt' && message.subject === subject
          ? []
          : [message],
    });
    game.mine(6);
    return game;
  };
  const sentBy = (game: Game, name: PlayerName) =>
    game.sent.filter(({ from }) => from === name).map(({ message }) => message.kind);

  it.each(['delivery', 'opening'] as const)(
    "V gives no verdict without C's receipt for the %s",
    (subject) => {
      const game = without(subject);
      expect(sentBy(game, 'verifier')).not.toContain('verdict');
      expect(sentBy(game, 'client')).not.toContain('release');
      expect(sentBy(honest(), 'verifier')).toContain('verdict');
    },
  );

  it('D37: V opens its seed at once, C only when it knows s_V: who opens last chooses between two samples', () => {
    const lost = new Game({
      onSend: ({ from, to, message }) =>
        from === 'verifier' && to === 'client' && message.kind === 'receipt' ? [] : [message],
    });
    lost.mine(6);
    expect(sentBy(lost, 'verifier')).toContain('receipt');
    expect(sentBy(lost, 'client')).not.toContain('receipt');
    const order = honest().sent.filter(
      ({ message }) => message.kind === 'receipt' && message.subject === 'delivery',
    );
    expect(order.map(({ from }) => from)).toEqual([...Array(3).fill('verifier'), ...Array(3).fill('client')]);
  });

  it('D24: C releases Tx4 only after the verdict and its own check', () => {
    const silent = new Game({ onSend: ({ message }) => (message.kind === 'verdict' ? [] : [message]) });
    silent.mine(6);
    expect(sentBy(silent, 'client')).not.toContain('release');

    const unchecked = new Game({
      onTask: (name, task) => (name === 'client' && task.kind === 'check-opening' ? null : undefined),
    });
    unchecked.mine(6);
    expect(sentBy(unchecked, 'client')).not.toContain('release');

    const wrong = new Game({
      onTask: (name, task) => (name === 'client' ? findsFault(task) : undefined),
    });
    wrong.mine(6);
    expect(sentBy(wrong, 'verifier')).toContain('verdict');
    expect(sentBy(wrong, 'client')).not.toContain('release');
  });

  it('V signs nothing when the opening is wrong, and accuses the Worker', () => {
    const game = new Game({
      onTask: (name, task) => (name === 'verifier' ? findsFault(task) : undefined),
    });
    game.mine(6);
    expect(game.state('verifier')).toMatchObject({
      name: 'verification',
      verdict: 0,
      accusation: { fault: 'output', chunk: 3 },
    });
    expect(sentBy(game, 'verifier')).not.toContain('verdict');
  });
});
