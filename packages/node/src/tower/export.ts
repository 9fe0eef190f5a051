import { GraphError, transactionOf } from '@prometheus-compute/protocol';
import type { ChannelRecord } from '../engine/channel-record.ts';
import { completeDuty } from '../engine/complete-duty.ts';
import type { EnginePorts } from '../engine/engine-ports.ts';
import { planChild } from '../engine/fees/bump.ts';
import { childOutput } from '../engine/fees/child-output.ts';
import type { Reserve } from '../engine/fees/reserves.ts';
import { graphInState } from '../engine/on-chain.ts';
import type { FeePolicy } from '../engine/tasks/context.ts';
import type { Bundle, SignedExit } from './bundle.ts';
import { exitsOf } from './exits.ts';

/** Each child pays this times the rate of the one before. */
const RAISE = 2n;

/** What an export takes. */
export interface ExportOrder {
  readonly records: readonly ChannelRecord[];
  /** What a channel has left for fees. */
  readonly reserveOf: (record: ChannelRecord) => Reserve | undefined;
  readonly policy: FeePolicy;
}

/**
 * Signs everything that a watchtower may publish for this node's open contracts. A tower has no keys and can raise no fee by itself: it gets
 * children that were signed in advance, from the policy's first rate to its highest in steps of two.
 */
export async function exportBundle(
  { records, reserveOf, policy }: ExportOrder,
  ports: Pick<EnginePorts, 'signer' | 'wallet' | 'chain' | 'genesis'>,
): Promise<Bundle> {
  const { height } = await ports.chain.tip();
  const exits = records.flatMap((record) => signedExits(record, reserveOf(record), policy, ports));
  return { genesis: ports.genesis, height, exits };
}

function signedExits(
  record: ChannelRecord,
  reserve: Reserve | undefined,
  policy: FeePolicy,
  ports: Pick<EnginePorts, 'signer' | 'wallet'>,
): readonly SignedExit[] {
  const { state } = record;
  const graph = graphInState(state);
  if (graph === undefined) return [];
  let script: Uint8Array | undefined;
  const to = (): Uint8Array => {
    script ??= ports.wallet.freshScript();
    return script;
  };
  return exitsOf(state).flatMap(({ transaction: id, parent, from, until }): readonly SignedExit[] => {
    const transaction = completed(record, id, ports);
    if (transaction === undefined) return [];
    const { txid, zeroFee } = transactionOf(graph, id);
    const children = childrenOf(record, id, reserve, policy, ports, to);
    // Without a child nobody takes it.
    if (zeroFee && children.length === 0) return [];
    const spends = transactionOf(graph, parent).txid;
    return [{ name: id, txid, parent: spends, from, until, transaction, alone: !zeroFee, children }];
  });
}

/** Undefined where a signature is missing: a payment that was not released yet. */
function completed(
  record: ChannelRecord,
  id: Parameters<typeof completeDuty>[1],
  { signer }: Pick<EnginePorts, 'signer'>,
): Uint8Array | undefined {
  try {
    return completeDuty(record, id, signer);
  } catch (cause) {
    if (cause instanceof GraphError && cause.code === 'signature-missing') return undefined;
    throw cause;
  }
}

function childrenOf(
  record: ChannelRecord,
  id: Parameters<typeof completeDuty>[1],
  reserve: Reserve | undefined,
  policy: FeePolicy,
  ports: Pick<EnginePorts, 'signer' | 'wallet'>,
  to: () => Uint8Array,
): readonly Uint8Array[] {
  const graph = graphInState(record.state)!;
  const parent = transactionOf(graph, id);
  const output = childOutput(record, graph, id, ports);
  if (output === undefined) return [];
  const children: Uint8Array[] = [];
  let last = 0n;
  for (let rate = policy.feeRate; rate <= policy.maxFeeRate; rate *= RAISE) {
    const plan = planChild({ parent, output, reserve, policy, to: to() }, rate, undefined, []);
    if (plan.kind !== 'child' || plan.child.fee <= last) continue;
    last = plan.child.fee;
    children.push(ports.wallet.child({ output, coins: plan.child.coins, to: to(), fee: last }));
  }
  return children;
}
