import { MAX_ABORTS } from '../engine/history.ts';
import type { PeerId } from '../ports/transport.ts';
import type { Partners } from './client.ts';
import type { RoleHost } from './host.ts';

/** Whom a Client may choose from for a batch, in the order in which it prefers them. */
export interface Candidates {
  readonly workers: readonly PeerId[];
  readonly verifiers: readonly PeerId[];
}

/** Peers that failed earlier attempts at the batch, once for each time. */
export interface Blamed {
  readonly workers: readonly PeerId[];
  readonly verifiers: readonly PeerId[];
}

/**
 * A Worker and a Verifier for the next attempt at a batch: those who failed it least, of these those with the fewest open contracts of this
 * Client, of these the first. Never one peer for both, and nobody who gives setups up too often (Y §Oracle).
 *
 * @returns undefined when nobody is left for one of the two
 */
export async function choosePartners(
  host: RoleHost,
  { workers, verifiers }: Candidates,
  blamed: Blamed,
): Promise<Partners | undefined> {
  const rankedWorkers = await ranked(host, 'worker', workers, blamed.workers);
  const rankedVerifiers = await ranked(host, 'verifier', verifiers, blamed.verifiers);
  for (const worker of rankedWorkers) {
    const verifier = rankedVerifiers.find((peer) => peer !== worker);
    if (verifier !== undefined) return { worker, verifier };
  }
  return undefined;
}

async function ranked(
  { channels, history }: RoleHost,
  role: keyof Partners,
  candidates: readonly PeerId[],
  blamed: readonly PeerId[],
): Promise<readonly PeerId[]> {
  const usable: { readonly peer: PeerId; readonly failed: number; readonly open: number }[] = [];
  for (const peer of new Set(candidates)) {
    if ((await history.abortsOf(peer)) > MAX_ABORTS) continue;
    const own = channels.filter((record) => record.role === 'client' && record.peers[role] === peer);
    usable.push({
      peer,
      failed: blamed.filter((other) => other === peer).length,
      open: own.filter(({ state }) => state.name !== 'closed').length,
    });
  }
  return usable.sort((a, b) => a.failed - b.failed || a.open - b.open).map(({ peer }) => peer);
}
