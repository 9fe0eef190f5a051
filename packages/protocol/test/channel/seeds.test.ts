import { describe, expect, it } from 'vitest';
import { type MessageOf, type PostedMessage, sealedHash, sealMessage, signedHash } from '../../src/index.ts';
import type { Game } from './play/game.ts';
import { messageKey, messageSecret, otherHash, seedOf, sign } from './play/identity.ts';
import { accepted, arbiters, B, DELTA, H0, kindsSent, open, T0, until, without } from './play/late.ts';
import { blockHashAt, OPENING } from './play/tasks.ts';

/** Blocks after H0 whose hashes stand for s_V and for s_C. */
const FOR_V = T0 + B + 1;
const FOR_C = T0 + DELTA + B + 1;
/** C posts its seed from here, and by here. */
const [POSTED, BY] = [T0 + DELTA - B, T0 + DELTA];
const [S_C, S_V] = [seedOf('client', 'challenge'), seedOf('verifier', 'challenge')];
const [BLOCK_C, BLOCK_V] = [blockHashAt(H0 + FOR_C), blockHashAt(H0 + FOR_V)];

/** What W has opened for. */
const opened = (game: Game) =>
  game.player('worker').tasks.flatMap((task) => (task.kind === 'open' ? [task] : []));
/** C's receipts for the delivery, one to each of C, W and V. */
const named = (game: Game) =>
  game.sent.flatMap(({ from, message }) =>
    from === 'client' && message.kind === 'receipt' && message.subject === 'delivery' ? [message] : [],
  );
const checks = (game: Game, name: 'client' | 'verifier') =>
  game.player(name).tasks.flatMap((task) => (task.kind === 'check-opening' ? [task] : []));
const silentVerifier = { from: 'verifier', kind: 'receipt' } as const;
const silentClient = { from: 'client', kind: 'receipt' } as const;
const unpaid = { from: 'verifier', to: 'client', kind: 'verdict' } as const;

describe('D37: C’s receipt names the seeds that W answers, and blocks stand for what was not opened', () => {
  it('V opens at once, and C names s_V and its own as soon as it has s_V', () => {
    const game = without([]);
    game.mine(2);
    expect(named(game)).toHaveLength(3);
    for (const { seed, verifierSeed } of named(game)) expect([seed, verifierSeed]).toEqual([S_C, S_V]);
    expect(opened(game)).toMatchObject([{ seedClient: S_C, seedVerifier: S_V }]);
  });

  it('V is silent: C opens its seed when block H0 + t0 + B + 1 stands for s_V, and names none', () => {
    const game = until(without([silentVerifier]), FOR_V - 1);
    expect(kindsSent(game, 'client')).not.toContain('receipt');
    until(game, FOR_V);
    for (const { seed, verifierSeed } of named(game)) expect([seed, verifierSeed]).toEqual([S_C, null]);
    expect(named(game)).toHaveLength(3);
  });

  it('W opens with a block hash only when that block has six confirmations: its one opening would be worthless otherwise', () => {
    const game = until(without([silentVerifier, unpaid]), FOR_V + 4);
    expect(opened(game)).toEqual([]);
    until(game, FOR_V + 5);
    expect(opened(game)).toMatchObject([{ seedClient: S_C, seedVerifier: BLOCK_V }]);
    expect(open(game, 'client').checked).toEqual({ r: 1, lockSecret: null });
  });

  it('C is silent: W opens for two block hashes, and everybody checks with them', () => {
    const game = until(without([silentClient]), FOR_C + 4);
    expect(opened(game)).toEqual([]);
    until(game, FOR_C + 5);
    expect(opened(game)).toMatchObject([{ seedClient: BLOCK_C, seedVerifier: BLOCK_V, answers: null }]);
    expect(checks(game, 'verifier')).toMatchObject([{ substitutes: { client: BLOCK_C, verifier: BLOCK_V } }]);
    until(game, T0 + 2 * DELTA + B);
    expect(kindsSent(game, 'verifier')).toContain('verdict');
  });

  it('C’s receipt does not reach W: C posts it, and W answers it', () => {
    const game = without([{ from: 'client', to: 'worker', kind: 'receipt', subject: 'delivery' }]);
    until(game, POSTED - 1);
    expect(opened(game)).toEqual([]);
    until(game, POSTED);
    expect(opened(game)).toMatchObject([{ seedClient: S_C, seedVerifier: S_V }]);
  });

  it('a reorganisation takes the block that stood for a seed: its hash is asked for again', () => {
    const game = until(without([silentClient, { kind: 'opening' }]), FOR_C + 5);
    const asked = () =>
      game.player('worker').tasks.filter((task) => task.kind === 'find-block' && task.height === H0 + FOR_C)
        .length;
    expect(asked()).toBe(1);
    expect(open(game, 'worker').substitutes.client).toEqual(BLOCK_C);
    game.reorganise(6);
    expect(open(game, 'worker').substitutes.client).toBeNull();
  });
});

