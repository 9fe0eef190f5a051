import { describe, expect, it } from 'vitest';
import {
  type Acceptance,
  acceptanceHash,
  type ChannelMessage,
  type ChannelState,
  type MessageKind,
  type Outpoint,
  outpointKey,
  type Party,
  type Recipient,
} from '../../src/index.ts';
import { fixtureKey, fixtureSecret } from '../fixtures/terms.ts';
import { type Deviations, Game, type Sent } from './play/game.ts';
import { SNAPSHOT_HASH, STAKES, sign } from './play/identity.ts';
import type { PlayerName } from './play/tasks.ts';

const ROLES = ['client', 'worker', 'verifier'] as const;
/** Blocks after which every setup is over, that of the arbiters too. */
const OVER = 21;

type Abandoned = Extract<ChannelState, { how: 'abandoned' }>;

/** The players behind A_1, A_2, A_3 of the honest run. */
const DRAWN: readonly [PlayerName, PlayerName, PlayerName] = ['stake 4', 'stake 0', 'stake 1'];
const stakeOf = (name: PlayerName): Outpoint => STAKES[Number(name.slice('stake '.length))]!.coin.outpoint;
const offerOf = (name: PlayerName): Recipient => `offer:${outpointKey(stakeOf(name))}`;
const [FIRST, SECOND, THIRD] = DRAWN;

/** What a player sends of a kind does not arrive, or only to some. */
const withheld = (
  from: PlayerName,
  kind: MessageKind,
  reaches: (to: Recipient) => boolean = () => false,
): Deviations => ({
  onSend: (sent) =>
    sent.from === from && sent.message.kind === kind && !reaches(sent.to) ? [] : [sent.message],
});

function abandoned(game: Game, name: PlayerName): Abandoned {
  const state = game.state(name);
  return state.name === 'closed' && state.how === 'abandoned'
    ? state
    : expect.unreachable(`${name} is ${state.name}`);
}

/** Everybody has given up, nobody has anything on the chain, and every coin and stake is on its way back. */
function expectNothingLeft(game: Game): void {
  expect(game.chain.has('Tx0')).toBe(false);
  for (const { name, state, tasks } of game.players.values()) {
    if (state === undefined) continue;
    const { before } = abandoned(game, name);
    const back = tasks.filter(({ kind }) => kind === 'release' || kind === 'respend');
    expect(back.map(({ kind }) => kind)).toEqual([before === null ? 'release' : 'respend']);
  }
}

it('the arbiters of these setups, when nobody is at fault', () => {
  const game = new Game();
  game.mine();
  expect([1, 2, 3].map((i) => game.arbiter(i))).toEqual(DRAWN);
});

describe('T §Setup: a party withholds one message', () => {
  it.each<[PlayerName, MessageKind, PlayerName, Recipient]>([
    ['worker', 'termsAccepted', 'client', 'worker'],
    ['verifier', 'termsAccepted', 'client', 'verifier'],
    ['client', 'contract', 'worker', 'client'],
    ['worker', 'contractAgreed', 'client', 'worker'],
    ['verifier', 'contractAgreed', 'client', 'verifier'],
    ['client', 'ceremonySeed', 'worker', 'client'],
    ['verifier', 'ceremonySeed', 'client', 'verifier'],
    ['worker', 'ceremonySeed', 'client', 'worker'],
    ['client', 'acceptanceList', 'verifier', 'client'],
    ['worker', 'acceptanceList', 'client', 'worker'],
    ['verifier', 'acceptanceList', 'client', 'verifier'],
    ['client', 'arbiterSet', 'worker', 'client'],
    ['worker', 'arbiterSet', 'client', 'worker'],
    ['verifier', 'arbiterSet', 'client', 'verifier'],
    ['client', 'graph', FIRST, 'client'],
    ['client', 'preSignatures', 'worker', 'client'],
    ['worker', 'preSignatures', 'client', 'worker'],
    ['verifier', 'preSignatures', 'client', 'verifier'],
    [SECOND, 'preSignatures', 'client', 'arbiter:2'],
    ['worker', 'inputSignatures', 'client', 'worker'],
    ['verifier', 'inputSignatures', 'client', 'verifier'],
    [THIRD, 'inputSignatures', 'client', 'arbiter:3'],
  ])('%s: no %s → the %s names %s, and nothing is on the chain', (from, kind, seenBy, culprit) => {
    const game = new Game(withheld(from, kind));
    game.mine(OVER);
    expect(abandoned(game, seenBy).fault).toMatchObject({ code: 'setup-timeout', culprit });
    expectNothingLeft(game);
  });

  it('client: no Tx0 → everybody spends its coins back', () => {
    const game = new Game(withheld('client', 'commitmentBroadcast'));
    game.chain.withheld.add('Tx0');
    game.mine(OVER);
    for (const name of ['worker', 'verifier'] as const)
      expect(abandoned(game, name).fault).toMatchObject({ code: 'setup-timeout', culprit: 'client' });
    for (const name of [...ROLES, ...DRAWN]) expect(abandoned(game, name).before).not.toBeNull();
  });
});

