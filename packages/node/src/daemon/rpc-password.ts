import type { NodeConfig } from '../config/config.ts';
import { readSecretFile } from '../keystore/secret-file.ts';

const LARGEST_FILE = 1_024;

/**
 * Password of `chain.rpc_user`: the first line of its file. Undefined where the node is logged in to by cookie.
 *
 * @throws KeystoreError `secret-file-unreadable`, `file-exposed`
 */
export async function readRpcPassword({ values }: Pick<NodeConfig, 'values'>): Promise<string | undefined> {
  const { rpc_user, rpc_password_file } = values.chain;
  if (rpc_user === '') return undefined;
  const bytes = await readSecretFile(rpc_password_file, LARGEST_FILE);
  return new TextDecoder().decode(bytes).split(/\r?\n/, 1)[0] ?? '';
}
