import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  bigEndian,
  bip86Script,
  fromBigEndian,
  type SecretScalar,
  secretScalar,
  toHex,
  type XOnlyKey,
  xOnlyKey,
} from '@prometheus-compute/protocol';
import { HARDENED_OFFSET, HDKey } from '@scure/bip32';
import { tapTweakHash } from '../crypto/hashes.ts';
import { addressOf } from './address.ts';
import { withChecksum } from './descriptor.ts';
import { WalletError } from './errors.ts';
import { seedFromMnemonic } from './mnemonic.ts';
import type { AddressNetwork } from './network.ts';

/** Which chain of addresses of an account (BIP44): given to others, or for the wallet's own change. */
export type AddressChain = 'receive' | 'change';

/** A P2TR output that the account can spend by key path (BIP86). */
export interface WalletKey {
  readonly chain: AddressChain;
  readonly index: number;
  readonly internalKey: XOnlyKey;
  readonly script: Uint8Array;
  readonly address: string;
}

const CHAIN_INDEX: Readonly<Record<AddressChain, number>> = { receive: 0, change: 1 };
/** BIP86. */
const PURPOSE = 86;

/**
 * A BIP86 account: single-key P2TR outputs derived from a seed at m/86'/coin'/account'. Its secrets live in a private
 * field: printing, inspecting or serialising an account shows none.
 */
export class WalletAccount {
  readonly network: AddressNetwork;
  readonly account: number;
  readonly #node: HDKey;
  readonly #fingerprint: number;
  readonly #keys = new Map<string, WalletKey>();

  private constructor(root: HDKey, network: AddressNetwork, account: number) {
    this.network = network;
    this.account = account;
    this.#fingerprint = root.fingerprint;
    this.#node = root
      .deriveChild(HARDENED_OFFSET + PURPOSE)
      .deriveChild(HARDENED_OFFSET + network.coinType)
      .deriveChild(HARDENED_OFFSET + account);
  }

  /** @param seed - 16 to 64 bytes, e.g. of {@link seedFromMnemonic} */
  static fromSeed(seed: Uint8Array, network: AddressNetwork, account = 0): WalletAccount {
    return new WalletAccount(HDKey.fromMasterSeed(seed, network.extendedKeys), network, account);
  }

  /** @throws WalletError `mnemonic-invalid` */
  static fromMnemonic(
    mnemonic: string,
    network: AddressNetwork,
    options: { readonly account?: number; readonly passphrase?: string } = {},
  ): WalletAccount {
    const seed = seedFromMnemonic(mnemonic, options.passphrase);
    return WalletAccount.fromSeed(seed, network, options.account);
  }

  /** The key at m/86'/coin'/account'/chain/index. */
  key(chain: AddressChain, index: number): WalletKey {
    const name = `${chain}/${index}`;
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const internalKey = xOnlyKey(this.#child(chain, index).publicKey!.slice(1));
    const script = bip86Script(internalKey);
    const key: WalletKey = { chain, index, internalKey, script, address: addressOf(script, this.network)! };
    this.#keys.set(name, key);
    return key;
  }

  /** Secret of the output key: what signs a key path spend (BIP341). The caller keeps it no longer than it must. */
  outputSecret(key: Pick<WalletKey, 'chain' | 'index'>): SecretScalar {
    return tweakedSecret(secretScalar(this.#child(key.chain, key.index).privateKey!));
  }

  /** Secret of the internal key, for protocols that take an untweaked key. */
  internalSecret(key: Pick<WalletKey, 'chain' | 'index'>): SecretScalar {
    return secretScalar(this.#child(key.chain, key.index).privateKey!);
  }

  /** Extended public key of the account (BIP32). */
  get extendedPublicKey(): string {
    return this.#node.publicExtendedKey;
  }

  /** Output descriptor of a chain of addresses with origin and checksum, e.g. for Core's `importdescriptors`. */
  descriptor(chain: AddressChain): string {
    const fingerprint = toHex(bigEndian(BigInt(this.#fingerprint), 4));
    const origin = `${fingerprint}/${PURPOSE}h/${this.network.coinType}h/${this.account}h`;
    return withChecksum(`tr([${origin}]${this.extendedPublicKey}/${CHAIN_INDEX[chain]}/*)`);
  }

  #child(chain: AddressChain, index: number): HDKey {
    if (!Number.isInteger(index) || index < 0 || index >= HARDENED_OFFSET) {
      throw new WalletError('key-unknown', `${index} is no index of an address`);
    }
    return this.#node.deriveChild(CHAIN_INDEX[chain]).deriveChild(index);
  }
}

/** BIP341: the secret of the output key of an internal key without a script tree. */
function tweakedSecret(secret: SecretScalar): SecretScalar {
  const { Point } = secp256k1;
  const point = Point.fromBytes(secp256k1.getPublicKey(secret, true));
  const even = point.toBytes(true)[0] === 2;
  const scalar = Point.Fn.create(even ? fromBigEndian(secret) : -fromBigEndian(secret));
  const tweak = fromBigEndian(tapTweakHash(point.toBytes(true).subarray(1)));
  return secretScalar(bigEndian(Point.Fn.add(scalar, Point.Fn.create(tweak)), 32));
}
