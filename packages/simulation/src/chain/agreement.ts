import { isDeepStrictEqual } from 'node:util';
import type { Chain } from '@prometheus-compute/node';
import { toHex } from '@prometheus-compute/protocol';
import { SimulationError } from '../stage/errors.ts';

/** Holds what Bitcoin Core says against what the development chain says. The first difference is kept: whoever asked might take it for a node that is away. */
export class Agreement {
  #difference: SimulationError | undefined;

  /** @throws SimulationError `chains-differ` unless both say the same */
  hold(question: string, core: unknown, embedded: unknown): void {
    if (isDeepStrictEqual(core, embedded)) return;
    const [said, expected] = [core, embedded].map((value) => JSON.stringify(value, plain) ?? 'nothing');
    this.#difference ??= new SimulationError(
      'chains-differ',
      `${question}: Bitcoin Core says ${said}, the development chain ${expected}`,
    );
    throw this.#difference;
  }

  /** @throws SimulationError `chains-differ` when there was a difference before */
  refuseDifference(): void {
    if (this.#difference !== undefined) throw this.#difference;
  }

  /** A chain that asks both, and answers what Bitcoin Core does. */
  between(core: Chain, embedded: Chain): Chain {
    const both = async <Answer>(
      question: string,
      ask: (chain: Chain) => Promise<Answer>,
    ): Promise<Answer> => {
      const answer = await ask(core);
      this.hold(question, answer, await ask(embedded));
      return answer;
    };
    return {
      tip: () => both('tip', (chain) => chain.tip()),
      blockAt: (height) => both(`block ${height}`, (chain) => chain.blockAt(height)),
      output: (outpoint) =>
        both(`output ${outpoint.txid}:${outpoint.vout}`, (chain) => chain.output(outpoint)),
      transaction: (txid, near) => both(`transaction ${txid}`, (chain) => chain.transaction(txid, near)),
      waiting: (txid) => both(`entry ${txid}`, (chain) => chain.waiting(txid)),
      spender: (outpoint) =>
        both(`spender of ${outpoint.txid}:${outpoint.vout}`, (chain) => chain.spender(outpoint)),
      // What a node has seen confirm says what is asked for: each has its own way to estimate it.
      feeRate: () => core.feeRate(),
      submit: (bytes) => both(`verdict on ${toHex(bytes)}`, (chain) => chain.submit(bytes)),
      submitPackage: (list) =>
        both(`verdict on ${list.map(toHex).join(' and ')}`, (chain) => chain.submitPackage(list)),
    };
  }
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`;
  return value instanceof Uint8Array ? toHex(value) : value;
}
