import { clock, type LeafSpend, type TransactionId, transactionOf } from '@prometheus-compute/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { PlayChain } from '../../src/replay/play-chain.ts';
import { type Setting, settingOf } from '../../src/replay/setting.ts';
import { labelScript } from '../../src/terms/labels.ts';
import { shortTerms } from '../../src/terms/terms.ts';

const terms = shortTerms({ n: 3, k: 2 });
const { t2, t3 } = terms.parameters;
const times = clock(terms.parameters, terms.contract);
let setting: Setting;
beforeAll(() => {
  setting = settingOf(terms);
});

/** The chain with a verdict in the block before the paper's time slot of what follows it. */
function lateVerdict(id: 'TxV1' | 'TxV0', slot: number): PlayChain {
  const play = new PlayChain(setting);
  play.mineTo(slot - 2);
  play.confirm(id);
  return play;
}

/** A spend of what `id` spends, by all of its signers, with a lock time instead of the wait: it has passed, so that 0 stands for it. */
function withLockTime(play: PlayChain, id: TransactionId): Uint8Array {
  const { spend, outpoint, prevout } = transactionOf(setting.graph, id).inputs[0]!;
  if (spend.kind !== 'leaf') return expect.unreachable('what follows a verdict spends by a leaf');
  const leaf: LeafSpend = { ...spend, outpoint, prevout, sequence: 0xffff_fffd };
  return play.leafSpend(leaf, labelScript('worker'), leaf.signers);
}

describe('D2: what follows a verdict waits from its block, however late that is', () => {
  it.each([
    ['TxV1', "Tx4'", 'TxAc', t2, times.appeal],
    ['TxV1', "Tx1'", 'TxAc', t3, times.timeoutAfterVerdict],
    ['TxV0', 'Tx5', 'TxA', t2, times.appeal],
  ] as const)(
    '%s late: %s leaves the time for %s; with a lock time both are valid at once',
    (verdict, exit, answer, slot, wait) => {
      const play = lateVerdict(verdict, slot);
      expect(play.objection(answer)).toBeUndefined();
      expect(play.objection(exit)).toMatch(/non-BIP68-final/);
      // In the paper's slots: a race for the next block, which the answer has no time before.
      expect(play.chain.testTransaction(withLockTime(play, exit)).kind).toBe('accepted');
      play.mineTo(play.tip + wait - 2);
      expect(play.objection(exit)).toMatch(/non-BIP68-final/);
      play.mineTo(play.tip + 1);
      expect(play.objection(exit)).toBeUndefined();
    },
  );
});
