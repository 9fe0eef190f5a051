import {
  adaptorComplete,
  adaptorSlotsOf,
  type ChannelEvent,
  type ChannelState,
  completeTransaction,
  duties,
  finishers,
  type Graph,
  outpointKey,
  type SchnorrSignature,
  type Signatures,
  sighash,
  slotKey,
  type TransactionId,
  transactionOf,
} from '../../../src/index.ts';
import { POINT_SECRET } from '../../fixtures/terms.ts';
import { sign } from './identity.ts';
import { blockHashAt, graphIn, type PlayerName, transactionSecret } from './tasks.ts';

interface Block {
  readonly height: number;
  readonly confirmed: readonly Extract<ChannelEvent, { kind: 'confirmed' }>[];
}

/** Holds transactions of one graph to the rules that matter here: parents, relative locks, and no output spent twice. */
export class Chain {
  readonly blocks: Block[] = [];
  readonly #mempool = new Map<TransactionId, { readonly graph: Graph; readonly bytes: Uint8Array }>();
  /** What was refused, and why: nothing an honest party submits may be. */
  readonly refused: string[] = [];
  /** Heights at which a transaction cannot be mined, whoever submits it. */
  readonly withheld = new Set<TransactionId>();
  height: number;

  constructor(height: number) {
    this.height = height;
  }

  heightOf(id: TransactionId): number | undefined {
    return this.blocks.find(({ confirmed }) => confirmed.some(({ transaction }) => transaction === id))
      ?.height;
  }

  /** Whether anybody handed the transaction in, mined or not. */
  has(id: TransactionId): boolean {
    return this.#mempool.has(id) || this.heightOf(id) !== undefined;
  }

  /** Submits what a party's duties ask for at this tip. */
  publish(name: PlayerName, state: ChannelState): void {
    const graph = graphIn(state);
    if (graph === undefined) return;
    for (const { transaction, from, until } of duties(state)) {
      if (this.height < from || (until !== null && this.height > until) || this.has(transaction)) continue;
      const problem = this.#problem(graph, transaction);
      if (problem !== undefined) this.refused.push(`${transaction} by ${name}: ${problem}`);
      else this.#mempool.set(transaction, { graph, bytes: complete(name, state, graph, transaction) });
      return;
    }
  }

  #problem(graph: Graph, id: TransactionId): string | undefined {
    const { parent, wait, inputs } = transactionOf(graph, id);
    if (parent !== undefined) {
      const height = this.heightOf(parent);
      if (height === undefined) return `${parent} is not confirmed`;
      if (this.height + 1 - height < wait) return 'non-BIP68-final';
    }
    const spent = new Set(inputs.map(({ outpoint }) => outpointKey(outpoint)));
    const taken = this.blocks
      .flatMap(({ confirmed }) => confirmed)
      .find(({ transaction }) =>
        transactionOf(graph, transaction).inputs.some(({ outpoint }) => spent.has(outpointKey(outpoint))),
      );
    return taken && `${taken.transaction} has spent its input`;
  }

  /** The next block takes in what is in the mempool and not withheld. */
  mine(): Block {
    this.height += 1;
    const { height } = this;
    const confirmed: Extract<ChannelEvent, { kind: 'confirmed' }>[] = [];
    for (const [transaction, { bytes }] of this.#mempool) {
      if (this.withheld.has(transaction)) continue;
      confirmed.push({
        kind: 'confirmed',
        transaction,
        height,
        blockHash: blockHashAt(height),
        bytes,
      });
      this.#mempool.delete(transaction);
    }
    const block = { height, confirmed };
    this.blocks.push(block);
    return block;
  }

  /** Takes the newest block out of the chain; what it held is gone until it is handed in again. */
  disconnect(): Block {
    this.height -= 1;
    return this.blocks.pop()!;
  }
}

/** The whole transaction, from what a party holds and what it signs only now. */
function complete(name: PlayerName, state: ChannelState, graph: Graph, id: TransactionId): Uint8Array {
  const held = (state as { readonly signatures: Signatures }).signatures;
  const signatures = new Map<string, SchnorrSignature>(Object.entries(held.plain));
  for (const slot of finishers(graph, id)) {
    if (slot.signer === name && slot.kind === 'plain') {
      signatures.set(slotKey(slot), sign(sighash(graph, id, slot.input), transactionSecret(name)));
    }
  }
  for (const slot of adaptorSlotsOf(graph, id)) {
    const adaptor = held.adaptor[slotKey(slot)];
    if (adaptor !== undefined && name === 'worker')
      signatures.set(slotKey(slot), adaptorComplete(adaptor, POINT_SECRET));
  }
  return completeTransaction(graph, id, signatures);
}
