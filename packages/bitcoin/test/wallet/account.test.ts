import { inspect } from 'node:util';
import { publicKey, toHex } from '@prometheus-compute/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ADDRESS_NETWORKS,
  addressOf,
  descriptorChecksum,
  mnemonicFromEntropy,
  scriptOfAddress,
  seedFromMnemonic,
  WalletAccount,
} from '../../src/index.ts';

const WORDS = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
const { bitcoin, regtest, testnet } = ADDRESS_NETWORKS;

describe('BIP39', () => {
  it('vector: zero entropy with the passphrase TREZOR', () => {
    expect(mnemonicFromEntropy(new Uint8Array(16))).toBe(WORDS);
    expect(toHex(seedFromMnemonic(WORDS, 'TREZOR'))).toBe(
      'c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04',
    );
  });

  it('vector: 32 bytes of 0xff', () => {
    const words = `${'zoo '.repeat(23)}vote`;
    expect(mnemonicFromEntropy(new Uint8Array(32).fill(0xff))).toBe(words);
    expect(toHex(seedFromMnemonic(words, 'TREZOR'))).toBe(
      'dd48c104698c30cfe2b6142103248622fb7bb0ff692eebb00089b32d22484e1613912f0a5b694407be899ffd31ed3992c456cdf60f5d4564b8ba3f05a69890ad',
    );
  });

  it.each([
    ['another word at the end', `${WORDS.slice(0, -5)}abandon`],
    ['eleven words', WORDS.slice(0, -6)],
    ['no word of the list', WORDS.replace('about', 'canary-word')],
    ['nothing', ''],
  ])('mnemonic-invalid: %s; the words are not repeated', (_, words) => {
    let caught: unknown;
    try {
      seedFromMnemonic(words);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ code: 'mnemonic-invalid' });
    expect(inspect(caught, { depth: 5 })).not.toContain('canary-word');
    expect((caught as Error).message).not.toContain('abandon');
  });

  it('mnemonic-invalid: entropy of another length', () => {
    expect(() => mnemonicFromEntropy(new Uint8Array(15))).toThrowError(
      expect.objectContaining({ code: 'mnemonic-invalid' }) as Error,
    );
  });
});

describe('BIP86', () => {
  const account = WalletAccount.fromMnemonic(WORDS, bitcoin);

  it('vector: account', () => {
    expect(account.extendedPublicKey).toBe(
      'xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ',
    );
  });

  it.each([
    [
      'receive',
      0,
      'cc8a4bc64d897bddc5fbc2f670f7a8ba0b386779106cf1223c6fc5d7cd6fc115',
      '5120a60869f0dbcf1dc659c9cecbaf8050135ea9e8cdc487053f1dc6880949dc684c',
      'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr',
    ],
    [
      'receive',
      1,
      '83dfe85a3151d2517290da461fe2815591ef69f2b18a2ce63f01697a8b313145',
      '5120a82f29944d65b86ae6b5e5cc75e294ead6c59391a1edc5e016e3498c67fc7bbb',
      'bc1p4qhjn9zdvkux4e44uhx8tc55attvtyu358kutcqkudyccelu0was9fqzwh',
    ],
    [
      'change',
      0,
      '399f1b2f4393f29a18c937859c5dd8a77350103157eb880f02e8c08214277cef',
      '5120882d74e5d0572d5a816cef0041a96b6c1de832f6f9676d9605c44d5e9a97d3dc',
      'bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7',
    ],
  ] as const)('vector: %s %i', (chain, index, internalKey, script, address) => {
    const key = account.key(chain, index);
    expect([toHex(key.internalKey), toHex(key.script), key.address]).toEqual([internalKey, script, address]);
  });

  it('the output secret belongs to the output key, the internal secret to the internal key', () => {
    for (let index = 0; index < 20; index++) {
      const key = account.key('change', index);
      expect(toHex(publicKey(account.outputSecret(key)))).toBe(toHex(key.script.subarray(2)));
      expect(toHex(publicKey(account.internalSecret(key)))).toBe(toHex(key.internalKey));
    }
  });

  it('accounts, passphrases and networks have keys of their own', () => {
    const others = [
      WalletAccount.fromMnemonic(WORDS, bitcoin, { account: 1 }),
      WalletAccount.fromMnemonic(WORDS, bitcoin, { passphrase: 'x' }),
      WalletAccount.fromMnemonic(WORDS, regtest),
    ];
    const scripts = [account, ...others].map((one) => toHex(one.key('receive', 0).script));
    expect(new Set(scripts).size).toBe(4);
    expect(others[2]!.key('receive', 0).address).toMatch(/^bcrt1p/);
    expect(others[2]!.extendedPublicKey).toMatch(/^tpub/);
  });

  it('key-unknown: an index that is none', () => {
    for (const index of [-1, 1.5, 0x8000_0000]) {
      expect(() => account.key('receive', index)).toThrowError(
        expect.objectContaining({ code: 'key-unknown' }) as Error,
      );
    }
  });

  it('an account shows no secret, however it is printed', () => {
    const secret = toHex(account.outputSecret({ chain: 'receive', index: 0 }));
    const internal = toHex(account.internalSecret({ chain: 'receive', index: 0 }));
    const shown = [
      inspect(account, { depth: 20, showHidden: true, getters: true }),
      JSON.stringify(account),
      String(account),
      JSON.stringify(account.key('receive', 0), (_, value: unknown) =>
        value instanceof Uint8Array ? toHex(value) : value,
      ),
    ].join('\n');
    expect(shown).not.toContain('xprv');
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain(internal);
    expect(shown).not.toContain('_privateKey');
  });
});

