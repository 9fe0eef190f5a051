import type { Game } from './game.ts';
import { seedOf } from './identity.ts';
import { B, DELTA, H0, T0 } from './late.ts';
import { blockHashAt } from './tasks.ts';

/** Blocks after H0 whose hashes stand for s_V and for s_C. */
export const FOR_V = T0 + B + 1;
export const FOR_C = T0 + DELTA + B + 1;
/** C posts its seed from here, and by here. */
export const [POSTED, BY] = [T0 + DELTA - B, T0 + DELTA];
export const [S_C, S_V] = [seedOf('client', 'challenge'), seedOf('verifier', 'challenge')];
export const [BLOCK_C, BLOCK_V] = [blockHashAt(H0 + FOR_C), blockHashAt(H0 + FOR_V)];

/** What W has opened for. */
export const opened = (game: Game) =>
  game.player('worker').tasks.flatMap((task) => (task.kind === 'open' ? [task] : []));
/** C's receipts for the delivery, one to each of C, W and V. */
export const named = (game: Game) =>
  game.sent.flatMap(({ from, message }) =>
    from === 'client' && message.kind === 'receipt' && message.subject === 'delivery' ? [message] : [],
  );
export const checks = (game: Game, name: 'client' | 'verifier') =>
  game.player(name).tasks.flatMap((task) => (task.kind === 'check-opening' ? [task] : []));
export const silentVerifier = { from: 'verifier', kind: 'receipt' } as const;
export const silentClient = { from: 'client', kind: 'receipt' } as const;
export const unpaid = { from: 'verifier', to: 'client', kind: 'verdict' } as const;
