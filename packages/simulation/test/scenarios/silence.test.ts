import { describe, expect, it } from 'vitest';
import { expectSettled } from './play.ts';

describe('scenarios in which somebody is silent', () => {
  it('#1: Worker never delivers, Verifier asleep: Tx1 at t3, refused at t3 − 1', async () => {
    const { observations, ending, timeline } = await expectSettled('worker-and-verifier-asleep', 'Tx1', {
      decrypted: null,
    });
    expect(observations).toEqual({ 'Tx1 in block H0 + t3 − 1': 'non-BIP68-final' });
    const h0 = timeline.find(({ what }) => what === 'Tx0 is in a block')!.height;
    expect(ending).toMatchObject({ height: h0 + 95 });
  });

  it('#2: Verifier asleep, Worker delivered: Tx3 at t1, refused at t1 − 1, and the Client decrypts', async () => {
    const { observations } = await expectSettled('verifier-asleep', 'Tx3', { decrypted: true });
    expect(observations).toEqual({ 'Tx3 in block H0 + t1 − 1': 'non-BIP68-final' });
  });

  it('#2: W = V garbage and silence: the coalition loses', async () => {
    const { changes } = await expectSettled('garbage-and-silence', 'Tx3', { decrypted: true });
    expect(changes.worker + changes.verifier).toBe(-10_000n);
    expect(changes.client).toBe(10_000n);
  });

  it('#1: a release that comes near t3, when Tx4 may not confirm: the Worker refuses to reveal', async () => {
    const { observations } = await expectSettled('release-comes-too-late', 'Tx1', { decrypted: null });
    expect(observations).toEqual({
      'the Worker holds verdict and release': 'true',
      'Tx4 in the mempool': 'false',
    });
  });
});
