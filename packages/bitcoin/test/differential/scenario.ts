import { createHash } from 'node:crypto';
import { GENESIS_BLOCK } from '../../src/devchain/parameters.ts';
import {
  BLOCK_INTERVAL,
  type Block,
  buildBlock,
  FIRST_BLOCK_TIME,
  type JsonValue,
  type LoadedTransaction,
  loadTransaction,
  parseBlock,
  serializeBlock,
} from '../../src/index.ts';

/** One JSON-RPC call, the same on both nodes, whose verdict is compared. */
export interface Step {
  /** Unique in its scenario; the key of the verdict. */
  readonly label: string;
  readonly method: string;
  readonly params: readonly JsonValue[];
  /** Members of an answer that are compared; all of them when undefined. */
  readonly pick?: readonly string[];
}

/** A list of calls, fixed before the first of them runs. */
export interface Scenario {
  /** Name of the fixture file. */
  readonly name: string;
  readonly steps: readonly Step[];
  /** SHA-256 over the calls: a fixture is of use only for the very same calls. */
  readonly digest: string;
}

/** A block of a scenario and the height at which it stands. */
export interface ScenarioBlock {
  readonly block: Block;
  readonly height: number;
}

/** How a block of a scenario is made. */
export interface BlockPlan {
  readonly label?: string;
  /** Serialised, without the coinbase. */
  readonly transactions?: readonly Uint8Array[];
  /** What it builds on; the block made last by default. */
  readonly parent?: ScenarioBlock;
  /** Script of the reward. */
  readonly script?: Uint8Array;
  /** Satoshis of fees that the coinbase takes. */
  readonly fees?: bigint;
  /** Unix seconds instead of the default interval. */
  readonly time?: number;
  /** Number that tells otherwise equal blocks apart. */
  readonly extraNonce?: number;
  /** Changes the finished block, e.g. to break a rule. */
  readonly edit?: (block: Block) => Block;
}

/** Any script that can be spent by nobody here: `OP_1 <32 bytes>` of no known key. */
const NOBODY = Uint8Array.from([0x51, 0x20, ...new Array<number>(32).fill(0x11)]);
/** The clock of both nodes: later than every block, the same in every run. */
const MOCK_TIME = FIRST_BLOCK_TIME + 10 * 365 * 24 * 3600;

/**
 * Collects the calls of a scenario. Blocks are built here, without any node, so that their bytes, and with them all
 * txids, are known while the scenario is written and are the same on every node.
 *
 * @example
 * const s = new ScenarioBuilder('maturity');
 * const [first] = s.mine(100, script);           // 100 submitblock calls
 * s.test('one block early', [spend(first)]);     // testmempoolaccept; verdict under this label
 * s.mine(1, script);
 * s.send('mature', spend(first));                // sendrawtransaction
 * s.package('parent and child', [parent, child]);// submitpackage
 * await expectSameVerdicts(s.finish());          // devchain against bitcoind, or against the recorded verdicts
 */
export class ScenarioBuilder {
  readonly name: string;
  readonly #steps: Step[] = [];
  #tip: ScenarioBlock;

  /** @param name - of the fixture; letters, digits and hyphens */
  constructor(name: string, options: { readonly mockTime?: number } = {}) {
    this.name = name;
    this.#tip = { block: parseBlock(Uint8Array.from(Buffer.from(GENESIS_BLOCK, 'hex'))), height: 0 };
    this.call('clock', 'setmocktime', [options.mockTime ?? MOCK_TIME]);
  }

  /** The block made last, or chosen by {@link continueFrom}. */
  get tip(): ScenarioBlock {
    return this.#tip;
  }

  /** Lets the next blocks build on another one. */
  continueFrom(block: ScenarioBlock): void {
    this.#tip = block;
  }

  /** Submits blocks that hold nothing but a reward for `script`. @returns them, oldest first */
  mine(count: number, script: Uint8Array = NOBODY): readonly ScenarioBlock[] {
    return Array.from({ length: count }, () => this.block({ script }));
  }

  /** Submits a block that the nodes should refuse: the next one does not build on it. */
  refusedBlock(label: string, plan: BlockPlan = {}): ScenarioBlock {
    const tip = this.#tip;
    const block = this.block({ ...plan, label });
    this.#tip = tip;
    return block;
  }

  /** Submits a block; the next one builds on it. */
  block(plan: BlockPlan = {}): ScenarioBlock {
    const parent = plan.parent ?? this.#tip;
    const height = parent.height + 1;
    const transactions: readonly LoadedTransaction[] = (plan.transactions ?? []).map((bytes) =>
      loadTransaction(bytes),
    );
    const built = buildBlock(
      {
        previous: parent.block.hash,
        height,
        time: plan.time ?? FIRST_BLOCK_TIME + BLOCK_INTERVAL * height,
      },
      {
        script: plan.script ?? NOBODY,
        transactions,
        fees: plan.fees ?? 0n,
        ...(plan.extraNonce === undefined ? {} : { extraNonce: Uint8Array.of(plan.extraNonce) }),
      },
    );
    const made = { block: plan.edit?.(built) ?? built, height };
    const label = plan.label ?? `block ${height} ${made.block.hash.slice(0, 12)}`;
    this.call(label, 'submitblock', [hex(serializeBlock(made.block))]);
    this.#tip = made;
    return made;
  }

  /** What the mempool would say; several transactions are taken as a package, parents first. */
  test(label: string, transactions: readonly Uint8Array[]): void {
    this.call(label, 'testmempoolaccept', [transactions.map(hex)]);
  }

  /** Offers a transaction to the mempool. */
  send(label: string, transaction: Uint8Array): void {
    this.call(label, 'sendrawtransaction', [hex(transaction)]);
  }

  /** Offers a package to the mempool, parents first, the child last. */
  package(label: string, transactions: readonly Uint8Array[]): void {
    this.call(label, 'submitpackage', [transactions.map(hex)]);
  }

  /** Which transactions wait, in no order. */
  mempool(label: string): void {
    this.call(label, 'getrawmempool', []);
  }

  /** Takes a block out of the active chain. */
  invalidate(label: string, block: ScenarioBlock): void {
    this.call(label, 'invalidateblock', [block.block.hash]);
  }

  /** Allows it again. */
  reconsider(label: string, block: ScenarioBlock): void {
    this.call(label, 'reconsiderblock', [block.block.hash]);
  }

  /** The call made last once more. */
  repeat(label: string): void {
    const { method, params } = this.#steps.at(-1)!;
    this.call(label, method, params);
  }

  /** Any other call. @param pick - members of the answer to compare, where others differ by nature */
  call(label: string, method: string, params: readonly JsonValue[], pick?: readonly string[]): void {
    if (this.#steps.some((step) => step.label === label)) throw new RangeError(`label used twice: ${label}`);
    this.#steps.push({ label, method, params, ...(pick === undefined ? {} : { pick }) });
  }

  finish(): Scenario {
    const calls = this.#steps.map(({ label, method, params }) => [label, method, params]);
    const digest = createHash('sha256').update(JSON.stringify(calls)).digest('hex');
    return { name: this.name, steps: this.#steps, digest };
  }
}

/** Hexadecimal of what may be a whole block. */
function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
