import { describe, expect, it } from 'vitest';
import { startBitcoind } from '../../src/index.ts';

describe('a bitcoind that does not start', () => {
  it('bitcoind-not-started: there is no such program', async () => {
    await expect(startBitcoind('/nowhere/bitcoind')).rejects.toMatchObject({
      code: 'bitcoind-not-started',
      message: '/nowhere/bitcoind cannot be started',
    });
  });

  it('bitcoind-not-started: a program that ends instead, and what it said', async () => {
    await expect(startBitcoind(process.execPath)).rejects.toMatchObject({
      code: 'bitcoind-not-started',
      message: expect.stringMatching(/ ended with exit code \d+: .*bad option: -printtoconsole=1/s),
    });
  });
});
