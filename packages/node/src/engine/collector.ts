import {
  type ChannelState,
  type HeldRelease,
  heldReleases,
  isSettledForGood,
  type OwnOutput,
  outpointKey,
  timelyOutputs,
} from '@prometheus-compute/protocol';
import type { ChannelRecord } from './channel-record.ts';
import { type SignedCollection, signCollection } from './collect.ts';
import type { Engine } from './engine.ts';
import { asError } from './errors.ts';
import { RELAY_FEE_RATE } from './fee-rates.ts';
import { larger, smaller } from './fees/amounts.ts';

/** Blocks that a collection may wait in the mempool before it offers half as much again. */
const PATIENCE = 3;
/** Of what a collection brings, its fee takes this share at most, in per cent: V would rather have little than nothing. */
const LARGEST_FEE = 50n;

/** A collection that is on its way to a block. */
interface Underway {
  /** Where it goes: the same script however often it is signed again. */
  readonly script: Uint8Array;
  readonly since: number;
  readonly feeRate: bigint;
  readonly signed: SignedCollection;
}

/**
 * Takes what a party must take itself and in time: V's fee output before C may have it, C's after the window, stakes and
 * bond as soon as C and W release them, and from t4 on in any case. Each output has a transaction of its own, so that
 * none waits for another. Nothing is stored: after a restart it begins again with what the chain still has.
 */
export class Collector {
  readonly #engine: Engine;
  readonly #maxFeeRate: bigint;
  readonly #underway = new Map<string, Underway>();

  /** @param maxFeeRate - satoshis per 1000 vB at which a collection begins at most, whatever the chain backend says */
  constructor(engine: Engine, maxFeeRate: bigint) {
    this.#engine = engine;
    this.#maxFeeRate = maxFeeRate;
  }

  /** Call it at every block, when the channels have seen it. One channel's trouble does not keep the others waiting. */
  async follow(): Promise<void> {
    const { height } = await this.#engine.ports.chain.tip();
    for (const record of this.#engine.records) {
      try {
        await this.#release(record, height);
        for (const output of timelyOutputs(record.state)) await this.#take(record, output, height);
      } catch (cause) {
        this.#engine.notify({ kind: 'publish-failed', record, error: asError(cause) });
      }
    }
  }

  /** Stakes and bond that C and W have signed free: the same bytes at every block until they are in one. */
  async #release(record: ChannelRecord, tip: number): Promise<void> {
    const { chain } = this.#engine.ports;
    for (const { release, signatures } of releasable(record.state, tip)) {
      const { transaction, spend, amount } = release;
      if ((await chain.output(spend.outpoint)) === undefined) continue;
      const own = () => this.#engine.ports.signer.signTransaction(record.keys, transaction.sighashes[0]!);
      const witness = spend.signers.map((by) => signatures[by as keyof typeof signatures] ?? own());
      const outcome = await chain.submit(transaction.complete([witness]));
      const fee = spend.prevout.amount - amount;
      if (outcome.kind === 'accepted') {
        const collection = { txid: transaction.txid, amount, fee, outputs: 1 };
        this.#engine.notify({ kind: 'collecting', record, collection });
      }
    }
  }

  async #take(record: ChannelRecord, output: OwnOutput, tip: number): Promise<void> {
    if (tip < output.from) return;
    const { chain, wallet } = this.#engine.ports;
    const key = outpointKey(output.spend.outpoint);
    if ((await chain.output(output.spend.outpoint)) === undefined) {
      this.#underway.delete(key);
      return;
    }
    const before = this.#underway.get(key);
    const script = before?.script ?? wallet.freshScript();
    let feeRate = before === undefined ? await this.#firstRate() : raised(before, tip, output);
    const again = before?.feeRate === feeRate;
    let better = again ? undefined : this.#sign(record, output, script, feeRate);
    // What cannot pay the estimate offers what it can: an estimate may be wrong, and the time passes.
    while (before === undefined && better === undefined && feeRate > RELAY_FEE_RATE) {
      feeRate = larger(RELAY_FEE_RATE, feeRate / 2n);
      better = this.#sign(record, output, script, feeRate);
    }
    // What it may pay at most is handed in again, in case it was forgotten.
    const signed = better ?? before?.signed;
    if (signed === undefined) return;
    if (better !== undefined) this.#underway.set(key, { script, since: tip, feeRate, signed: better });
    const { bytes, ...collection } = signed;
    const outcome = await chain.submit(bytes);
    if (outcome.kind === 'accepted') this.#engine.notify({ kind: 'collecting', record, collection });
  }

  async #firstRate(): Promise<bigint> {
    const estimate = await this.#engine.ports.chain.feeRate();
    return smaller(larger(RELAY_FEE_RATE, estimate), this.#maxFeeRate);
  }

  /** Undefined when the fee would take too much of it. */
  #sign(
    record: ChannelRecord,
    output: OwnOutput,
    script: Uint8Array,
    feeRate: bigint,
  ): SignedCollection | undefined {
    const signed = signCollection(record, this.#engine.ports, [output], script, feeRate);
    const largest = (output.spend.prevout.amount * LARGEST_FEE) / 100n;
    return signed !== undefined && signed.fee <= largest ? signed : undefined;
  }
}

function releasable(state: ChannelState, tip: number): readonly HeldRelease[] {
  if (state.name !== 'closed' || state.how !== 'settled') return [];
  return isSettledForGood({ tip, height: state.height }) ? heldReleases(state) : [];
}

/** The fee rate of a collection that was not mined: half as much again when it has waited, every block near its end. */
function raised({ feeRate, since }: Underway, tip: number, { by }: OwnOutput): bigint {
  const hurried = by !== null && tip >= by - PATIENCE;
  return hurried || tip - since >= PATIENCE ? (feeRate * 3n) / 2n : feeRate;
}
