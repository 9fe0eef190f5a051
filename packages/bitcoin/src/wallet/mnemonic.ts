import { entropyToMnemonic, mnemonicToSeedSync, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { WalletError } from './errors.ts';

/**
 * BIP39 words of `entropy`: 16 bytes give 12 words, 32 bytes give 24.
 *
 * @throws WalletError `mnemonic-invalid` for other lengths than 16, 20, 24, 28 or 32 bytes
 */
export function mnemonicFromEntropy(entropy: Uint8Array): string {
  if (![16, 20, 24, 28, 32].includes(entropy.length)) {
    throw new WalletError('mnemonic-invalid', `${entropy.length} bytes of entropy make no mnemonic`);
  }
  return entropyToMnemonic(entropy, wordlist);
}

/**
 * BIP39 seed, 64 bytes.
 *
 * @throws WalletError `mnemonic-invalid`; the message does not repeat the words
 */
export function seedFromMnemonic(mnemonic: string, passphrase = ''): Uint8Array {
  if (!validateMnemonic(mnemonic, wordlist)) {
    throw new WalletError('mnemonic-invalid', 'these words are no BIP39 mnemonic', {
      remedy: 'Check number, order and spelling of the words (English word list).',
    });
  }
  return mnemonicToSeedSync(mnemonic, passphrase);
}
