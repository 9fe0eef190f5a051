import { assertNever, type ChannelEvent, type Task } from '@prometheus-compute/protocol';
import { contractOf } from '../addressing.ts';
import type { ChannelRecord } from '../channel-record.ts';
import { agree } from './agree.ts';
import { checkStakes } from './check-stakes.ts';
import { makeClaim } from './claim.ts';
import type { TaskContext } from './context.ts';
import { decrypt, examineDelivery, examineOpening } from './examine.ts';
import { release } from './free.ts';
import { judge } from './judge.ts';
import { findBlock, findOffers } from './offers.ts';
import { relay } from './relay.ts';
import { sign, signInputs } from './sign.ts';
import { signReleases } from './sign-releases.ts';
import { compute, open } from './work.ts';

/** Runs any task to its event; null for the ones that end without. */
export async function runTask(
  record: ChannelRecord,
  task: Task,
  context: TaskContext,
): Promise<ChannelEvent | null> {
  switch (task.kind) {
    case 'agree':
      return agree(record, context);
    case 'open-seed': {
      const seed = context.ports.signer.openSeed(record.keys, task.which);
      return { kind: 'seed-opened', which: task.which, seed };
    }
    case 'find-offers':
      return findOffers(contractOf(record.state), task.height, context);
    case 'sign':
      return sign(record, task.slots, context);
    case 'sign-inputs':
      return signInputs(record, context);
    case 'check-stakes':
      return checkStakes(record, task.stakes, context);
    case 'sign-releases':
      return signReleases(record, context);
    case 'compute':
      return compute(record, context);
    case 'check-delivery':
      return examineDelivery(record, task, context);
    case 'open':
      return open(record, task, context);
    case 'check-opening':
      return examineOpening(record, task, context);
    case 'relay':
      return relay(record, task, context);
    case 'find-block':
      return findBlock(task.height, context);
    case 'make-claim':
      return makeClaim(record, task, context);
    case 'judge':
      return judge(record, task, context);
    case 'decrypt':
      return decrypt(record, task, context);
    case 'release':
      await release(record, task.coins, context);
      return null;
    case 'respend':
      // The watcher does it, and raises the fee until the coins are spent.
      return null;
    default:
      return assertNever(task);
  }
}
