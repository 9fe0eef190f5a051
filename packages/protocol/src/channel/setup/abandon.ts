import type { Coin } from '../../contract/contract.ts';
import { arbiterIndex, type Party, type Role } from '../../contract/party.ts';
import type { ChannelFaultCode } from '../fault.ts';
import type { SetupState, SignaturesStep } from '../state.ts';
import { moved, type Step } from '../step.ts';
import type { Task } from '../task.ts';

/**
 * Closes the channel from Setup with nothing on the chain, naming who failed (Y §Agreement). Once own input signatures
 * have left, the own coins are respent, so that a stale Tx0 can never come back (T §Setup 5).
 */
export function abandon(
  state: SetupState,
  code: ChannelFaultCode,
  culprit: Party | null,
  reason: string,
): Step {
  const respend: Task[] =
    state.step === 'signatures' && state.committed ? [{ kind: 'respend', coins: ownCoins(state) }] : [];
  return moved(
    { name: 'closed', how: 'abandoned', tip: state.tip, fault: { code, culprit, reason } },
    [],
    respend,
  );
}

function ownCoins({ self, agreement }: SignaturesStep): readonly Coin[] {
  const index = arbiterIndex(self);
  if (index === undefined) return agreement.contract[self as Role].funding;
  return [agreement.arbiters[index - 1]!.stake.coin];
}
