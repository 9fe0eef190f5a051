import type { DaemonOptions } from './daemon.ts';

/**
 * Runs a node until it is told to stop. Loaded when it is called: whoever only asks a running node, or makes one, need not wait for the
 * network's libraries.
 *
 * @throws DaemonError, StoreError `locked`, KeystoreError, ControlError, MetricsError, NetError, and what the Bitcoin node is refused for
 */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { composeDaemon } = await import('./daemon.ts');
  await composeDaemon(options);
}