describe('D37: an honest Client has one sample, whenever V opens its seed', () => {
  it('s_V comes after C has opened its own: the block stands for it, and C signs nothing else', () => {
    const game = until(without([{ from: 'verifier', to: 'client', kind: 'receipt' }, unpaid]), FOR_V);
    const [late] = game.sent.filter(
      ({ from, to, message: { kind } }) => from === 'verifier' && to === 'client' && kind === 'receipt',
    );
    game.injectPosted('worker', 'client', late!.message, 'verifier');
    until(game, T0 + 2 * DELTA + B);
    expect(named(game)).toHaveLength(3);
    for (const { verifierSeed } of named(game)) expect(verifierSeed).toBeNull();
    expect(opened(game)).toMatchObject([{ seedVerifier: BLOCK_V }]);
  });

  it('s_V comes in the last block before: C names it, and no block stands for it', () => {
    const game = until(without([{ from: 'verifier', to: 'client', kind: 'receipt' }, unpaid]), FOR_V - 1);
    const [late] = game.sent.filter(
      ({ from, message: { kind } }) => from === 'verifier' && kind === 'receipt',
    );
    expect(named(game)).toEqual([]);
    game.inject('verifier', 'client', late!.message);
    expect(named(game)).toMatchObject(Array(3).fill({ verifierSeed: S_V }));
    until(game, T0 + 2 * DELTA + B);
    expect(opened(game)).toMatchObject([{ seedVerifier: S_V }]);
  });

  it('C posts its receipt by H0 + t0 + Δ, although it has an opening, unless it has paid: then no hash stands for s_C', () => {
    const game = until(without([unpaid]), POSTED - 1);
    expect(open(game, 'client').opening).not.toBeNull();
    for (const name of arbiters(game)) expect(accepted(game, name)).toEqual([]);
    until(game, POSTED);
    for (const name of arbiters(game)) expect(accepted(game, name)).toEqual([['receipt', 'client', POSTED]]);
    const paid = until(without([]), 10);
    expect(paid.sent.filter(({ posted }) => posted)).toEqual([]);
  });

  it.each([
    ['by H0 + t0 + Δ', BY, 3],
    ['and no later: its seed and the hash would both count', BY + 1, 0],
  ])('C opens its seed %s', (_, at, receipts) => {
    const game = without([silentVerifier, unpaid], {
      onTask: (name, task) =>
        name === 'client' && task.kind === 'open-seed' && task.which === 'challenge' ? null : undefined,
    });
    until(game, at);
    game.feed('client', { kind: 'seed-opened', which: 'challenge', seed: S_C });
    game.settle();
    expect(named(game)).toHaveLength(receipts);
    for (const name of arbiters(game)) {
      const posted = accepted(game, name).filter(([kind]) => kind === 'receipt');
      expect(posted).toEqual(receipts > 0 ? [['receipt', 'client', BY]] : []);
    }
    until(game, FOR_C + 5);
    expect(opened(game)).toMatchObject([
      receipts > 0
        ? { seedClient: S_C, seedVerifier: BLOCK_V }
        : { seedClient: BLOCK_C, seedVerifier: BLOCK_V },
    ]);
  });

  it('W = V shows C an opening for its seeds and posts another for block hashes: C and arbiters count no hash for s_C', () => {
    const other = { challengeClient: BLOCK_C, challengeVerifier: BLOCK_V, answers: null };
    const game: Game = without([unpaid, { to: 'verifier', kind: 'post' }, { from: 'worker', kind: 'post' }], {
      onSend: ({ from, to, message }) => {
        if (from === 'worker' && to === 'verifier' && message.kind === 'opening')
          return [{ ...message, ...other }];
        if (from !== 'verifier' || to !== 'client' || message.kind !== 'receipt') return [message];
        if (message.subject === 'delivery') return [message];
        // V gives C its receipt for what only C has, so that C does not post it.
        const { sealed, signature } = open(game, 'client').opening!;
        return [{ ...message, message: sealed, signature }];
      },
    });
    until(game, 288 - DELTA);
    const { opening } = open(game, 'verifier');
    expect(opening?.seeds).toEqual({ client: BLOCK_C, verifier: BLOCK_V });
    const last = checks(game, 'client').at(-1);
    expect(last).toMatchObject({ openingHash: opening?.hash, thorough: true });
    expect(last?.substitutes).toEqual({ client: null, verifier: BLOCK_V });
  });
});

