import { challengeHash, sampleChunks } from '@prometheus-compute/proofs';
import { equalBytes, type Hash32, type OpenState, seedHash } from '@prometheus-compute/protocol';
import type { Stage } from '../stage/stage.ts';
import type { Observe } from './scenario.ts';

/** The sampled chunks, as a party computes them from what it accepted; empty before it knows the opening. */
function sampleIn({ opening, agreement }: OpenState): readonly number[] {
  if (opening === null) return [];
  const { chunks, sampled } = agreement.contract;
  const { client, verifier } = opening.seeds;
  return sampleChunks(challengeHash(opening.root, client, verifier), chunks, sampled);
}

/** Notes which sample C, W and V have, and which seeds were opened. */
export async function sampleOf(stage: Stage, observe: Observe): Promise<void> {
  const three = [stage.client, stage.worker, stage.verifier];
  const known = new Map<string, OpenState>();
  await stage.mineUntil(
    () => {
      for (const { name, recorded } of three) {
        const state = recorded?.state;
        const open = state?.name === 'closed' ? state.before : state;
        if (open != null && open.name !== 'setup' && open.opening !== null) known.set(name, open);
      }
      return known.size === three.length;
    },
    'the opening at all three',
    60,
  );
  const samples = [...known.values()].map((state) => JSON.stringify(sampleIn(state)));
  observe('C, W and V have the same sample', String(new Set(samples).size === 1));
  const { opening, agreement } = known.get('worker')!;
  const { challengeClient, challengeVerifier } = agreement.contract.seedHashes;
  const source = (used: Hash32, committed: Hash32): string =>
    equalBytes(seedHash(used), committed) ? 'its seed' : 'a block hash';
  observe('s_C is', source(opening!.seeds.client, challengeClient));
  observe('s_V is', source(opening!.seeds.verifier, challengeVerifier));
}
