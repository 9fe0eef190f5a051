import type { Txid } from '@prometheus-compute/protocol';
import { FIRST_BLOCK_TIME, type JsonValue, serializeBlock } from '../../../src/index.ts';
import { type Scenario, ScenarioBuilder } from '../scenario.ts';
import { randomBlock } from './blocks.ts';
import { ScenarioModel } from './model.ts';
import { SeededRandom } from './seeded-random.ts';
import { type RandomPlan, randomTransaction } from './transactions.ts';

/** Blocks before anything random: their rewards are mature then. */
const FIRST_BLOCKS = 120;
/** All of a mempool entry but whether a peer has asked for it: here are no peers. */
const ENTRY_MEMBERS = [
  ...['vsize', 'weight', 'time', 'height', 'wtxid', 'chunkweight', 'fees', 'depends', 'spentby'],
  ...['descendantcount', 'descendantsize', 'ancestorcount', 'ancestorsize'],
];
const START = FIRST_BLOCK_TIME + 600 * 500;

/** A random scenario. Equal seeds give equal calls as long as the development chain answers them equally. */
export function randomScenario(seed: string, steps: number): Scenario {
  return new RandomScenario(seed).run(steps);
}

class RandomScenario {
  readonly #random: SeededRandom;
  readonly #model: ScenarioModel;
  readonly #builder: ScenarioBuilder;
  readonly #made: Uint8Array[] = [];
  #clock = START;
  #calls = 0;

  constructor(seed: string) {
    this.#random = new SeededRandom(seed);
    this.#model = new ScenarioModel(this.#random);
    this.#builder = new ScenarioBuilder(`random-${seed}`, { mockTime: START });
    this.#model.call('setmocktime', [START]);
  }

  run(steps: number): Scenario {
    this.#prepare();
    for (let step = 0; step < steps && !this.#model.nearClusterLimits(); step++) {
      this.#act();
      this.#look();
    }
    return this.#builder.finish();
  }

  #prepare(): void {
    for (let i = 0; i < FIRST_BLOCKS; i++) {
      const made = this.#builder.block({ script: this.#model.lock(true).script });
      this.#model.chain.submitBlock(serializeBlock(made.block));
    }
    for (let i = 0; i < 8; i++) this.#send({ plain: true, outputs: 6, rate: 1 });
    const waiting = [...this.#model.chain.mempool.entries()].map(({ loaded }) => loaded.bytes);
    const made = this.#builder.block({ transactions: waiting });
    this.#model.chain.submitBlock(serializeBlock(made.block));
  }

