import { encode } from '@ipld/dag-cbor';
import { describe, expect, it } from 'vitest';
import {
  type CborValue,
  type Change,
  type Contract,
  contractHash,
  decodeCanonical,
  decodeContract,
  encodeContract,
  MAX_CONTRACT_BYTES,
  type PartyTerms,
  satoshi,
  taggedHash,
  variable,
} from '../../src/index.ts';
import { fixtureCoin, fixtureTerms } from '../fixtures/terms.ts';

type Fields = Record<string, CborValue>;
const { contract } = fixtureTerms();
const fields = decodeCanonical(encodeContract(contract), 100_000) as Fields;
const accepted = (c: Contract): void => expect(decodeContract(encodeContract(c))).toEqual(c);
const refused = (c: Contract): void =>
  expect(() => decodeContract(encodeContract(c))).toThrow(expect.objectContaining({ code: 'shape-wrong' }));
const withWorker = (changes: Partial<PartyTerms>): Contract => ({
  ...contract,
  worker: { ...contract.worker, ...changes },
});
const coins = (count: number) => Array.from({ length: count }, (_, i) => fixtureCoin(`coin ${i}`, 1n));

describe('bounds of the fields of a contract (M §Conventions)', () => {
  const NUMBERS = [
    'deliveryBlocks',
    'confirmationBlocks',
    'stageBlocks',
    'arbitrationBlocks',
    'relayBlocks',
    'chunks',
    'sampled',
    'snapshotHeight',
  ] as const;
  it.each(NUMBERS)('%s has 32 bits', (name) => {
    accepted({ ...contract, [name]: 0 });
    accepted({ ...contract, [name]: 0xffff_ffff });
    refused({ ...contract, [name]: 2 ** 32 });
    refused({ ...contract, [name]: -1 });
  });

  it.each(['memoryPages', 'outputBytes', 'milliseconds'] as const)('the limit %s has 32 bits', (name) => {
    const limited = (value: number): Contract => ({
      ...contract,
      limits: { ...contract.limits, [name]: value },
    });
    accepted(limited(0));
    accepted(limited(0xffff_ffff));
    refused(limited(2 ** 32));
    refused(limited(-1));
  });

  it('an output index has 32 bits', () => {
    const withVout = (vout: number): Contract => {
      const [coin] = contract.worker.funding;
      return withWorker({ funding: [{ ...coin!, outpoint: { ...coin!.outpoint, vout } }] });
    };
    accepted(withVout(0xffff_ffff));
    refused(withVout(2 ** 32));
    refused(withVout(-1));
  });

  it('amounts are what can exist: 0 to 21 million bitcoin', () => {
    accepted({ ...contract, reward: satoshi(0n) });
    accepted({ ...contract, reward: satoshi(2_100_000_000_000_000n) });
    for (const reward of [2_100_000_000_000_001n, 2n ** 60n, -1]) {
      expect(() => decodeContract(encode({ ...fields, reward }))).toThrow(
        expect.objectContaining({ code: 'integer-out-of-range' }),
      );
    }
  });

  it('a party brings 1 to 64 coins', () => {
    accepted(withWorker({ funding: coins(1) }));
    accepted(withWorker({ funding: coins(64) }));
    refused(withWorker({ funding: coins(65) }));
    refused(withWorker({ funding: [] }));
  });

  it('the script of a coin and of a change has 1 to 42 bytes, as a witness program may have (BIP141)', () => {
    const [coin] = contract.worker.funding;
    for (const length of [1, 42]) {
      const script = new Uint8Array(length).fill(0x51);
      accepted(withWorker({ funding: [{ ...coin!, script }] }));
      accepted(withWorker({ change: { ...(contract.worker.change as Change), script } }));
    }
    for (const length of [0, 43]) {
      const script = new Uint8Array(length).fill(0x51);
      refused(withWorker({ funding: [{ ...coin!, script }] }));
      refused(withWorker({ change: { ...(contract.worker.change as Change), script } }));
    }
  });

  it('a party without change has null there', () => {
    accepted(withWorker({ change: null }));
  });

  it('the profile is a name of 1 to 32 characters', () => {
    accepted({ ...contract, profile: 'x' });
    accepted({ ...contract, profile: 'x'.repeat(32) });
    refused({ ...contract, profile: '' });
    refused({ ...contract, profile: 'x'.repeat(33) });
  });

  it('the largest contract that its fields allow fits into 32,768 bytes', () => {
    const script = new Uint8Array(42).fill(0x51);
    const amount = satoshi(2_100_000_000_000_000n);
    const richest = (terms: PartyTerms): PartyTerms => ({
      ...terms,
      change: { script, amount },
      funding: coins(64).map(({ outpoint }) => ({
        outpoint: { ...outpoint, vout: 0xffff_ffff },
        amount,
        script,
      })),
    });
    const { client, worker, verifier } = contract;
    const largest: Contract = {
      ...contract,
      client: richest(client),
      worker: richest(worker),
      verifier: richest(verifier),
      profile: 'x'.repeat(32),
    };
    accepted(largest);
    expect(encodeContract(largest).length).toBeLessThanOrEqual(MAX_CONTRACT_BYTES);
    expect(MAX_CONTRACT_BYTES).toBe(32_768);
  });
});

