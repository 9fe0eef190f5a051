import { loadTransaction } from '@prometheus-compute/bitcoin';
import {
  type Graph,
  type GraphTransaction,
  type Party,
  parseSettlement,
  type SchnorrSignature,
  type SettlementId,
  type StageId,
  slotKey,
  spendFeeOutput,
  type TransactionId,
  transactionOf,
} from '@prometheus-compute/protocol';
import type { ScenarioCoin } from '../../packages/bitcoin/test/differential/coins.ts';
import type { ScenarioBlock, ScenarioBuilder } from '../../packages/bitcoin/test/differential/scenario.ts';
import { anchorChild, bumps } from './children.ts';
import { formOf, take } from './forms.ts';
import type { Setting } from './setting.ts';
import { type Extent, edited, type SignedForm, variantsOf, withShorterWait } from './variants.ts';

/** Something to do when the chain has a height. */
export type Stop = readonly [height: number, act: () => void];

const GENEROUS = 10_000n;

/** Whether a transaction is one of the many decisions by a set S. */
function isDecision(transaction: GraphTransaction): boolean {
  return (
    transaction.scheme !== undefined && parseSettlement(transaction.id as SettlementId).kind === 'decision'
  );
}

/** Walks along the chain of a setting and asks for verdicts. Labels are `<transaction> / <variant>`. */
export class Visit {
  readonly s: ScenarioBuilder;
  readonly graph: Graph;
  readonly #setting: Setting;
  readonly #forms = new Map<TransactionId, SignedForm>();
  readonly #thin: boolean;

  /** @param thin - of the decisions by S, all variants of one of each family and size, of the others a choice */
  constructor(setting: Setting, thin: boolean) {
    this.s = setting.s;
    this.graph = setting.graph;
    this.#setting = setting;
    this.#thin = thin;
  }

  /** A transaction of the graph, complete. */
  form(id: TransactionId): SignedForm {
    const form = this.#forms.get(id) ?? formOf(this.graph, this.#setting.signatures, id);
    this.#forms.set(id, form);
    return form;
  }

  bytes(id: TransactionId): Uint8Array {
    return this.form(id).bytes;
  }

  /** A party's signature on the first input of a transaction. */
  signature(id: TransactionId, signer: Party): SchnorrSignature {
    return this.#setting.signatures.get(slotKey({ transaction: id, input: 0, signer }))!;
  }

  /** The coin that pays for a transaction without fee; the verdicts and what follows them take different ones. */
  feeCoin(id: TransactionId): ScenarioCoin {
    return this.#setting.feeCoins[id.startsWith('TxV') ? 0 : 1]!;
  }

  /** Mines empty blocks until the tip has this height. */
  advance(height: number): void {
    this.s.mine(height - this.s.tip.height);
  }

  /** Comes by every stop on the way up. */
  along(stops: readonly Stop[]): void {
    for (const [height, act] of [...stops].sort(([a], [b]) => a - b)) {
      this.advance(height);
      act();
    }
  }

  /** The transaction as it is and all its variants, alone. */
  all(group: string, form: SignedForm, extent?: Extent): void {
    this.s.test(`${group} / valid`, [form.bytes]);
    for (const { name, bytes } of variantsOf(form, extent)) this.s.test(`${group} / ${name}`, [bytes]);
  }

  /** Both before the lock is met: as it is, and with an nSequence that would be met. */
  early(group: string, { bytes }: SignedForm): void {
    this.s.test(`${group} / one block early`, [bytes]);
    this.s.test(`${group} / one block early, nSequence one less`, [edited(bytes, withShorterWait(0))]);
  }

  /** Stops at the settlements of a stage that confirmed at `base`: one block early where they wait, then in time. */
  settlements(stage: StageId, base: number): readonly Stop[] {
    return [...this.graph.transactions.values()]
      .filter(({ parent, scheme }) => parent === stage && scheme !== undefined)
      .flatMap((transaction, turn): Stop[] => {
        const { id, wait } = transaction;
        const extent: Extent =
          this.#thin && isDecision(transaction) && !this.#firstOfItsKind(transaction)
            ? { kind: 'few', turn }
            : { kind: 'all' };
        const inTime: Stop = [
          base + Math.max(wait - 1, 0),
          () => {
            this.all(id, this.form(id), extent);
            if (isDecision(transaction)) return;
            for (const [name, list] of Object.entries(bumps(transaction, this.bytes(id)))) {
              this.s.test(`${id} / ${name}`, list);
            }
            if (id !== 'Tx4' && id !== "Tx4'") return;
            const fee = take(this.graph, spendFeeOutput(this.graph, id, 'verifier'));
            this.s.test(`${id} / with the fee output taken`, [this.bytes(id), fee.bytes]);
          },
        ];
        // After a wait of one block there is nothing earlier than the parent's own block.
        return wait < 2 ? [inTime] : [[base + wait - 2, () => this.early(id, this.form(id))], inTime];
      });
  }

  /** Whether no decision of this family by a set of this size stands before it. */
  #firstOfItsKind(transaction: GraphTransaction): boolean {
    const kind = ({ id, wait }: GraphTransaction): string => `${id.split(':')[0]} ${wait}`;
    const same = [...this.graph.transactions.values()].find((each) => kind(each) === kind(transaction));
    return same === transaction;
  }

  /** A transaction without fee one block early, with the child that it needs. */
  earlyPackage(id: TransactionId): void {
    const bytes = this.bytes(id);
    const shorter = edited(bytes, withShorterWait(0));
    for (const [name, parent] of [
      ['one block early', bytes],
      ['one block early, nSequence one less', shorter],
    ] as const) {
      this.s.package(`${id} / ${name}`, [parent, anchorChild(parent, this.feeCoin(id), GENEROUS)]);
    }
  }

  /** Every variant of a transaction without fee, each with a child that would pay for it. */
  packageVariants(id: TransactionId): void {
    const form = this.form(id);
    const child = anchorChild(form.bytes, this.feeCoin(id), GENEROUS);
    const { txid } = transactionOf(this.graph, id);
    for (const { name, bytes } of variantsOf(form)) {
      // A variant with another txid has another anchor.
      const own =
        loadTransaction(bytes).txid === txid ? child : anchorChild(bytes, this.feeCoin(id), GENEROUS);
      this.s.package(`${id} / ${name}`, [bytes, own]);
    }
  }

  /** Goes back to before `block`, which is not valid any more. */
  leave(label: string, block: ScenarioBlock, before: ScenarioBlock): void {
    this.s.invalidate(label, block);
    this.s.continueFrom(before);
  }
}
