import { describe, expect, it } from 'vitest';
import { DEFAULT_NET_LIMITS } from '../../src/net/limits.ts';
import { Sending } from '../../src/net/sending.ts';

describe('what waits to be sent', () => {
  it('peers that take nothing fill three quarters; who needs something sent has a place in the rest', async () => {
    const sending = new Sending({
      limits: { ...DEFAULT_NET_LIMITS, waitingBytes: 1_000, waitingBytesPerPeer: 800 },
      open: () => new Promise(() => {}),
      closing: new AbortController().signal,
    });
    const bytes = (length: number) => new Uint8Array(length);
    void sending.send('stalled', bytes(700));
    expect(await sending.send('stalled', bytes(100))).toBe(false);
    void sending.send('honest', bytes(200));
    expect(sending.waitingBytes).toBe(900);
    expect(await sending.send('honest', bytes(50))).toBe(false);
    expect(await sending.send('third', bytes(101))).toBe(false);
    void sending.send('third', bytes(100));
    expect(sending.waitingBytes).toBe(1_000);
  });
});