describe('D37: an honest Worker has an opening that counts, whatever C and V do', () => {
  it('C alone knows s_V: W answers what C’s receipt names, and shows it', () => {
    const game = until(without([{ from: 'verifier', to: 'worker', kind: 'receipt' }, unpaid]), 3);
    const [task] = opened(game);
    expect(task).toMatchObject({
      seedClient: S_C,
      seedVerifier: S_V,
      answers: { author: 'client', kind: 'receipt' },
    });
    expect(open(game, 'worker').receipts.client.opened?.receipt).toEqual(task?.answers);
  });

  it('C’s receipt comes by Post after its time: W answers it all the same, and need not know who accepted it', () => {
    const game = until(without([{ from: 'client', kind: 'receipt' }]), BY + 3);
    const { message } = game.sent.find(({ message: { kind } }) => kind === 'delivery')!;
    expect(opened(game)).toEqual([]);
    game.injectPosted(
      game.arbiter(1),
      'worker',
      receiptOfClient(game, message as MessageOf<'delivery'>),
      'client',
    );
    expect(opened(game)).toMatchObject([
      { seedClient: S_C, seedVerifier: S_V, answers: { author: 'client' } },
    ]);
  });

  it('C gives two receipts that name different seeds: W answers the first, which counts by itself', () => {
    const game = until(without([silentClient]), BY + 3);
    const { message } = game.sent.find(({ message: { kind } }) => kind === 'delivery')!;
    const first = receiptOfClient(game, message as MessageOf<'delivery'>, { verifierSeed: null });
    const second = receiptOfClient(game, message as MessageOf<'delivery'>);
    for (const receipt of [first, second]) game.injectPosted(game.arbiter(1), 'worker', receipt, 'client');
    expect(opened(game)).toMatchObject([{ seedClient: S_C, seedVerifier: BLOCK_V }]);
  });

  it('C posts a receipt that gives another R to the delivery: W cannot answer it, and it keeps no hash from counting', () => {
    const game = until(without([silentClient, { from: 'client', kind: 'post' }]), POSTED);
    const { message } = game.sent.find(({ message: { kind } }) => kind === 'delivery')!;
    const wrong = receiptOfClient(game, message as MessageOf<'delivery'>, { root: otherHash('R') });
    for (const to of ['verifier', 'worker'] as const) game.injectPosted('client', to, wrong);
    const posted = open(game, 'verifier').posts.find(({ kind }) => kind === 'receipt') as PostedMessage;
    expect(posted).toMatchObject({ author: 'client', timely: true, acceptedAt: H0 + POSTED });
    until(game, FOR_C + 5);
    expect(opened(game)).toMatchObject([{ seedClient: BLOCK_C, seedVerifier: BLOCK_V, answers: null }]);
    expect(checks(game, 'verifier')).toMatchObject([{ substitutes: { client: BLOCK_C, verifier: BLOCK_V } }]);
  });

  it('C posts a receipt for something else that W signed: it is none, and W loses nothing by it', () => {
    const game = until(without([silentClient, { from: 'client', kind: 'post' }]), POSTED);
    const { message } = game.sent.find(({ message: { kind } }) => kind === 'delivery')!;
    const terms = game.sent.find(
      ({ from, message: { kind } }) => from === 'worker' && kind === 'termsAccepted',
    );
    const setup = sealMessage(terms!.message, messageKey('worker'), (hash) =>
      sign(hash, messageSecret('worker')),
    );
    const junk = receiptOfClient(game, message as MessageOf<'delivery'>, {
      root: otherHash('R'),
      message: sealedHash('termsAccepted', setup.body),
      signature: setup.signature,
    });
    for (const to of ['verifier', 'worker', ...arbiters(game)] as const)
      game.injectPosted('client', to, junk);
    until(game, FOR_C + 5);
    expect(opened(game)).toMatchObject([{ seedClient: BLOCK_C, seedVerifier: BLOCK_V, answers: null }]);
    for (const name of ['verifier', ...arbiters(game)] as const)
      expect(open(game, name).posts.some(({ kind }) => kind === 'receipt')).toBe(false);
    expect(checks(game, 'verifier')).toMatchObject([{ substitutes: { client: BLOCK_C, verifier: BLOCK_V } }]);
  });

  it('C posts two receipts: which of them a node keeps may differ, so that neither keeps a hash from counting', () => {
    const game = until(without([silentClient, { from: 'client', kind: 'post' }]), POSTED);
    const { message } = game.sent.find(({ message: { kind } }) => kind === 'delivery')!;
    for (const root of [otherHash('R'), otherHash('R′')]) {
      const receipt = receiptOfClient(game, message as MessageOf<'delivery'>, {
        root,
        message: otherHash('x'),
      });
      game.injectPosted('client', 'verifier', signedByWorker(receipt));
    }
    until(game, FOR_C + 5);
    expect(
      open(game, 'verifier').posts.filter(({ kind, timely }) => kind === 'receipt' && timely),
    ).toHaveLength(2);
    expect(opened(game)).toMatchObject([{ seedClient: BLOCK_C, seedVerifier: BLOCK_V, answers: null }]);
    expect(checks(game, 'verifier')).toMatchObject([{ substitutes: { client: BLOCK_C, verifier: BLOCK_V } }]);
  });

  it.each(['delivery', 'opening'] as const)(
    'somebody posts the %s to W alone: W posts it itself all the same',
    (kind) => {
      const by = kind === 'delivery' ? T0 : T0 + 2 * DELTA;
      const game = until(without([{ from: 'verifier', kind: 'receipt', subject: kind }, unpaid]), by - B - 1);
      const { message } = game.sent.find(({ from, message: m }) => from === 'worker' && m.kind === kind)!;
      game.injectPosted('client', 'worker', message, 'worker');
      expect(open(game, 'worker').posts.some((post) => post.kind === kind && post.acceptedAt !== null)).toBe(
        true,
      );
      until(game, by - B);
      expect(open(game, 'worker').begun).toContain(`${kind}-post`);
      for (const name of arbiters(game))
        expect(accepted(game, name)).toContainEqual([kind, 'worker', by - B]);
    },
  );

  /** W signed something else too, as a dishonest one may. */
  const signedByWorker = (receipt: MessageOf<'receipt'>): MessageOf<'receipt'> => ({
    ...receipt,
    signature: sign(signedHash('delivery', receipt.message), messageSecret('worker')),
  });

  function receiptOfClient(
    game: Game,
    delivery: MessageOf<'delivery'>,
    changes: Partial<MessageOf<'receipt'>> = {},
  ): MessageOf<'receipt'> {
    const { hash: message, signature, root } = open(game, 'worker').delivery!;
    const { channel } = delivery;
    return {
      kind: 'receipt',
      channel,
      subject: 'delivery',
      root,
      message,
      signature,
      bytes: 520,
      height: H0,
      blockHash: otherHash('block'),
      seed: S_C,
      verifierSeed: S_V,
      ...changes,
    };
  }
});

