import { clock, stageWait } from '../../contract/clock.ts';
import { quorum, variants } from '../../contract/parameters.ts';
import { type VariantFamily, variantId } from '../../contract/settlements.ts';
import type { TransactionId } from '../../transactions/graph.ts';
import { slotKey, slotsOf } from '../../transactions/signing.ts';
import { graphOf } from '../agreement.ts';
import { courtClock, familiesOf } from '../arbitration/court.ts';
import type { ArbitrationState } from '../state.ts';
import type { Duty } from './duty.ts';

/**
 * After TxA or TxAc: a decision that is complete here, the largest S first, since it is valid first (D8), and #5 when there
 * is none. Whoever holds a decision against W publishes it; the one for W is W's, which reveals h_p no later than it must.
 */
export function afterAppeal(state: ArbitrationState): readonly Duty[] {
  const { court } = state.arbitration;
  if (court === null) return [];
  const { parameters, contract } = state.agreement;
  const { noFault, fault, withheld } = familiesOf(court);
  const worker = state.self === 'worker';
  const families = worker ? [noFault] : [...new Set([fault, withheld])];
  const { payment } = courtClock(state, court);
  const until = worker ? payment : null;
  const decisions = families.flatMap((family) =>
    complete(state, family).map(
      (set): Duty => ({
        transaction: variantId(family, set),
        from: court.height + Math.max(0, stageWait(parameters, contract, set.length) - 1),
        until,
        confirmBy: until === null ? null : until + contract.confirmationBlocks,
        why: `${set.length} of ${parameters.n} arbiters have decided`,
      }),
    ),
  );
  const { arbitrationTimeout } = clock(parameters, contract);
  return [
    ...decisions,
    {
      transaction: court.transaction === 'TxA' ? 'Tx6' : 'Tx6c',
      from: court.height + arbitrationTimeout - 1,
      until: null,
      confirmBy: null,
      why: 'no decision: scheme #5',
    },
  ];
}

/** Every S whose decision this party could publish now, the largest first: another one may have been published before. */
function complete(state: ArbitrationState, family: VariantFamily): readonly (readonly number[])[] {
  const { parameters } = state.agreement;
  return variants(parameters.n, quorum(parameters)).filter((S) => isComplete(state, variantId(family, S)));
}

/**
 * Whether every signature is here that this party does not make when it publishes: W makes its own then, and completes C's.
 * An arbiter has made its own in a stage, or may not.
 */
function isComplete(state: ArbitrationState, id: TransactionId): boolean {
  const { self, agreement, signatures } = state;
  return slotsOf(graphOf(agreement), id).every((slot) => {
    const key = slotKey(slot);
    if (signatures.plain[key] !== undefined) return true;
    return self === 'worker' && (slot.signer === 'worker' || signatures.adaptor[key] !== undefined);
  });
}
