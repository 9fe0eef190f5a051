import {
  type CeremonyTranscript,
  type ChannelContext,
  type ChannelMessage,
  type ChannelState,
  encodeContract,
  encodeEnvelope,
  encodeTranscript,
  type Parameters,
  sealMessage,
  type Txid,
  transition,
} from '@prometheus-compute/protocol';
import { decodeSnapshot } from '../snapshot/snapshot.ts';
import { contractOf } from './addressing.ts';
import type { ChannelRecord } from './channel-record.ts';
import type { EnginePorts } from './engine-ports.ts';
import { CEREMONY_KINDS, decodeEvent } from './event-log.ts';
import type { OfferIndex } from './offer-index.ts';

/** What of the node a transcript is made from. */
export interface CeremonySource {
  readonly ports: EnginePorts;
  readonly offers: OfferIndex;
  readonly context: ChannelContext;
  readonly minimumAge: number;
  /** P of a T_P. */
  readonly parameters: (txid: Txid) => Promise<Parameters>;
}

/**
 * A channel's ceremony as a file that anybody can replay: the envelopes of its messages, and what the chain says about the
 * draw. What others sent stands in the channel's log as it came; what this party said follows from the log, and is sealed
 * again.
 *
 * @returns undefined when the setup came to no contract, or block h_s is not there
 */
export async function exportCeremony(
  record: ChannelRecord,
  source: CeremonySource,
): Promise<Uint8Array | undefined> {
  const { ports, offers, context, minimumAge, parameters } = source;
  const log = await ports.store.events(record.id);
  const { contract, envelopes } = await replayMessages(record, log, ports, context);
  const block = contract && (await ports.chain.blockAt(contract.snapshotHeight));
  if (contract === undefined || block === undefined) return undefined;
  const transcript: CeremonyTranscript = {
    contract: encodeContract(contract),
    parameters: await parameters(contract.parametersTxid),
    minimumAge,
    blockHash: block.hash,
    stakes: await offers.everyStake(contract.parametersTxid),
    envelopes,
  };
  return encodeTranscript(transcript);
}

/** Goes through the log until the ceremony is over. */
async function replayMessages(
  { keys }: ChannelRecord,
  log: readonly Uint8Array[],
  { signer, blobs }: EnginePorts,
  context: ChannelContext,
) {
  const [begun, ...events] = log;
  let { state } = decodeSnapshot(begun!) as unknown as { readonly state: ChannelState };
  let contract = contractOf(state);
  const envelopes: Uint8Array[] = [];
  const own = new Set<ChannelMessage>();
  for (const bytes of events) {
    if (state.name !== 'setup' || state.step === 'signatures') break;
    const event = await decodeEvent(bytes, blobs);
    const step = transition(state, event, context);
    if (step.kind !== 'moved') continue;
    state = step.state;
    contract ??= contractOf(state);
    if (event.kind === 'message' && CEREMONY_KINDS.includes(event.message.kind))
      envelopes.push(event.envelope);
    for (const { message, forwarded } of step.messages) {
      if (CEREMONY_KINDS.includes(message.kind) && forwarded === undefined) own.add(message);
    }
  }
  for (const message of own) {
    const envelope = sealMessage(message, signer.messageKey(keys), (hash) => signer.signMessage(keys, hash));
    envelopes.push(encodeEnvelope(envelope));
  }
  return { contract, envelopes };
}