  #act(): void {
    const random = this.#random;
    switch (random.weighted([30, 8, 14, 10, 10, 4, 3, 3, 4, 3])) {
      case 0:
        this.#send({}, random.oneIn(3) ? [random.pick([0, 0.0001, '0.001'])] : []);
        break;
      case 1:
        this.#list('testmempoolaccept', random.oneIn(2) ? this.#family() : this.#several());
        break;
      case 2:
        this.#list('submitpackage', this.#family());
        break;
      case 3:
        this.#replace();
        break;
      case 4:
        this.#block(1, 0);
        break;
      case 5:
        this.#block(1 + random.below(4), random.below(4));
        break;
      case 6:
        this.#call('invalidateblock', [this.#ancestor(random.below(4)).block.hash]);
        break;
      case 7:
        this.#call('reconsiderblock', [this.#ancestor(random.below(4)).block.hash]);
        break;
      case 8:
        this.#clock += random.pick([1, 512, random.below(3000), 336 * 3600]);
        this.#call('setmocktime', [this.#clock]);
        break;
      default:
        for (let i = 0; i < 8; i++) this.#send({ plain: true, version: 2 });
    }
  }

  /** What both nodes must agree on after every step. */
  #look(): void {
    this.#call('getrawmempool', []);
    this.#call('getmempoolinfo', [], ['size', 'bytes', 'total_fee']);
    this.#call('getblockchaininfo', [], ['blocks', 'headers', 'bestblockhash', 'mediantime']);
    const entry = [...this.#model.chain.mempool.entries()].at(-1);
    if (entry === undefined) return;
    this.#call('getmempoolentry', [entry.loaded.txid], ENTRY_MEMBERS);
    this.#call('gettxout', [entry.loaded.txid, 0], ['value', 'coinbase']);
  }

  #call(method: string, params: readonly JsonValue[], pick?: readonly string[]): void {
    this.#model.call(method, params);
    this.#builder.call(`${this.#calls++} ${method}`, method, params, pick);
  }

  #make(plan: RandomPlan = {}): Uint8Array {
    const random = this.#random;
    const count = 1 + random.below(random.oneIn(4) ? 4 : 2);
    const unconfirmed = random.oneIn(3);
    const chosen = this.#model.choose(count, (coin) => !unconfirmed || coin.unconfirmed);
    const from = chosen.length > 0 ? chosen : this.#model.choose(1);
    return this.#keep(randomTransaction(random, this.#model, from, plan));
  }

  #keep(bytes: Uint8Array): Uint8Array {
    this.#made.push(bytes);
    return bytes;
  }

  #send(plan: RandomPlan, options: readonly JsonValue[] = []): void {
    this.#call('sendrawtransaction', [hex(this.#make(plan)), ...options]);
  }

  #list(method: string, list: readonly Uint8Array[]): void {
    this.#call(method, [list.map(hex), ...(this.#random.oneIn(5) ? [0] : [])]);
  }

  #several(): readonly Uint8Array[] {
    const random = this.#random;
    return Array.from({ length: 1 + random.below(3) }, () =>
      random.oneIn(3) ? random.pick(this.#made) : this.#make(),
    );
  }

  /** A child with its parents, sometimes with one too many, one missing, or in the wrong order. */
  #family(): readonly Uint8Array[] {
    const random = this.#random;
    const version = random.pick([2, 3]);
    const plain = !random.oneIn(6);
    const parents = Array.from({ length: 1 + random.below(random.oneIn(4) ? 3 : 1) }, () => {
      const ephemeral = random.oneIn(3);
      return this.#make({ version, plain, ephemeral, rate: ephemeral ? 0 : random.pick([0, 0, 0.1, 1]) });
    });
    const spent = parents.flatMap((bytes) => {
      const outputs = this.#model.outputsOf(bytes);
      const dust = random.oneIn(5) ? [] : outputs.filter(({ amount }) => amount < 400n);
      return [...random.shuffled(outputs.filter(({ amount }) => amount >= 400n)).slice(0, 2), ...dust];
    });
    if (spent.length === 0) return parents;
    const childVersion = random.oneIn(8) ? 5 - version : version;
    const plan = { version: childVersion, plain, rate: random.pick([0, 0.1, 1, 5, 20, 100]) };
    const child = this.#keep(randomTransaction(random, this.#model, spent, plan));
    const list = [...parents, child];
    if (random.oneIn(12)) list.reverse();
    if (random.oneIn(15)) list.push(random.pick(list));
    if (random.oneIn(10)) list.unshift(random.pick(this.#made));
    if (random.oneIn(8)) list.shift();
    return list;
  }

  #replace(): void {
    const random = this.#random;
    const { mempool } = this.#model.chain;
    const targets = random.shuffled([...mempool.entries()]).slice(0, 1 + random.below(3));
    const ids: readonly Txid[] = targets.map(({ loaded }) => loaded.txid);
    const from = random.shuffled(this.#model.spentBy(ids)).slice(0, 1 + random.below(3));
    if (from.length === 0) {
      this.#send({});
      return;
    }
    const gone = new Set(targets.flatMap((entry) => [...mempool.descendants(entry)]));
    const fees = [...gone].reduce((sum, { fee }) => sum + fee, 0n);
    const fee = fees + BigInt(random.pick([-1, 0, 1, 10, 20, 30, 100, 1000, 5000]));
    const plan = {
      plain: !random.oneIn(5),
      version: random.pick([2, 3]),
      ...(random.oneIn(3) ? {} : { fee }),
    };
    this.#call('sendrawtransaction', [
      hex(this.#keep(randomTransaction(random, this.#model, from, plan))),
      0,
    ]);
  }

  /** So many blocks, the first so many below the tip. */
  #block(count: number, depth: number): void {
    const random = this.#random;
    let parent = this.#ancestor(depth);
    for (let i = 0; i < count; i++) {
      const others = Array.from({ length: random.pick([0, 0, 1, 2]) }, () =>
        random.oneIn(4) ? random.pick(this.#made) : this.#make({ rate: random.pick([0, 1]) }),
      );
      const block = randomBlock(random, this.#model, parent, others, this.#clock);
      this.#call('submitblock', [hex(serializeBlock(block))]);
      const node = this.#model.chain.findBlock(block.hash);
      if (node === undefined || node.invalid) return;
      parent = node;
    }
  }

  #ancestor(depth: number) {
    const { chain } = this.#model;
    return chain.blockAt(chain.tip().height - depth)!;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
