import { describe, expect, it } from 'vitest';
import { MemoryNetwork } from '../../src/net/memory-transport.ts';
import { transportContract } from './contract.ts';

describe('transport in memory', () => {
  transportContract(async () => {
    const network = new MemoryNetwork();
    return {
      nobody: 'nobody',
      join: async (name) => network.connect(name),
      [Symbol.asyncDispose]: async () => {},
    };
  });

  it('hands copies over in a later turn, and says whether the receiver took them', async () => {
    const network = new MemoryNetwork();
    const [a, b] = [network.connect('a'), network.connect('b')];
    const got: [string, Uint8Array][] = [];
    b.listen(async (from, bytes) => {
      got.push([from, bytes]);
      return bytes[0] === 1;
    });
    const bytes = new Uint8Array([1]);
    const taken = a.send('b', bytes);
    bytes[0] = 9;
    expect(got).toEqual([]);
    expect(network.underway).toBe(1);
    expect(await taken).toBe(true);
    expect(got).toEqual([['a', new Uint8Array([1])]]);
    expect(await a.send('b', new Uint8Array([2]))).toBe(false);
    expect(network.underway).toBe(0);
  });

  it('a peer that is not there takes nothing, and one that comes back under its name does', async () => {
    const network = new MemoryNetwork();
    const a = network.connect('a');
    expect(await a.send('b', new Uint8Array(1))).toBe(false);
    const first = network.connect('b');
    first.listen(async () => true);
    expect(await a.send('b', new Uint8Array(1))).toBe(true);
    const second = network.connect('b');
    second.listen(async () => true);
    first.close();
    expect(await a.send('b', new Uint8Array(1))).toBe(true);
    second.close();
    expect(await a.send('b', new Uint8Array(1))).toBe(false);
  });

  it('a broadcast reaches everybody but its sender', async () => {
    const network = new MemoryNetwork();
    const got: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      network.connect(name).listen(async (from) => {
        got.push(`${from} to ${name}`);
        return true;
      });
    }
    const a = network.connect('a');
    a.broadcast(new Uint8Array(1));
    await a.send('c', new Uint8Array(1));
    expect(got).toEqual(['a to b', 'a to c', 'a to c']);
  });
});