describe('descriptors', () => {
  // Checksums that Bitcoin Core gives.
  it.each([
    ['raw(deadbeef)', '89f8spxm'],
    ['rawtr(79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798)', 'xsjqcczm'],
  ])('%s', (descriptor, checksum) => {
    expect(descriptorChecksum(descriptor)).toBe(checksum);
  });

  it('a character that cannot occur has no checksum', () => {
    expect(descriptorChecksum('raw(ü)')).toBeUndefined();
  });

  it('an account exports both chains with origin and checksum', () => {
    const account = WalletAccount.fromMnemonic(WORDS, bitcoin);
    const body = `tr([73c5da0a/86h/0h/0h]${account.extendedPublicKey}/0/*)`;
    expect(account.descriptor('receive')).toBe(`${body}#${descriptorChecksum(body)}`);
    expect(account.descriptor('change')).toContain('/1/*)#');
  });
});

describe('addresses', () => {
  const scripts: readonly (readonly [string, readonly number[]])[] = [
    [
      'P2TR',
      [0x51, 0x20, ...Buffer.from('a60869f0dbcf1dc659c9cecbaf8050135ea9e8cdc487053f1dc6880949dc684c', 'hex')],
    ],
    ['P2WPKH', [0x00, 0x14, ...new Array<number>(20).fill(3)]],
    ['P2WSH', [0x00, 0x20, ...new Array<number>(32).fill(3)]],
    ['P2PKH', [0x76, 0xa9, 0x14, ...new Array<number>(20).fill(3), 0x88, 0xac]],
    ['P2SH', [0xa9, 0x14, ...new Array<number>(20).fill(3), 0x87]],
    ['P2A', [0x51, 0x02, 0x4e, 0x73]],
  ];

  it.each(scripts)('%s goes to an address and back, on every network', (_, script) => {
    const bytes = Uint8Array.from(script);
    for (const network of Object.values(ADDRESS_NETWORKS)) {
      expect(scriptOfAddress(addressOf(bytes, network)!, network)).toEqual(bytes);
    }
  });

  it('vector: the anchor of the main network', () => {
    expect(addressOf(Uint8Array.of(0x51, 0x02, 0x4e, 0x73), bitcoin)).toBe('bc1pfeessrawgf');
  });

  it('scripts without an address have none', () => {
    for (const script of [[], [0x6a], [0x51], [0x21, ...new Array<number>(33).fill(2), 0xac]]) {
      expect(addressOf(Uint8Array.from(script), bitcoin)).toBeUndefined();
    }
  });

  it('address-invalid: other networks, a changed character, bech32 for version 1', () => {
    const address = 'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr';
    const wrong = (text: string, network = bitcoin) =>
      expect(() => scriptOfAddress(text, network)).toThrowError(
        expect.objectContaining({ code: 'address-invalid' }) as Error,
      );
    wrong(address, regtest);
    wrong(address, testnet);
    wrong('');
    wrong('nonsense');
    // BIP350: version 1 under the checksum of version 0.
    wrong('bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4');
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: address.length - 1 }),
        fc.constantFrom(...'qpzry9x8gf2tvdw0s3jn54khce6mua7l'),
        (position, character) => {
          fc.pre(address[position] !== character);
          wrong(address.slice(0, position) + character + address.slice(position + 1));
        },
      ),
      { numRuns: 50 },
    );
  });
});
