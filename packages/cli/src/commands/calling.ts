import type { Caller } from '../job/remote.ts';
import { loadNode, type NodeConfig } from '../node-package.ts';

/** Calls the node; on `signal` it hangs up. @throws ControlError */
export async function calling<Result>(
  { folders }: NodeConfig,
  work: (caller: Caller) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const { ControlClient } = await loadNode();
  const client = await ControlClient.connect(folders.socket);
  const hangUp = (): void => client.close();
  signal?.addEventListener('abort', hangUp);
  try {
    return await work(client);
  } finally {
    signal?.removeEventListener('abort', hangUp);
    client.close();
  }
}
