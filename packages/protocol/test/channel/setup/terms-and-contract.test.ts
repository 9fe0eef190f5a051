import { describe, expect, it } from 'vitest';
import { encodeContract, pointOf, type SetupState, schnorrSignature } from '../../../src/index.ts';
import { fixtureSecret } from '../../fixtures/terms.ts';
import type { Game } from '../play/game.ts';
import { otherHash } from '../play/identity.ts';
import {
  expectRows,
  firstIn,
  heard,
  lastIn,
  move,
  type Received,
  type Row,
  saying,
  wholeSetup,
} from './steps.ts';

/** States and messages that the rows speak of. */
const termsAccepted = (game: Game, from: 'worker' | 'verifier') =>
  heard(game, 'client', 'termsAccepted', from);
const agreed = (game: Game, from: 'worker' | 'verifier') => heard(game, 'client', 'contractAgreed', from);
const contractFor = (game: Game, to: 'worker' | 'verifier') => heard(game, to, 'contract');
const proposedBy = (game: Game) => lastIn(game, 'client', 'contract');

/** A contract that names something else than W or V has agreed to. */
function otherContract(game: Game, to: 'worker' | 'verifier', changes: object): Received {
  const { contract } = firstIn(game, to, 'contract');
  return saying(contractFor(game, to), { contract: encodeContract({ ...contract, ...changes }) });
}

const otherSeed = (which: 'challengeVerifier' | 'ceremonyWorker') => (game: Game) => {
  const { seedHashes } = firstIn(game, 'client', 'contract').contract;
  return { seedHashes: { ...seedHashes, [which]: otherHash('seed') } };
};

const ROWS: readonly Row[] = [
  [
    'C: terms that one partner accepts in the name of the other',
    (game) => [firstIn(game, 'client', 'terms'), { ...termsAccepted(game, 'worker'), from: 'verifier' }],
    'ignored: terms-altered, verifier',
  ],
  [
    'C: terms that W accepts twice',
    (game) => {
      const event = termsAccepted(game, 'worker');
      return [move(firstIn(game, 'client', 'terms'), event).state as SetupState, event];
    },
    'ignored: out-of-place, worker',
  ],
  [
    'C: an agreement before there is a contract',
    (game) => [firstIn(game, 'client', 'terms'), agreed(game, 'worker')],
    'later',
  ],
  [
    'W: a contract that does not come from C',
    (game) => [
      firstIn(game, 'worker', 'accepted-terms'),
      { ...contractFor(game, 'worker'), from: 'verifier' },
    ],
    'later',
  ],
  [
    'W: a seed before the contract',
    (game) => [firstIn(game, 'worker', 'accepted-terms'), heard(game, 'worker', 'ceremonySeed', 'client')],
    'later',
  ],
  [
    'W: a contract with another reward than in the terms',
    (game) => [firstIn(game, 'worker', 'accepted-terms'), otherContract(game, 'worker', { reward: 99_999n })],
    'over: terms-altered, client',
  ],
  [
    'W: a contract under another point than its own',
    (game) => [
      firstIn(game, 'worker', 'accepted-terms'),
      otherContract(game, 'worker', { pointLock: pointOf(fixtureSecret('another point')) }),
    ],
    'over: terms-altered, client',
  ],
  [
    'V: a contract with another seed than its own',
    (game) => [
      firstIn(game, 'verifier', 'accepted-terms'),
      otherContract(game, 'verifier', otherSeed('challengeVerifier')(game)),
    ],
    'over: terms-altered, client',
  ],
  [
    'V: a contract with any seed of W, whom it does not know',
    (game) => [
      firstIn(game, 'verifier', 'accepted-terms'),
      otherContract(game, 'verifier', otherSeed('ceremonyWorker')(game)),
    ],
    'contract',
  ],
  [
    'W: terms that it accepted, and that break a rule of P (C1)',
    (game) => {
      const state = firstIn(game, 'worker', 'accepted-terms');
      return [{ ...state, parameters: { ...state.parameters, beta: 1 } }, contractFor(game, 'worker')];
    },
    'over: terms-refused, client',
  ],
  [
    'W: it cannot prove that it knows h_p',
    (game) => [firstIn(game, 'worker', 'contract'), { kind: 'agreed', pointLockProof: null }],
    'over: point-lock-unproven, worker',
  ],
  [
    'V: it agrees without such a proof',
    (game) => [firstIn(game, 'verifier', 'contract'), { kind: 'agreed', pointLockProof: null }],
    'seeds',
  ],
  [
    'W: an agreement, which is for C',
    (game) => [firstIn(game, 'worker', 'contract'), agreed(game, 'verifier')],
    'later',
  ],
  [
    'C: a seed before both have agreed',
    (game) => [proposedBy(game), heard(game, 'client', 'ceremonySeed', 'verifier')],
    'later',
  ],
  [
    'C: an agreement in the name of the other partner',
    (game) => [proposedBy(game), { ...agreed(game, 'worker'), from: 'verifier' }],
    'ignored: terms-altered, verifier',
  ],
  [
    'C: an agreement that comes twice',
    (game) => [{ ...proposedBy(game), agreed: ['client', 'worker'] }, agreed(game, 'worker')],
    'ignored: out-of-place, worker',
  ],
  [
    'C: the first of two agreements',
    (game) => [{ ...proposedBy(game), agreed: ['client'] }, agreed(game, 'verifier')],
    'contract',
  ],
  [
    'C: the second of two agreements',
    (game) => [{ ...proposedBy(game), agreed: ['client', 'worker'] }, agreed(game, 'verifier')],
    'seeds',
  ],
  [
    'C: an agreement to another contract',
    (game) => [proposedBy(game), saying(agreed(game, 'verifier'), { contractHash: otherHash('contract') })],
    'over: terms-altered, verifier',
  ],
  [
    'C: an agreement of W with a proof of nothing',
    (game) => [
      { ...proposedBy(game), agreed: ['client'] },
      saying(agreed(game, 'worker'), { pointLockProof: schnorrSignature(new Uint8Array(64)) }),
    ],
    'over: point-lock-unproven, worker',
  ],
];

describe('M §Sequence: terms and contract have one author each, and come once', () => {
  it('who says what, and when', () => expectRows(ROWS));

  it('W and V collect no agreements', () => {
    const game = wholeSetup();
    for (const name of ['worker', 'verifier'] as const)
      expect(firstIn(game, name, 'contract').agreed).toEqual([]);
  });
});
