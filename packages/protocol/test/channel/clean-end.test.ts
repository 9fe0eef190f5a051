import { describe, expect, it } from 'vitest';
import {
  bip86Script,
  type ChannelState,
  graphOf,
  type HeldRelease,
  heldReleases,
  type MessageOf,
  ownPayouts,
  type Party,
  releasesOf,
  schnorrSignature,
  spendTransaction,
  timelyOutputs,
  transactionOf,
} from '../../src/index.ts';
import { type Deviations, Game, replay } from './play/game.ts';
import { fingerprint, PARAMETERS } from './play/identity.ts';

type Settled = Extract<ChannelState, { how: 'settled' }>;
type Releasing = MessageOf<'releaseSignatures'>;

/** Blocks of an undisputed contract from its terms to Tx4, and to its sixth confirmation. */
const PAID = 5;
const FINAL = PAID + 5;

function settled(game: Game, name: Parameters<Game['state']>[0]): Settled {
  const state = game.state(name);
  if (state.name !== 'closed' || state.how !== 'settled') throw new RangeError(`${name} is not settled`);
  return state;
}

const releasing = (game: Game) => game.sent.filter(({ message }) => message.kind === 'releaseSignatures');
const owners = (game: Game): readonly ['client', ...ReturnType<Game['arbiter']>[]] => [
  'client',
  ...[1, 2, 3].map((i) => settledArbiter(game, i)),
];

/** Owner of the stake of A_index, also when the channel is closed. */
function settledArbiter(game: Game, index: number): ReturnType<Game['arbiter']> {
  const self: Party = `arbiter:${index}`;
  const found = [...game.players.values()].find(
    ({ state }) => state?.name === 'closed' && state.how === 'settled' && state.before.self === self,
  );
  return found!.name;
}

const altering = (change: (message: Releasing) => Releasing): Deviations => ({
  onSend: ({ from, message }) =>
    message.kind === 'releaseSignatures' && from === 'worker' ? [change(message)] : [message],
});

