import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Envelope, readEnvelope } from '@prometheus-compute/protocol';
import type { EnginePorts } from '../../src/engine/engine-ports.ts';
import type { LocalNetworkOptions } from '../../src/index.ts';
import type { PeerId } from '../../src/ports/transport.ts';

/** An effect of a node that outlives its process: something stored, or something that others see. */
export interface Point {
  readonly party: PeerId;
  readonly kind: 'commit' | 'finish' | 'put' | 'delete' | 'blob' | 'send' | 'submit';
  /** What it was about, without what differs from run to run. */
  readonly detail: string;
  /** How many effects of the party came before it. */
  readonly index: number;
}

/** Whether the process ends there, and on which side of the effect. */
export type Fate = 'lives' | 'before' | 'after';

type Ports = EnginePorts;
type Executor = Parameters<NonNullable<LocalNetworkOptions['executors']>>[1];

/** What a process that is gone waits for. */
const never = new Promise<never>(() => {});
const DATABASE = ['node.sqlite', 'node.sqlite-wal'];

/** A process: what it began before it ended has no effect afterwards, and it learns of nothing. */
class Life {
  readonly #folder: string;
  readonly #onEnd: () => void;
  readonly #ended = Promise.withResolvers<false>();
  ports: Ports | undefined;
  gone = false;

  constructor(folder: string, onEnd: () => void) {
    this.#folder = folder;
    this.#onEnd = onEnd;
  }

  /** Its files stay as they are at this moment: what a clean end would still write to them is not there. */
  end(): void {
    this.gone = true;
    const files = DATABASE.map((name) => join(this.#folder, name));
    const kept = files.filter((file) => existsSync(file));
    for (const file of kept) copyFileSync(file, `${file}.kept`);
    void this.ports?.store.close();
    this.ports?.transport.close();
    for (const file of files) rmSync(file, { force: true });
    for (const file of kept) {
      copyFileSync(`${file}.kept`, file);
      rmSync(`${file}.kept`);
    }
    this.#ended.resolve(false);
    this.#onEnd();
  }

  /** The answer of something outside; none comes to a process that is gone meanwhile. */
  async answer<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.gone) return never;
    try {
      const result = await work();
      return this.gone ? await never : result;
    } catch (cause) {
      if (this.gone) return never;
      throw cause;
    }
  }