describe('T §Setup 3: a party withholds one signature from one other', () => {
  const senders: readonly (readonly [PlayerName, Party])[] = [
    ['client', 'client'],
    ['worker', 'worker'],
    ['verifier', 'verifier'],
    [FIRST, 'arbiter:1'],
  ];
  const parties: readonly Party[] = ['client', 'worker', 'verifier', 'arbiter:1', 'arbiter:2'];
  const pairs = senders.flatMap(([from, self]) =>
    parties.filter((to) => to !== self).map((to) => [from, self, to] as const),
  );

  it.each(pairs)('%s, which is %s, withholds one from %s', (from, self, to) => {
    const game = new Game({
      onSend: (sent): readonly ChannelMessage[] => {
        const { message } = sent;
        if (sent.from !== from || sent.to !== to || message.kind !== 'preSignatures') return [message];
        const signatures = message.signatures.slice(1);
        return [{ ...message, signatures }];
      },
    });
    game.mine(OVER);
    const victim: PlayerName = to === 'arbiter:1' ? FIRST : to === 'arbiter:2' ? SECOND : (to as PlayerName);
    expect(abandoned(game, victim).fault).toMatchObject({ code: 'setup-timeout', culprit: self });
    expect(game.chain.has('Tx0')).toBe(false);
    for (const name of [...ROLES, ...DRAWN]) abandoned(game, name);
  });

  it('an input signature of Tx0 that only the Verifier lacks: it says whose', () => {
    const game = new Game(withheld(THIRD, 'inputSignatures', (to) => to !== 'verifier'));
    game.mine(OVER);
    expect(abandoned(game, 'verifier').fault).toMatchObject({ culprit: 'arbiter:3' });
    expect(abandoned(game, 'client').suspects).toEqual([stakeOf(THIRD)]);
    expect(game.chain.has('Tx0')).toBe(false);
  });

  it('who lacks it says so in time: the Client learns which arbiter the Verifier means', () => {
    const game = new Game(withheld(SECOND, 'preSignatures', (to) => to !== 'verifier'));
    game.mine(OVER);
    expect(abandoned(game, 'verifier')).toMatchObject({
      fault: { code: 'setup-timeout', culprit: 'arbiter:2' },
      suspects: [stakeOf(SECOND)],
    });
    expect(abandoned(game, 'client')).toMatchObject({
      fault: { code: 'refused-by-peer', culprit: 'verifier', reason: expect.stringMatching(/arbiter:2/) },
      suspects: [stakeOf(SECOND)],
    });
  });
});

