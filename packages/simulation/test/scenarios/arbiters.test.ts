import { describe, expect, it } from 'vitest';
import { byAll, byAllBut, drawn, expectSettled, heightOf, played, tableOf } from './play.ts';

describe('scenarios about arbiters', () => {
  it('#6 with |S| = k: one arbiter offline: Tx7_S only after Δ_S', async () => {
    const report = await played('arbiter-offline');
    const settlement = byAllBut('Tx7', drawn(report, 'arbiter-3'));
    expect(report.ending).toMatchObject({ settlement });
    expect(report.changes).toEqual(tableOf('arbiter-offline', settlement));
    expect(report.observations['blocks between TxA and the complete Tx7_S']).toBe('Δ_S or more');
  });

  it('#7 with |S| = k: one arbiter votes wrong', async () => {
    const report = await played('arbiter-votes-wrong');
    const settlement = byAllBut('Tx8', drawn(report, 'arbiter-2'));
    expect(report.ending).toMatchObject({ settlement });
    expect(report.changes).toEqual(tableOf('arbiter-votes-wrong', settlement));
    expect(report.decrypted).toBe(true);
  });

  it('#5: n − k + 1 arbiters silent: published by V with C offline', async () => {
    const { timeline } = await expectSettled('arbiters-silent', 'Tx6', { decrypted: null });
    const publishers = timeline.filter(({ what }) => what === 'publishes Tx6').map(({ who }) => who);
    expect(publishers).toEqual(['verifier']);
  });

  it('#5c: a challenge with n − k + 1 arbiters silent', async () => {
    await expectSettled('challenge-with-silent-arbiters', 'Tx6c', { decrypted: null });
  });

  it('#6 after Δ_2, D12: d = 0 but the Worker withholds h_p', async () => {
    const report = await expectSettled('decision-not-taken', byAll('Tx7'), { decrypted: null });
    // n = 5, k = 4: Δ_1 = 30, Δ_2 = Δ_1 + 2·8 + 2·8.
    expect(heightOf(report, byAll('Tx7')) - heightOf(report, 'TxA')).toBeGreaterThan(62);
  });

  it('#6, D29: a claim sent to some arbiters only: all honest ones agree', async () => {
    await expectSettled('claim-for-one-arbiter', byAll('Tx7'), { decrypted: null });
  });

  it('#7, D29: a receipt sent to some arbiters only: all honest ones agree', async () => {
    await expectSettled('receipt-for-one-arbiter', byAll('Tx8'), { decrypted: true });
  });

  it('#6: an arbiter that was away while claims were posted gets them when it returns, and votes', async () => {
    await expectSettled('arbiter-returns', byAll('Tx7'), { decrypted: null });
  });

  it('#6: every party ends and comes back in the states of a dispute, from its own files', async () => {
    const report = await expectSettled('everybody-restarts', byAll('Tx7', 3), { decrypted: null });
    const back = new Set(report.timeline.filter(({ what }) => what === 'comes back').map(({ who }) => who));
    expect(back.size).toBe(6);
  });

  it('D6: C = W = V + k arbiters collude: the others’ stakes cannot be moved', async () => {
    const { observations } = await expectSettled('coalition-of-all-but-one', 'Tx6', { decrypted: null });
    const invalid = 'mempool-script-verify-flag-failed (Invalid Schnorr signature)';
    expect(observations).toEqual({
      'after Tx0: the stake, by the leaf of A, C and W': invalid,
      'after Tx0: the stake, by the leaf of A after t4': 'non-BIP68-final',
      'after Tx0: the pool of TxA': 'bad-txns-inputs-missingorspent',
      'after TxA: the stake, by the leaf of A, C and W': 'bad-txns-inputs-missingorspent',
      'after TxA: the stake, by the leaf of A after t4': 'bad-txns-inputs-missingorspent',
      'after TxA: the pool of TxA': invalid,
    });
  });

  it('#3, D7: an arbiter double-spends after Tx0: refused until t4, accepted then', async () => {
    const { observations } = await expectSettled('arbiter-spends-its-stake-late', 'Tx4', { decrypted: true });
    expect(observations).toEqual({
      'its stake after Tx0': 'non-BIP68-final',
      'its stake in block H0 + t4 − 1': 'non-BIP68-final',
      'its stake in block H0 + t4': 'accepted',
    });
  });
});
