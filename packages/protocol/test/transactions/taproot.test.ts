import { compileMiniscript } from '@bitcoinerlab/miniscript';
import { p2tr } from '@scure/btc-signer/payment.js';
import { Script } from '@scure/btc-signer/script.js';
import { describe, expect, it } from 'vitest';
import { bip86Script, buildGraph, fromHex, NUMS_KEY, toHex, transactionOf } from '../../src/index.ts';
import { allOf, keyAfter } from '../../src/transactions/script.ts';
import { commitsToLeaf, treeOutput } from '../../src/transactions/taproot.ts';
import { fixtureKey, fixtureTerms } from '../fixtures/terms.ts';

/** Script of a miniscript expression over K0, K1, …, as `@bitcoinerlab/miniscript` compiles it for Tapscript. */
function compiled(expression: string, keys: readonly Uint8Array[]): string {
  const { asm, error, issane } = compileMiniscript(expression, { tapscript: true });
  expect(error).toBeNull();
  expect(issane).toBe(true);
  const tokens = asm.split(/\s+/).map((token) => {
    const key = /^<?K(\d+)>?$/.exec(token);
    if (key !== null) return toHex(new Uint8Array([32, ...keys[Number(key[1])]!]));
    if (token.startsWith('OP_')) return toHex(Script.encode([token.slice(3) as 'CHECKSIG']));
    // `<9000>` is a push of bytes, `16` the opcode OP_16
    const pushed = /^<([0-9a-f]+)>$/.exec(token);
    return toHex(Script.encode([pushed === null ? Number(token) : fromHex(pushed[1]!)]));
  });
  return tokens.join('');
}

describe('leaf scripts, compared with miniscript', () => {
  const keys = ['a', 'b', 'c', 'd', 'e', 'f'].map((label) => fixtureKey(label));
  const nested = (count: number, from = 0): string =>
    from === count - 1 ? `pk(K${from})` : `and_v(v:pk(K${from}),${nested(count, from + 1)})`;

  it.each([1, 2, 3, 6])('and of %i keys', (count) => {
    const chosen = keys.slice(0, count);
    expect(toHex(allOf(chosen))).toBe(compiled(nested(count), chosen));
  });

  it.each([1, 16, 17, 127, 128, 144, 255, 256, 1_152, 32_767, 32_768, 65_535])(
    'and(pk(K), older(%i))',
    (blocks) => {
      expect(toHex(keyAfter(keys[0]!, blocks))).toBe(compiled(`and_v(v:pk(K0),older(${blocks}))`, keys));
    },
  );

  it('each output of the graph has the leaves of the tables', () => {
    const terms = fixtureTerms();
    const graph = buildGraph(terms);
    const { client, worker, verifier } = terms.contract;
    const [C, W, V] = [client.transactionKey, worker.transactionKey, verifier.transactionKey];
    const A = terms.arbiters.map(({ key }) => key);
    const leaves = (id: 'Tx0' | 'Tx4' | 'TxV1' | 'TxA' | 'TxAc', vout: number) =>
      transactionOf(graph, id).outputs[vout]!.leaves.map(({ script }) => toHex(script));
    const N3 = compiled(nested(3), [C, W, V]);
    const NA = compiled(nested(8), [C, W, V, ...A]);
    expect(leaves('Tx0', 0)).toEqual([N3]);
    expect(leaves('TxV1', 0)).toEqual([N3]);
    expect(leaves('TxA', 0)).toEqual([NA]);
    expect(leaves('TxAc', 0)).toEqual([NA]);
    A.forEach((key, i) => {
      expect(leaves('Tx0', i + 1)).toEqual([
        compiled(nested(3), [key, C, W]),
        compiled('and_v(v:pk(K0),older(1152))', [key]),
      ]);
    });
    expect(leaves('Tx0', 6)).toEqual([
      compiled(nested(2), [C, W]),
      compiled('and_v(v:pk(K0),older(1152))', [C]),
    ]);
    expect(leaves('Tx4', 2)).toEqual([
      compiled(nested(2), [V, terms.contract.verificationLock]),
      compiled('and_v(v:pk(K0),older(144))', [C]),
    ]);
  });
});

describe('trees, compared with @scure/btc-signer', () => {
  const first = allOf([fixtureKey('a'), fixtureKey('b')]);
  const second = keyAfter(fixtureKey('a'), 1_152);

  it('one leaf, two leaves, either order', () => {
    const expected = (scripts: readonly Uint8Array[]) =>
      p2tr(
        NUMS_KEY,
        scripts.map((script) => ({ script })),
        undefined,
        true,
      ).script;
    expect(toHex(treeOutput(first).script)).toBe(toHex(expected([first])));
    expect(toHex(treeOutput(first, second).script)).toBe(toHex(expected([first, second])));
    expect(toHex(treeOutput(second, first).script)).toBe(toHex(expected([first, second])));
  });

  it('BIP86: the first address of the BIP’s test vectors', () => {
    const internal = fromHex('cc8a4bc64d897bddc5fbc2f670f7a8ba0b386779106cf1223c6fc5d7cd6fc115');
    const script = '5120a60869f0dbcf1dc659c9cecbaf8050135ea9e8cdc487053f1dc6880949dc684c';
    expect(toHex(bip86Script(internal as Parameters<typeof bip86Script>[0]))).toBe(script);
  });

  it('control blocks prove their leaf and nothing else', () => {
    const { script, controlBlocks } = treeOutput(first, second);
    const [forFirst, forSecond] = controlBlocks as [Uint8Array, Uint8Array];
    expect(commitsToLeaf(script, first, forFirst)).toBe(true);
    expect(commitsToLeaf(script, second, forSecond)).toBe(true);
    expect(commitsToLeaf(script, first, forSecond)).toBe(false);
    for (const position of [0, 1, 33, 64]) {
      const bad = forFirst.map((byte, i) => (i === position ? byte ^ 1 : byte));
      expect(commitsToLeaf(script, first, bad)).toBe(false);
    }
    expect(commitsToLeaf(script, first, forFirst.subarray(0, 33))).toBe(false);
    expect(commitsToLeaf(script, first, new Uint8Array([...forFirst, 0]))).toBe(false);
    expect(
      commitsToLeaf(
        script,
        first,
        forFirst.map((byte, i) => (i === 0 ? byte ^ 2 : byte)),
      ),
    ).toBe(false);
    expect(commitsToLeaf(script, first, new Uint8Array())).toBe(false);
  });
});