describe('a refusal of bytes names the field', () => {
  const named = (wrong: Fields, name: string): void => {
    const error = expect.objectContaining({
      code: 'shape-wrong',
      rule: 'M §Conventions',
      message: expect.stringMatching(new RegExp(`^contract: .*\\b${name}\\b`)),
    });
    expect(() => decodeContract(encode(wrong))).toThrow(error);
  };
  const SCALARS = Object.keys(fields).filter(
    (name) => !['client', 'worker', 'verifier', 'limits', 'seedHashes'].includes(name),
  );

  it.each(SCALARS)('%s', (name) => named({ ...fields, [name]: true }, name));

  it.each(Object.keys(fields.limits as Fields))('the limit %s', (name) => {
    named({ ...fields, limits: { ...(fields.limits as Fields), [name]: true } }, name);
  });

  it.each(Object.keys(fields.seedHashes as Fields))('the seed hash %s', (name) => {
    named({ ...fields, seedHashes: { ...(fields.seedHashes as Fields), [name]: true } }, name);
  });

  it.each([
    ['limits', 'limits'],
    ['seedHashes', 'seed hashes'],
    ['client', 'client'],
    ['worker', 'worker'],
    ['verifier', 'verifier'],
  ])('%s, which is a map', (name, shown) => {
    for (const wrong of [true, null, [], new Uint8Array(1)]) named({ ...fields, [name]: wrong }, shown);
  });

  it.each([
    ['messageKey', 'message key'],
    ['transactionKey', 'transaction key'],
    ['funding', 'worker brings 1 to 64 coins'],
    ['change', 'change'],
  ])('%s of a party', (name, shown) => {
    named({ ...fields, worker: { ...(fields.worker as Fields), [name]: true } }, shown);
  });

  it.each(['txid', 'vout', 'amount', 'script'])('%s of a coin', (name) => {
    const worker = fields.worker as Fields;
    const [coin] = worker.funding as readonly Fields[];
    named({ ...fields, worker: { ...worker, funding: [{ ...coin, [name]: true }] } }, name);
  });

  it.each([
    ['script', 'script of the change'],
    ['amount', 'change'],
  ])('%s of a change', (name, shown) => {
    const worker = fields.worker as Fields;
    const wrong = { ...(worker.change as Fields), [name]: true };
    named({ ...fields, worker: { ...worker, change: wrong } }, shown);
  });

  it('a party that has another field, by the fields that it should have', () => {
    const { messageKey, ...rest } = fields.worker as Fields;
    named(
      { ...fields, worker: { ...rest, messagekey: messageKey! } },
      'messageKey, transactionKey, funding, change',
    );
  });
});

describe('contract hash', () => {
  it('belongs to the contract, not to the object: asked twice, or of a copy, it is the same', () => {
    const hash = taggedHash('contract', variable(encodeContract(contract)));
    expect(contractHash(contract)).toEqual(hash);
    expect(contractHash(contract)).toEqual(hash);
    expect(contractHash({ ...contract })).toEqual(hash);
    expect(contractHash({ ...contract, chunks: 21 })).not.toEqual(hash);
  });
});
