import type { MessageOf, ProgramLimits } from '@prometheus-compute/protocol';
import type { TermsLimits } from '../engine/tasks/context.ts';
import type { PeerId } from '../ports/transport.ts';
import { type RoleHost, refuseUnless } from './host.ts';

/**
 * What of a batch is more than a node's policy allows.
 *
 * @param batch.payloadBytes - of the program and all inputs
 * @returns undefined when all of it is allowed
 */
export function excessOf(
  batch: { readonly limits: ProgramLimits; readonly payloadBytes: number },
  allowed: TermsLimits,
): string | undefined {
  const { limits, payloadBytes } = batch;
  if (limits.memoryPages > allowed.memoryPages)
    return `a chunk may use ${limits.memoryPages} pages of memory, more than the ${allowed.memoryPages} that are given`;
  if (limits.milliseconds > allowed.milliseconds)
    return `a chunk may take ${limits.milliseconds} ms, more than the ${allowed.milliseconds} ms that are given`;
  if (payloadBytes > allowed.payloadBytes)
    return `program and inputs have ${payloadBytes} bytes, more than the ${allowed.payloadBytes} that are taken`;
  return undefined;
}

/** Bytes on the disk that new work leaves to what open contracts have to store: a node that cannot store cannot publish. */
const LEAST_ROOM = 256 * 1_048_576;

/** Refuses work whose payload would fill the disk. @throws EngineError `channel-failed` */
export async function refuseWithoutRoom(
  { ports }: RoleHost,
  { inputs, programSize }: MessageOf<'terms'>,
): Promise<void> {
  const payloadBytes = inputs.reduce((sum, { size }) => sum + size, programSize);
  const room = await ports.blobs.room?.();
  refuseUnless(
    room === undefined || room >= payloadBytes + LEAST_ROOM,
    'this node has no room on its disk for program and inputs now',
  );
}

/**
 * Holds a Client's terms to this node's policy, before anything is computed or set aside for them: they cost whoever
 * sends them nothing.
 *
 * @throws EngineError `channel-failed`: which limit they exceed
 */
export function refuseExcess(host: RoleHost, terms: MessageOf<'terms'>, from: PeerId): void {
  const allowed = host.policy.limits;
  const payloadBytes = terms.inputs.reduce((sum, { size }) => sum + size, terms.programSize);
  const excess = excessOf({ limits: terms.limits, payloadBytes }, allowed);
  refuseUnless(excess === undefined, excess ?? '');
  const open = host.channels.filter(
    ({ state, role, peers }) => state.name === 'setup' && role !== 'arbiter' && peers.client === from,
  );
  refuseUnless(
    open.length < allowed.setupsPerPeer,
    `${open.length} setups of this peer are open here, as many as it may have`,
  );
}
