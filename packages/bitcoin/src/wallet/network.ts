/** How addresses and extended keys of a Bitcoin network are written. */
export interface AddressNetwork {
  readonly name: 'bitcoin' | 'testnet' | 'signet' | 'regtest';
  /** Human-readable part of bech32 and bech32m addresses (BIP173, BIP350). */
  readonly bech32: string;
  /** Version bytes of Base58 addresses and private keys. */
  readonly pubKeyHash: number;
  readonly scriptHash: number;
  readonly wif: number;
  /** Version bytes of extended keys (BIP32). */
  readonly extendedKeys: { readonly private: number; readonly public: number };
  /** Coin type in derivation paths (SLIP44). */
  readonly coinType: 0 | 1;
}

const TEST_KEYS = {
  pubKeyHash: 0x6f,
  scriptHash: 0xc4,
  wif: 0xef,
  extendedKeys: { private: 0x04358394, public: 0x043587cf },
  coinType: 1,
} as const;

/** The networks of Bitcoin Core. */
export const ADDRESS_NETWORKS: Readonly<Record<AddressNetwork['name'], AddressNetwork>> = Object.freeze({
  bitcoin: {
    name: 'bitcoin',
    bech32: 'bc',
    pubKeyHash: 0x00,
    scriptHash: 0x05,
    wif: 0x80,
    extendedKeys: { private: 0x0488ade4, public: 0x0488b21e },
    coinType: 0,
  },
  testnet: { name: 'testnet', bech32: 'tb', ...TEST_KEYS },
  signet: { name: 'signet', bech32: 'tb', ...TEST_KEYS },
  regtest: { name: 'regtest', bech32: 'bcrt', ...TEST_KEYS },
});