describe('D37: an honest Verifier knows at once what counts', () => {
  it('an opening that shows C’s receipt is checked when it comes, whatever anybody posts later', () => {
    const game = without([unpaid]);
    game.mine(2);
    expect(checks(game, 'verifier')).toHaveLength(1);
    expect(kindsSent(game, 'verifier')).toContain('verdict');
  });

  it('one for block hashes counts for nobody when C opened its seed in time', () => {
    const other = { challengeClient: BLOCK_C, challengeVerifier: BLOCK_V, answers: null };
    const game = without([unpaid], {
      onSend: ({ from, message }) =>
        from === 'worker' && message.kind === 'opening' ? [{ ...message, ...other }] : [message],
    });
    // Until then a second receipt of C could come, and then neither would count.
    until(game, FOR_C - 1);
    for (const name of ['client', 'verifier'] as const) expect(checks(game, name)).toEqual([]);
    until(game, FOR_C);
    for (const name of ['client', 'verifier'] as const) {
      expect(checks(game, name)).toMatchObject([{ substitutes: { client: null, verifier: BLOCK_V } }]);
    }
  });

  it('an opening for block hashes is checked when these have six confirmations: C = W could wait for two blocks of one height', () => {
    const game = until(without([silentClient, { from: 'worker', kind: 'opening' }]), FOR_C);
    const { root } = open(game, 'worker').delivery!;
    const { message } = game.sent.find(
      ({ from, message: { kind } }) => from === 'worker' && kind === 'delivery',
    )!;
    const { channel } = message as MessageOf<'delivery'>;
    const seeds = { challengeClient: BLOCK_C, challengeVerifier: BLOCK_V, answers: null };
    for (const to of ['client', 'verifier'] as const)
      game.inject('worker', to, { kind: 'opening', channel, ...OPENING, root, ...seeds });
    until(game, FOR_C + 4);
    for (const name of ['client', 'verifier'] as const) {
      expect(open(game, name).opening).not.toBeNull();
      expect(checks(game, name)).toEqual([]);
    }
    until(game, FOR_C + 5);
    for (const name of ['client', 'verifier'] as const)
      expect(checks(game, name)).toMatchObject([{ substitutes: { client: BLOCK_C, verifier: BLOCK_V } }]);
  });
});