describe('M §Payment: a clean end', () => {
  it('C and W sign stakes and bond free at six confirmations, and at none before', () => {
    const game = new Game();
    game.mine(FINAL - 1);
    expect(settled(game, 'client').transaction).toBe('Tx4');
    expect(releasing(game)).toEqual([]);
    game.mine();
    expect(releasing(game).map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'client → arbiter:1',
      'client → arbiter:2',
      'client → arbiter:3',
      'worker → arbiter:1',
      'worker → arbiter:2',
      'worker → arbiter:3',
      'worker → client',
    ]);
    for (const name of owners(game)) {
      const state = settled(game, name);
      const [held, ...others] = heldReleases(state);
      expect(others).toEqual([]);
      expect(Object.keys(held!.signatures)).toEqual(name === 'client' ? ['worker'] : ['client', 'worker']);
      expect(fingerprint(replay(game.player(name)))).toBe(fingerprint(state));
    }
    expect(heldReleases(settled(game, 'verifier'))).toEqual([]);
    expect(heldReleases(settled(game, 'worker'))).toEqual([]);
  });

  it('each goes to the key of its owner, less 2 sat/vB, and everybody builds the same bytes', () => {
    const game = new Game();
    game.mine(FINAL);
    const graph = graphOf(settled(game, 'client').before.agreement);
    const { outputs } = transactionOf(graph, 'Tx0');
    const keys = [...graph.terms.arbiters.map(({ key }) => key), graph.terms.contract.client.transactionKey];
    const releases = releasesOf(graph, 'Tx4');
    expect(releases.map(({ output }) => output)).toEqual([1, 2, 3, 4]);
    for (const [i, { output, script, amount, transaction, spend }] of releases.entries()) {
      expect(script).toEqual(bip86Script(keys[i]!));
      const { vsize } = spendTransaction([spend], [{ amount, script }]);
      expect(outputs[output]!.amount - amount).toBe(2n * BigInt(vsize));
      for (const name of owners(game)) {
        const theirs = releasesOf(graphOf(settled(game, name).before.agreement), 'Tx4')[i]!;
        expect(theirs.transaction.txid).toBe(transaction.txid);
      }
    }
  });

  it('what was released is a payout of its owner; at t4 its own leaf would do without anybody', () => {
    const game = new Game({
      onSend: ({ message }) => (message.kind === 'releaseSignatures' ? [] : [message]),
    });
    game.mine(FINAL);
    for (const name of owners(game)) {
      const state = settled(game, name);
      expect(heldReleases(state)).toEqual([]);
      const stakeOrBond = timelyOutputs(state).at(-1)!;
      expect(stakeOrBond.from).toBe(state.before.commitmentHeight! + PARAMETERS.t4 - 1);
      expect(stakeOrBond.spend.signers).toEqual([state.before.self]);
    }
    const honest = new Game();
    honest.mine(FINAL);
    const arbiter = settled(honest, settledArbiter(honest, 2));
    const [{ release }] = heldReleases(arbiter) as [HeldRelease];
    const { transaction, amount, script } = release;
    expect(ownPayouts(arbiter).map(({ spend }) => spend)).toEqual([
      {
        outpoint: { txid: transaction.txid, vout: 0 },
        prevout: { amount, script },
        sequence: 0xffff_fffd,
        script: undefined,
        signers: ['arbiter:2'],
      },
    ]);
  });

  it('an appeal has taken the stakes and leaves the bond; a challenge has taken both', () => {
    const game = new Game();
    game.mine(FINAL);
    const graph = graphOf(settled(game, 'client').before.agreement);
    const freed = (id: Parameters<typeof releasesOf>[1]) => releasesOf(graph, id).map(({ owner }) => owner);
    expect(freed('Tx1')).toEqual(['arbiter:1', 'arbiter:2', 'arbiter:3', 'client']);
    expect(freed('Tx5')).toEqual(freed('Tx1'));
    expect(freed("Tx4'")).toEqual(freed('Tx1'));
    expect(freed('Tx6')).toEqual(['client']);
    expect(freed('Tx7:1.2.3')).toEqual(['client']);
    expect(freed('Tx6c')).toEqual([]);
  });

  it.each<[string, (message: Releasing) => Releasing, string]>([
    [
      'a signature that does not verify',
      (m) => ({
        ...m,
        spends: m.spends.map((s) => ({ ...s, signature: s.signature.map((b) => b ^ 1) as never })),
      }),
      'signature-invalid',
    ],
    [
      'another amount',
      (m) => ({ ...m, spends: m.spends.map((s) => ({ ...s, amount: (s.amount - 1n) as never })) }),
      'signature-invalid',
    ],
    [
      'another script',
      (m) => ({
        ...m,
        spends: m.spends.map((s) => ({ ...s, script: bip86Script(new Uint8Array(32).fill(2) as never) })),
      }),
      'signature-invalid',
    ],
    [
      'the output of another owner',
      (m) => ({ ...m, spends: m.spends.map((s) => ({ ...s, output: 1 + (s.output % 4) })) }),
      'out-of-place',
    ],
  ])('%s releases nothing, and names who sent it', (_, change, code) => {
    const game = new Game(altering(change));
    game.mine(FINAL);
    for (const name of owners(game)) {
      expect(game.player(name).faults).toMatchObject([{ code, culprit: 'worker' }]);
      expect(heldReleases(settled(game, name))).toEqual([]);
    }
  });

  it('nobody but C and W can release anything', () => {
    const game = new Game();
    game.mine(FINAL);
    const { message } = releasing(game).find(({ to }) => to === 'client')!;
    game.inject('verifier', 'client', message);
    expect(game.player('client').faults).toMatchObject([{ code: 'out-of-place', culprit: 'verifier' }]);
  });

  it('an output that Tx0 does not have is nobody’s', () => {
    const game = new Game(altering((m) => ({ ...m, spends: m.spends.map((s) => ({ ...s, output: 99 })) })));
    game.mine(FINAL);
    expect(game.player('client').faults).toMatchObject([{ code: 'out-of-place', culprit: 'worker' }]);
  });

  it.each(['client', 'worker'] as const)(
    'a stake takes both: without the %s nothing is released to an arbiter',
    (silent) => {
      const game = new Game({
        onSend: ({ from, message }) =>
          message.kind === 'releaseSignatures' && from === silent ? [] : [message],
      });
      game.mine(FINAL);
      for (const index of [1, 2, 3])
        expect(heldReleases(settled(game, settledArbiter(game, index)))).toEqual([]);
      expect(heldReleases(settled(game, 'client'))).toHaveLength(silent === 'client' ? 1 : 0);
    },
  );

  it('signatures are asked for once, and taken once, when they were asked for', () => {
    const game = new Game({
      onTask: (name, task) => (name === 'client' && task.kind === 'sign-releases' ? null : undefined),
    });
    const asked = () => game.player('client').tasks.filter(({ kind }) => kind === 'sign-releases');
    const of = (output: number) => ({ output, signature: schnorrSignature(new Uint8Array(64).fill(output)) });
    game.mine(FINAL - 1);
    game.feed('client', { kind: 'releases-signed', signatures: [of(1)] });
    expect(game.player('client').faults).toMatchObject([{ code: 'out-of-place', culprit: null }]);
    game.mine(3);
    expect(asked()).toHaveLength(1);
    expect(settled(game, 'client').cleanEnd.own).toBe('asked');
    // What its signer did not sign, nobody is sent.
    game.feed('client', { kind: 'releases-signed', signatures: [of(1), of(3)] });
    expect(settled(game, 'client').cleanEnd.own).toBe('signed');
    const sent = releasing(game).filter(({ from }) => from === 'client');
    expect(sent.map(({ to, message }) => [to, (message as Releasing).spends])).toMatchObject([
      ['arbiter:1', [of(1)]],
      ['arbiter:3', [of(3)]],
    ]);
    game.feed('client', { kind: 'releases-signed', signatures: [of(2)] });
    game.mine(2);
    expect(releasing(game).filter(({ from }) => from === 'client')).toEqual(sent);
    expect(asked()).toHaveLength(1);
  });

  it('a reorganisation before the sixth confirmation: nothing is signed until the settlement is deep again', () => {
    const game = new Game();
    game.mine(FINAL - 1);
    game.reorganise(5);
    expect(game.state('client').name).toBe('verification');
    game.mine(5);
    expect(releasing(game)).toEqual([]);
    game.mine();
    expect(releasing(game)).toHaveLength(7);
  });

  it('signatures that come before their owner has seen the end wait for it', () => {
    const game = new Game();
    game.mine(PAID - 1);
    const late = game.arbiter(1);
    game.disconnect(late);
    game.mine(FINAL - PAID + 1);
    const waiting = releasing(game).filter(({ to }) => to === 'arbiter:1');
    expect(waiting).toHaveLength(2);
    game.reconnect(late);
    for (const { from, to, message } of waiting) game.inject(from, to, message);
    expect(game.player(late).deferred).toHaveLength(2);
    game.catchUp(late);
    expect(heldReleases(settled(game, late))).toHaveLength(1);
  });
});
