import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_PARAMETERS,
  decodeCommitment,
  decodeOffer,
  decodeParameters,
  encodeCommitment,
  encodeOffer,
  encodeParameters,
  fromHex,
  hash32,
  opReturnData,
  opReturnScript,
  type Parameters,
  satoshi,
  toHex,
  txidFromDisplay,
} from '../../src/index.ts';
import { field, type VectorCase, vectors } from '../fixtures/vectors.ts';

type Fields = Record<string, VectorCase['in'][string]>;

function parametersOf(fields: Fields): Parameters {
  const number = (name: string): number => Number(fields[name]);
  const amount = (name: string) => satoshi(BigInt(field(fields[name])));
  return {
    w: amount('w'),
    v: amount('v'),
    a: amount('a'),
    n: number('n'),
    F: fromHex(field(fields.F)),
    alpha: number('alpha'),
    beta: number('beta'),
    gamma: number('gamma'),
    delta: number('delta'),
    epsilon: number('epsilon'),
    mu: number('mu'),
    sigma: number('sigma'),
    t1: number('t1'),
    t2: number('t2'),
    t3: number('t3'),
    t4: number('t4'),
  };
}

describe('format vectors: OP_RETURN', () => {
  it.each(vectors('opReturn'))('$in.of %#', ({ in: input, out }) => {
    const data = fromHex(field(out.data));
    switch (input.of) {
      case 'T_P': {
        const parameters = parametersOf(input.P as Fields);
        expect(toHex(encodeParameters(parameters))).toBe(out.data);
        expect(decodeParameters(data)).toEqual(parameters);
        break;
      }
      case 'T_O': {
        const txid = txidFromDisplay(field(input.tp));
        expect(toHex(encodeOffer(txid))).toBe(out.data);
        expect(decodeOffer(data)).toBe(txid);
        break;
      }
      default: {
        const txid = txidFromDisplay(field(input.tp));
        const contractHash = hash32(fromHex(field(input.contractHash)));
        expect(toHex(encodeCommitment(txid, contractHash))).toBe(out.data);
        expect(decodeCommitment(data)).toEqual({ parametersTxid: txid, contractHash });
      }
    }
    expect(toHex(opReturnScript(data))).toBe(out.script);
    expect(toHex(opReturnData(fromHex(field(out.script)))!)).toBe(out.data);
  });
});

describe('announcements that are none', () => {
  const data = encodeParameters(DEFAULT_PARAMETERS);
  const txid = txidFromDisplay('62d6260ad17689b1719ce162666c11d5c52768fbdeb4f25dccf1043ef091229d');

  it('other lengths, tags and versions are ignored', () => {
    const decoders = [
      [data, decodeParameters],
      [encodeOffer(txid), decodeOffer],
      [encodeCommitment(txid, hash32(new Uint8Array(32))), decodeCommitment],
    ] as const;
    for (const [bytes, decode] of decoders) {
      expect(decode(bytes)).toBeDefined();
      expect(decode(bytes.subarray(0, -1))).toBeUndefined();
      expect(decode(new Uint8Array([...bytes, 0]))).toBeUndefined();
      for (const position of [0, 1, 2, 3]) {
        expect(decode(bytes.map((byte, i) => (i === position ? byte ^ 1 : byte)))).toBeUndefined();
      }
    }
  });

  it('more money than there is, is ignored', () => {
    expect(decodeParameters(data.map((byte, i) => (i === 10 ? 0xff : byte)))).toBeUndefined();
  });

  it('every P within the fields round-trips', () => {
    const word = fc.integer({ min: 0, max: 0xffff });
    const amount = fc.bigInt({ min: 0n, max: 2_100_000_000_000_000n });
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 11, maxLength: 11 }),
        fc.array(amount, { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 0, max: 255 }),
        (words, amounts, n) => {
          const [alpha, beta, gamma, delta, epsilon, mu, sigma, t1, t2, t3, t4] = words;
          const p = {
            ...DEFAULT_PARAMETERS,
            ...{ alpha, beta, gamma, delta, epsilon, mu, sigma, t1, t2, t3, t4 },
            w: satoshi(amounts[0]!),
            v: satoshi(amounts[1]!),
            a: satoshi(amounts[2]!),
            n,
          } as Parameters;
          expect(decodeParameters(encodeParameters(p))).toEqual(p);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('only one minimal push counts', () => {
    const script = opReturnScript(data);
    expect(opReturnData(script)).toEqual(data);
    expect(opReturnData(new Uint8Array([...script, 0x00]))).toBeUndefined();
    expect(opReturnData(script.subarray(0, -1))).toBeUndefined();
    // 36 bytes pushed with OP_PUSHDATA1, or 80 with OP_PUSHDATA2, are not minimal
    const offer = encodeOffer(txid);
    expect(opReturnData(new Uint8Array([0x6a, 0x4c, 36, ...offer]))).toBeUndefined();
    expect(opReturnData(new Uint8Array([0x6a, 0x4d, 80, 0, ...data]))).toBeUndefined();
    expect(opReturnData(new Uint8Array([0x51, 36, ...offer]))).toBeUndefined();
    expect(opReturnData(new Uint8Array([0x6a]))).toBeUndefined();
    expect(() => opReturnScript(new Uint8Array(256))).toThrow(
      expect.objectContaining({ code: 'length-wrong' }),
    );
  });
});
