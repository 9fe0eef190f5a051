import { MODEL_PROFILE, PROFILE } from '@prometheus-compute/sandbox';
import type { NodePolicy } from '../engine/tasks/context.ts';
import { refuseUnless } from './host.ts';

/**
 * A model gives the same bits on every machine, on any network. F §Deterministic execution: `wasi-0` neither counts gas nor
 * canonicalises NaN, so two honest machines could disagree and one of them be slashed. A node takes part in such a contract on
 * development chains only.
 *
 * @throws EngineError `channel-failed`
 */
export function refuseUnfitProfile(profile: string, policy: NodePolicy): void {
  if (profile === MODEL_PROFILE) return;
  refuseUnless(profile === PROFILE, `this node runs ${PROFILE} and ${MODEL_PROFILE}, not ${profile}`);
  refuseUnless(
    policy.network === 'development',
    `profile ${profile} is for development chains: it cannot promise equal results on every machine`,
  );
}
