import { describe, expect, it } from 'vitest';
import { confirmed, drawn, expectSettled, played } from './play.ts';

/** Who withholds a pre-signature, and whom the Client then blames: itself it does not. */
const SHORT = [
  ['client-short-of-a-pre-signature', 'refused-by-peer'],
  ['worker-short-of-a-pre-signature', 'setup-timeout'],
  ['verifier-short-of-a-pre-signature', 'setup-timeout'],
  ['arbiter-short-of-a-pre-signature', 'setup-timeout'],
] as const;

describe('setups that fail', () => {
  it.each(SHORT)('%s: no change, and nothing on the chain', async (name, code) => {
    const report = await played(name);
    expect(report.ending).toMatchObject({ kind: 'abandoned', fault: { code } });
    expect(new Set(Object.values(report.changes))).toEqual(new Set([0n]));
    expect(confirmed(report)).toEqual([]);
    // An arbiter that holds everything itself has signed its input, and respends it.
    const paying = report.balances.filter(({ before, after }) => before !== after);
    expect(paying.map((balance) => balance.name)).toEqual(name.startsWith('arbiter') ? ['arbiter-2'] : []);
  });

  it.each([
    ['worker-does-not-sign-tx0', 'worker'],
    ['verifier-does-not-sign-tx0', 'verifier'],
  ] as const)('%s: no change but the fees of respending, and the Client names it', async (name, culprit) => {
    const report = await played(name);
    expect(report.ending).toMatchObject({ kind: 'abandoned', fault: { code: 'setup-timeout', culprit } });
    expect(new Set(Object.values(report.changes))).toEqual(new Set([0n]));
    expect(confirmed(report)).toEqual([]);
  });

  it('arbiter-does-not-sign-tx0: no change but the fees of respending, and the Client names it', async () => {
    const report = await played('arbiter-does-not-sign-tx0');
    expect(report.ending).toMatchObject({ kind: 'abandoned', fault: { code: 'setup-timeout' } });
    expect(report.ending).toMatchObject({ fault: { culprit: expect.stringMatching(/^arbiter:/) } });
    expect(new Set(Object.values(report.changes))).toEqual(new Set([0n]));
  });

  it('the Client keeps a complete Tx0: the stale Tx0 is refused when the others have respent', async () => {
    const report = await played('client-keeps-tx0');
    expect(report.ending).toMatchObject({ kind: 'abandoned', fault: { code: 'setup-timeout' } });
    expect(report.observations).toMatchObject({
      'Tx0 in time': 'accepted',
      'Tx0 after the others have respent': 'bad-txns-inputs-missingorspent',
    });
    expect(new Set(Object.values(report.changes))).toEqual(new Set([0n]));
  });

  it('the Worker replaces Tx0 by fee: nobody has lost anything but fees, and it most', async () => {
    const report = await played('worker-replaces-tx0');
    expect(report.ending).toMatchObject({ kind: 'abandoned' });
    expect(new Set(Object.values(report.changes))).toEqual(new Set([0n]));
    const paid = new Map(report.balances.map(({ name, fees }) => [name, fees.sweeps]));
    expect(Math.max(...[...paid.values()].map(Number))).toBe(Number(paid.get('worker')));
  });

  it('an arbiter double-spends before Tx0: the setup aborts, and the next one succeeds without it', async () => {
    const report = await expectSettled('arbiter-spends-its-stake-early', 'Tx4', { decrypted: true });
    const culprit = report.timeline.find(({ what }) => what === 'spends its coin to itself')!.who;
    expect(drawn(report, culprit)).toBeNaN();
  });

  it('an arbiter does not answer: the next in the order takes its place', async () => {
    const report = await expectSettled('arbiter-does-not-answer', 'Tx4', { decrypted: true });
    expect(drawn(report, 'arbiter-2')).toBeNaN();
  });

  it('an arbiter answers and vanishes: the setup names it, and the next one succeeds without it', async () => {
    const report = await expectSettled('arbiter-vanishes', 'Tx4', { decrypted: true });
    expect(report.observations['the Client’s verdict on the setup']).toMatch(/^setup-timeout by arbiter:/);
    expect(drawn(report, 'arbiter-2')).toBeNaN();
  });

  it('the Verifier hides an acceptance: the union holds all the same', async () => {
    await expectSettled('verifier-hides-an-acceptance', 'Tx4', { decrypted: true });
  });

  it('the Worker aborts after the draw: nothing on the chain, and the Client names it', async () => {
    const report = await played('worker-aborts-after-the-draw');
    expect(report.ending).toMatchObject({ fault: { code: 'setup-timeout', culprit: 'worker' } });
    expect(report.fees).toEqual([]);
  });
});
