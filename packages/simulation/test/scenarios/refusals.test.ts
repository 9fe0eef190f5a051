import { describe, expect, it } from 'vitest';
import { confirmed, expectSettled } from './play.ts';

describe('scenarios with a verdict r = 1 on the chain', () => {
  it('#3 in three transactions: the Client refuses to release: TxV1, Tx4′', async () => {
    const report = await expectSettled('client-refuses-to-release', "Tx4'", { decrypted: true });
    expect(confirmed(report)).toEqual(['Tx0', 'TxV1', "Tx4'"]);
  });

  it('#3: the message with r = 1 is lost: TxV1, Tx4′', async () => {
    const report = await expectSettled('verdict-lost', "Tx4'", { decrypted: true });
    expect(confirmed(report)).toEqual(['Tx0', 'TxV1', "Tx4'"]);
  });

  it('#3, D34: where the verdict can be posted, Tx4 comes after all', async () => {
    const report = await expectSettled('verdict-posted', 'Tx4', { decrypted: true });
    expect(confirmed(report)).toEqual(['Tx0', 'Tx4']);
  });

  it('#3, D34: the Worker keeps V’s Tx4 signature to use Tx3: TxV1, Tx4′', async () => {
    const { observations } = await expectSettled('worker-keeps-the-verdict', "Tx4'", { decrypted: true });
    expect(observations).toEqual({ 'Tx3 in block H0 + t1': 'bad-txns-inputs-missingorspent' });
  });

  it('#1 by Tx1′: and then the Worker never reveals', async () => {
    const report = await expectSettled('worker-never-reveals', "Tx1'", { decrypted: null });
    expect(confirmed(report)).toEqual(['Tx0', 'TxV1', "Tx1'"]);
  });

  it('#3: a reorganisation removes Tx4, V publishes TxV1: Tx4′, and the same secret', async () => {
    const report = await expectSettled('reorganisation-removes-tx4', "Tx4'", { decrypted: true });
    expect(confirmed(report)).toEqual(['Tx0', 'Tx4', 'TxV1', "Tx4'"]);
    expect(report.observations).toEqual({
      'the Client’s channel after the reorganisation': 'verification',
      'Tx4′ reveals the secret that Tx4 had revealed': 'true',
    });
  });

  it('#3: miners censor TxV1 for Δ − 1 blocks: it is there before Tx3 is valid', async () => {
    const report = await expectSettled('censored-verdict', "Tx4'", { decrypted: true });
    expect(confirmed(report)).toEqual(['Tx0', 'TxV1', "Tx4'"]);
  });

  it('#3, D14: TxV0 and TxV1 before t0 + 2Δ: refused by consensus', async () => {
    const { observations } = await expectSettled('verdict-too-early', "Tx4'", { decrypted: true });
    expect(observations).toEqual({
      'TxV1 in block H0 + t0 + 2Δ − 1': 'non-BIP68-final',
      'TxV0 in block H0 + t0 + 2Δ − 1': 'non-BIP68-final',
      'TxV1 in block H0 + t0 + 2Δ': 'accepted',
      'TxV0 in block H0 + t0 + 2Δ': 'accepted',
    });
  });
});