  /** What others get from it: false when it ends before it has answered, as when a connection breaks. */
  serve(work: () => Promise<boolean>): Promise<boolean> {
    return this.gone ? Promise.resolve(false) : Promise.race([work(), this.#ended.promise]);
  }
}

/** Ends the processes of parties at the effects that it is told, and keeps count of all of them. */
export class Mortality {
  readonly points: Point[] = [];
  readonly #folder: string;
  readonly #fate: (point: Point) => Fate;
  readonly #lives = new Map<PeerId, Life>();
  readonly #counts = new Map<PeerId, number>();
  /** Parties whose process has ended, and that were not started again. */
  readonly #lost: PeerId[] = [];
  #onLost: (party: PeerId) => void = () => {};
  #counting = false;

  /** @param folder - the network's data folder */
  constructor(folder: string, fate: (point: Point) => Fate) {
    this.#folder = folder;
    this.#fate = fate;
  }

  /** From here on effects count. @param onLost - told at once whose process has ended */
  begin(onLost: (party: PeerId) => void): void {
    this.#onLost = onLost;
    this.#counting = true;
  }

  /** From here on nobody dies. */
  rest(): void {
    this.#counting = false;
  }

  /** Whose processes have ended since the last call. */
  takeLost(): readonly PeerId[] {
    return this.#lost.splice(0);
  }

  readonly executors = (party: PeerId, executor: Executor): Executor => {
    const life = this.#lives.get(party)!;
    return {
      prepare: (...given) => life.answer(() => executor.prepare(...given)),
      run: (...given) => life.answer(() => executor.run(...given)),
    };
  };

  readonly ports = (party: PeerId, real: Ports): Ports => {
    if (party === 'miner') return real;
    const life = new Life(join(this.#folder, party), () => {
      this.#lost.push(party);
      this.#onLost(party);
    });
    life.ports = real;
    this.#lives.set(party, life);
    const effect = <Result>(kind: Point['kind'], detail: string, work: () => Promise<Result>) =>
      this.#effect(life, { party, kind, detail }, work);
    const { chain, store, blobs, transport } = real;
    return {
      ...real,
      chain: {
        tip: () => life.answer(() => chain.tip()),
        blockAt: (height) => life.answer(() => chain.blockAt(height)),
        output: (outpoint) => life.answer(() => chain.output(outpoint)),
        transaction: (txid) => life.answer(() => chain.transaction(txid)),
        waiting: (txid) => life.answer(() => chain.waiting(txid)),
        spender: (outpoint) => life.answer(() => chain.spender(outpoint)),
        feeRate: () => life.answer(() => chain.feeRate()),
        submit: (bytes) => effect('submit', '', () => chain.submit(bytes)),
        submitPackage: (list) => effect('submit', 'package', () => chain.submitPackage(list)),
      },
      store: {
        commit: (commit) => effect('commit', stateOf(commit.state), () => store.commit(commit)),
        channels: () => life.answer(() => store.channels()),
        events: (channel) => life.answer(() => store.events(channel)),
        pending: () => life.answer(() => store.pending()),
        pendingCount: () => life.answer(() => store.pendingCount()),
        finish: (sequence) => effect('finish', '', () => store.finish(sequence)),
        record: (key) => life.answer(() => store.record(key)),
        putRecord: (key, value, options) =>
          effect('put', nameOf(key), () => store.putRecord(key, value, options)),
        deleteRecord: (key) => effect('delete', nameOf(key), () => store.deleteRecord(key)),
        close: () => life.answer(() => store.close()),
      },
      blobs: {
        put: (hash, bytes) => effect('blob', '', () => blobs.put(hash, bytes)),
        get: (hash) => life.answer(() => blobs.get(hash)),
        part: (hash, offset, length) => life.answer(() => blobs.part(hash, offset, length)),
        draft: async (hash, source) => {
          const draft = await life.answer(() => blobs.draft(hash, source));
          return {
            get length() {
              return draft.length;
            },
            append: (bytes) => life.answer(() => draft.append(bytes)),
            write: (offset, bytes) => life.answer(() => draft.write(offset, bytes)),
            part: (offset, length) => life.answer(() => draft.part(offset, length)),
            read: () => life.answer(() => draft.read()),
            keep: () => effect('blob', 'came', () => draft.keep()),
            discard: () => life.answer(() => draft.discard()),
          };
        },
      },
      transport: {
        self: transport.self,
        send: (to, bytes) => effect('send', `${kindOf(bytes)} to ${to}`, () => transport.send(to, bytes)),
        broadcast: (bytes) => {
          if (!life.gone) transport.broadcast(bytes);
        },
        listen: (receive) => transport.listen((from, bytes) => life.serve(() => receive(from, bytes))),
        close: () => transport.close(),
      },
    };
  };

  #effect<Result>(life: Life, about: Omit<Point, 'index'>, work: () => Promise<Result>): Promise<Result> {
    if (life.gone) return never;
    const fate = this.#counting ? this.#next(about) : 'lives';
    if (fate === 'before') {
      life.end();
      return never;
    }
    return life.answer(async () => {
      const result = work();
      if (fate !== 'after') return result;
      // SQLite and the development chain have done it by now; a message is on its way, and the answer will come to nobody.
      if (about.kind === 'blob') await result;
      else result.catch(() => {});
      if (!life.gone) life.end();
      return never;
    });
  }

  #next(about: Omit<Point, 'index'>): Fate {
    const index = this.#counts.get(about.party) ?? 0;
    this.#counts.set(about.party, index + 1);
    const point = { ...about, index };
    this.points.push(point);
    return this.#fate(point);
  }
}

const kindOf = (bytes: Uint8Array): Envelope['kind'] => readEnvelope(bytes).kind;
/** A record's kind, without the channel or coin that it is about. */
const nameOf = (key: string): string => key.replace(/:.*?(:[^:]*)?$/, '$1');
const stateOf = (state: Uint8Array): string => {
  const names = [...new TextDecoder().decode(state).matchAll(/"name":"(\w+)"/g)].map(([, name]) => name);
  return names.at(-1) ?? '';
};
