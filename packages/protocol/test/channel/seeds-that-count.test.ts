import { describe, expect, it } from 'vitest';
import { type MessageOf, type PostedMessage, sealedHash, sealMessage, signedHash } from '../../src/index.ts';
import type { Game } from './play/game.ts';
import { messageKey, messageSecret, otherHash, sign } from './play/identity.ts';
import { accepted, arbiters, B, DELTA, H0, kindsSent, open, T0, until, without } from './play/late.ts';
import {
  BLOCK_C,
  BLOCK_V,
  BY,
  checks,
  FOR_C,
  opened,
  POSTED,
  S_C,
  S_V,
  silentClient,
  unpaid,
} from './play/seeds.ts';
import { OPENING } from './play/tasks.ts';

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
    for (const to of ['verifier', 'worker', 'arbiter:1', 'arbiter:2', 'arbiter:3'] as const)
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
