import {
  type ChannelEvent,
  type Graph,
  graphOf,
  inputOf,
  inputSlotsOf,
  type Party,
  type SignatureSlot,
  type SlotSignature,
  sighash,
  toInputWitness,
  transactionOf,
} from '@prometheus-compute/protocol';
import type { Chain } from '../../ports/chain.ts';
import type { ChannelRecord } from '../channel-record.ts';
import { EngineError } from '../errors.ts';
import type { TaskContext } from './context.ts';

/** Signs slots of the graph by the transaction key of the channel, adaptor slots under P_h. */
export async function sign(
  record: ChannelRecord,
  slots: readonly SignatureSlot[],
  { ports }: TaskContext,
): Promise<ChannelEvent> {
  const graph = graphOf(agreementOf(record));
  const { pointLock } = graph.terms.contract;
  const signatures = slots.map((slot): SlotSignature => {
    const hash = sighash(graph, slot.transaction, slot.input);
    const signature =
      slot.kind === 'adaptor'
        ? ports.signer.signAdaptor(record.keys, hash, pointLock)
        : ports.signer.signTransaction(record.keys, hash);
    return { slot, signature };
  });
  return { kind: 'signed', signatures };
}

/** D16: what may have to be published can be paid for, or nothing is signed. */
async function requireReserve({ reserve }: ChannelRecord, chain: Chain): Promise<void> {
  if (reserve === null || (await chain.output(reserve.outpoint)) !== undefined) return;
  throw new EngineError(
    'fee-reserve',
    `the fee reserve of ${reserve.amount} sat is no confirmed and unspent coin any more`,
    { rule: 'D16' },
  );
}

/**
 * Signs the own inputs of Tx0 with the wallet's keys: from here on the coins can leave. Not before everything else that
 * Tx0 spends has been seen unspent: with one input gone it never confirms, and whose input that is can still be told.
 */
export async function signInputs(record: ChannelRecord, { ports }: TaskContext): Promise<ChannelEvent> {
  const { state } = record;
  if (state.name !== 'setup' || state.step !== 'signatures') {
    throw new EngineError('channel-failed', 'Tx0 is not to be signed in this state');
  }
  await requireReserve(record, ports.chain);
  const graph = graphOf(state.agreement);
  const missing = await missingInput(graph, ports.chain);
  if (missing !== undefined) {
    const reason = `${missing}'s input of Tx0 is not a confirmed and unspent output`;
    return { kind: 'disagreed', code: 'coin-missing', culprit: missing, reason };
  }
  const witnesses = inputSlotsOf(graph, state.self).map((slot) => {
    const { prevout } = inputOf(graph, 'Tx0', slot.input);
    const signature = ports.wallet.signKeyPath(prevout.script, sighash(graph, 'Tx0', slot.input));
    return toInputWitness(graph, slot, signature);
  });
  return { kind: 'inputs-signed', witnesses };
}

async function missingInput(graph: Graph, chain: Chain): Promise<Party | undefined> {
  for (const { outpoint, spend } of transactionOf(graph, 'Tx0').inputs) {
    if ((await chain.output(outpoint)) === undefined)
      return spend.kind === 'key' ? spend.owner : spend.signers[0];
  }
  return undefined;
}

function agreementOf({ state }: ChannelRecord) {
  switch (state.name) {
    case 'setup':
      if (state.step === 'signatures') return state.agreement;
      break;
    case 'closed':
      if (state.how === 'settled') return state.before.agreement;
      break;
    default:
      return state.agreement;
  }
  throw new EngineError('channel-failed', 'there is no graph to sign yet');
}
