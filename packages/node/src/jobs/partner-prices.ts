import { netChanges, satoshi } from '@prometheus-compute/protocol';
import { EngineError } from '../engine/errors.ts';
import type { PeerId } from '../ports/transport.ts';
import type { Candidates } from '../roles/candidates.ts';
import { exampleContract } from './example-contract.ts';
import type { LimitedSpecification } from './specification.ts';

/** A Worker or Verifier that a Client may choose, and what it wants for a batch. */
export interface PricedPeer {
  readonly peer: PeerId;
  /** Satoshis; 0n: whatever the contract pays. */
  readonly price: bigint;
}

/** Everybody whom a Client's configuration names. */
export interface PricedPeers {
  readonly workers: readonly PricedPeer[];
  readonly verifiers: readonly PricedPeer[];
}

/** What Worker and Verifier gain by a batch that ends as it should (T §The tree, Tx4). */
function partnerPay(specification: LimitedSpecification): {
  readonly worker: bigint;
  readonly verifier: bigint;
} {
  const { parameters, batches } = specification;
  const stakes = Array.from({ length: parameters.n }, () => satoshi(parameters.a));
  const contract = exampleContract(specification, batches[0]?.inputs.length ?? 1);
  const { worker, verifier } = netChanges(parameters, contract, 'Tx4', stakes);
  return { worker, verifier };
}

/**
 * Those whose price the job pays.
 *
 * @throws EngineError `no-partner`: what the job pays, and what the cheapest asks
 */
export function affordable(specification: LimitedSpecification, peers: PricedPeers): Candidates {
  const pay = partnerPay(specification);
  const within = (role: 'worker' | 'verifier'): readonly PeerId[] => {
    const named = peers[`${role}s`];
    const chosen = named.filter(({ price }) => price <= pay[role]);
    if (chosen.length > 0) return chosen.map(({ peer }) => peer);
    const least = named.reduce<bigint | undefined>(
      (low, { price }) => (low === undefined || price < low ? price : low),
      undefined,
    );
    const word = role === 'worker' ? 'Worker' : 'Verifier';
    throw new EngineError(
      'no-partner',
      least === undefined
        ? `the configuration names no ${word}`
        : `the job pays a ${word} ${pay[role]} sat for a batch, and the cheapest that is named asks ${least}`,
      {
        remedy:
          least === undefined
            ? `Name one with its address and price in a section [[${role}]] of the configuration.`
            : 'Raise the reward in the job file.',
      },
    );
  };
  return { workers: within('worker'), verifiers: within('verifier') };
}