describe('Y §Polling, §Union: lists that differ', () => {
  const hiding = (
    from: PlayerName,
    to: Recipient | null,
    keep: (item: Acceptance) => boolean,
  ): Deviations => ({
    onSend: (sent: Sent) => {
      const { message } = sent;
      if (sent.from !== from || message.kind !== 'acceptanceList') return [message];
      if (to !== null && sent.to !== to) return [message];
      return [{ ...message, acceptances: message.acceptances.filter(keep) }];
    },
  });
  const isFirst = ({ outpoint }: Acceptance) => outpointKey(outpoint) === outpointKey(stakeOf(FIRST));

  it('a party that hides an acceptance from both changes nothing: the others bring it in', () => {
    const game = new Game(hiding('verifier', null, (item) => !isFirst(item)));
    game.mine(6);
    for (const role of ROLES) expect(game.state(role)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    const { before } = game.state('client') as { readonly before: { readonly agreement: unknown } };
    expect(before.agreement).toMatchObject({
      arbiters: [{ stake: { coin: { outpoint: stakeOf(FIRST) } } }, {}, {}],
    });
  });

  it('a party that shows two lists, of which two arbiter sets come, is named by both others', () => {
    // W asks one more arbiter than it shows to C; nobody else has the first one.
    const lists: Deviations = {
      onSend: (sent) => {
        const { message } = sent;
        if (message.kind !== 'acceptanceList') return [message];
        const shown =
          sent.from === 'worker' && sent.to === 'verifier' ? message.acceptances : message.acceptances;
        return [
          {
            ...message,
            acceptances: sent.from === 'worker' && sent.to === 'client' ? shown.slice(1) : shown,
          },
        ];
      },
      onTask: (name, task) =>
        task.kind === 'find-offers' && name !== 'worker'
          ? {
              kind: 'offers-found',
              blockHash: SNAPSHOT_HASH,
              stakes: STAKES,
              avoided: [stakeOf(FIRST)],
            }
          : undefined,
    };
    const game = new Game(lists);
    game.mine(4);
    for (const role of ['client', 'verifier'] as const) {
      expect(abandoned(game, role).fault).toMatchObject({
        code: 'selection-failed',
        culprit: 'worker',
        reason: 'the worker has shown two different lists of acceptances',
      });
    }
    game.mine(OVER);
    expectNothingLeft(game);
  });

  it('a party that signs another set than all lists give is named, once no proof against a third has come', () => {
    const other = Uint8Array.from({ length: 32 }, () => 7) as never;
    const game = new Game({
      onSend: ({ from, to, message }) =>
        from === 'worker' && to === 'client' && message.kind === 'arbiterSet'
          ? [{ ...message, graphId: other }]
          : [message],
    });
    game.mine(2);
    expect(game.state('client')).toMatchObject({ step: 'arbiter-set', mismatch: { by: 'worker' } });
    game.mine();
    expect(abandoned(game, 'client').fault).toMatchObject({
      code: 'arbiter-set-mismatch',
      culprit: 'worker',
    });
    game.mine(OVER);
    expectNothingLeft(game);
  });
});

describe('Y §Polling: arbiters that fail', () => {
  it('one that does not answer is passed over, and the contract comes about', () => {
    const game = new Game(withheld(FIRST, 'acceptance'));
    game.mine(8);
    for (const role of ROLES) expect(game.state(role)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    expect(game.state(FIRST)).toMatchObject({ how: 'abandoned' });
  });

  it('one that does not answer, when too few others are there, is named at the time-out', () => {
    const none = [...STAKES.keys()]
      .map((i): PlayerName => `stake ${i}`)
      .filter((name) => !DRAWN.includes(name));
    const game = new Game({
      onSend: ({ from, message }) => {
        if (message.kind !== 'acceptance') return [message];
        if (from === FIRST) return [];
        const { outpoint } = message.acceptance;
        const { channel } = message;
        const culprit = { kind: 'offer', outpoint } as const;
        return none.includes(from)
          ? [{ kind: 'refused', channel, code: 'busy', reason: 'the stake serves another', culprit }]
          : [message];
      },
    });
    game.mine(OVER);
    expect(abandoned(game, 'client')).toMatchObject({
      fault: { code: 'setup-timeout', culprit: offerOf(FIRST) },
      suspects: [stakeOf(FIRST)],
      drawn: true,
    });
    expect(game.chain.has('Tx0')).toBe(false);
  });

  it('one that names different keys for one stake is named by its offer', () => {
    const game = new Game({
      onSend: ({ from, to, message }) => {
        if (from !== FIRST || to !== 'worker' || message.kind !== 'acceptance') return [message];
        const unsigned = { ...message.acceptance, key: fixtureKey(`${FIRST} elsewhere`) };
        const signature = sign(acceptanceHash(unsigned), fixtureSecret(FIRST));
        return [{ ...message, acceptance: { ...unsigned, signature } }];
      },
    });
    game.mine(2);
    for (const role of ROLES) {
      const { fault, suspects } = abandoned(game, role);
      expect(suspects).toEqual([stakeOf(FIRST)]);
      if (fault.code === 'refused-by-peer') continue;
      expect(fault).toMatchObject({ code: 'selection-failed', culprit: offerOf(FIRST) });
    }
    game.mine(OVER);
    expectNothingLeft(game);
  });

  it('one that has failed a party before is asked by it when nobody else is left, and by the others as ever', () => {
    const avoiding: Deviations = {
      onTask: (name, task) =>
        task.kind === 'find-offers' && name === 'client'
          ? { kind: 'offers-found', blockHash: SNAPSHOT_HASH, stakes: STAKES, avoided: [stakeOf(FIRST)] }
          : undefined,
    };
    const game = new Game(avoiding);
    game.mine();
    const asked = (by: PlayerName) =>
      game.sent
        .filter(({ from, message }) => from === by && message.kind === 'acceptanceRequest')
        .map(({ to }) => to);
    expect(asked('client')).not.toContain(offerOf(FIRST));
    expect(asked('worker')).toContain(offerOf(FIRST));
    game.mine(6);
    expect(game.state('client')).toMatchObject({ how: 'settled' });

    const everybody: Deviations = {
      onTask: (_, task) =>
        task.kind === 'find-offers'
          ? {
              kind: 'offers-found',
              blockHash: SNAPSHOT_HASH,
              stakes: STAKES.filter(({ coin }) => DRAWN.some((drawn) => stakeOf(drawn) === coin.outpoint)),
              avoided: [stakeOf(FIRST)],
            }
          : undefined,
    };
    const few = new Game(everybody);
    few.mine(6);
    expect(few.state('client')).toMatchObject({ how: 'settled' });
  });
});

describe('T §Setup 5: an input of Tx0 that is gone before it is signed', () => {
  it('nothing is signed, nothing is respent, and its owner is named', () => {
    const reason = "arbiter:2's input of Tx0 is not a confirmed and unspent output";
    const game = new Game({
      onTask: (name, { kind }) =>
        kind === 'sign-inputs' && name === 'verifier'
          ? { kind: 'disagreed', code: 'coin-missing', culprit: 'arbiter:2', reason }
          : undefined,
    });
    game.mine();
    expect(abandoned(game, 'verifier')).toMatchObject({
      fault: { code: 'coin-missing', culprit: 'arbiter:2', reason },
      suspects: [stakeOf(SECOND)],
      before: null,
    });
    expect(game.player('verifier').tasks.at(-1)).toMatchObject({ kind: 'release' });
    expect(abandoned(game, 'client')).toMatchObject({ before: null, suspects: [stakeOf(SECOND)] });
    game.mine(OVER);
    expect(game.chain.has('Tx0')).toBe(false);
  });
});
