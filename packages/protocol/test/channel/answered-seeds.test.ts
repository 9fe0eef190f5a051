import { describe, expect, it } from 'vitest';
import {
  answeredSeeds,
  contractHash,
  encodeEnvelope,
  type MessageOf,
  schnorrSignature,
  sealMessage,
} from '../../src/index.ts';
import { fixtureHash, fixtureKey, fixtureSecret, fixtureTerms } from '../fixtures/terms.ts';
import { sign, verify } from './play/identity.ts';

const { contract } = fixtureTerms(3);
const channel = contractHash(contract);
const root = fixtureHash('R');
const [S_C, S_V] = [fixtureHash('s_C'), fixtureHash('s_V')];
const RECEIPT: MessageOf<'receipt'> = {
  kind: 'receipt',
  channel,
  subject: 'delivery',
  root,
  message: fixtureHash('delivery'),
  signature: schnorrSignature(new Uint8Array(64)),
  bytes: 1,
  height: 1,
  blockHash: fixtureHash('block'),
  seed: S_C,
  verifierSeed: S_V,
};
const sealed = (message: Parameters<typeof sealMessage>[0], by = 'client') =>
  encodeEnvelope(
    sealMessage(message, fixtureKey(`${by} message`), (hash) => sign(hash, fixtureSecret(`${by} message`))),
  );
const seedsIn = (answers: Uint8Array | null) => answeredSeeds(contract, { root, answers }, verify);

describe('D37: the receipt of C that an opening shows', () => {
  it('names both seeds, or C’s alone', () => {
    expect(seedsIn(sealed(RECEIPT))).toEqual({ client: S_C, verifier: S_V });
    expect(seedsIn(sealed({ ...RECEIPT, verifierSeed: null }))).toEqual({ client: S_C, verifier: null });
  });

  const broken = sealed(RECEIPT);
  broken[broken.length - 1]! ^= 1;
  it.each<[string, Uint8Array | null]>([
    ['there is none', null],
    ['it is no envelope', new Uint8Array([1])],
    ['its signature is not valid', broken],
    ['another signed it', sealed(RECEIPT, 'verifier')],
    [
      'it is no receipt',
      sealed({ kind: 'delivery', channel, root, chunks: [{ inner: root, ciphertext: root, size: 1 }] }),
    ],
    ['it is for an opening', sealed({ ...RECEIPT, subject: 'opening' })],
    ['it belongs to another contract', sealed({ ...RECEIPT, channel: fixtureHash('other') })],
    [
      'it is for another R: a second delivery could be fitted to the seeds',
      sealed({ ...RECEIPT, root: fixtureHash('R′') }),
    ],
    ['it opens no seed', sealed({ ...RECEIPT, seed: null })],
    ['it opens another seed than the contract has', sealed({ ...RECEIPT, seed: S_V })],
    ['it names another s_V', sealed({ ...RECEIPT, verifierSeed: S_C })],
  ])('names nothing where %s', (_, answers) => {
    expect(seedsIn(answers)).toBeNull();
  });
});
