import type { ChannelRecord } from '../engine/channel-record.ts';
import { asError } from '../engine/errors.ts';
import type { EngineNotice } from '../engine/notice.ts';

/** Where backups go: one at a time, whole or not at all. */
export interface BackupTarget {
  /** Resolves when it is durable. Rejects when nothing was changed. */
  write(bytes: Uint8Array): Promise<void>;
}

/** What a keeper tells. `behind`: the newest of these contracts is in no backup, so that a lost disk would lose it. */
export type BackupNotice =
  | { readonly kind: 'behind'; readonly error: Error }
  | { readonly kind: 'written'; readonly contracts: number };

/** What a keeper needs of its node. */
export interface BackupSource {
  readonly records: () => readonly ChannelRecord[];
  readonly watch: (listener: (notice: EngineNotice) => void) => void;
  /** The sealed backup of what is stored now. */
  readonly seal: (records: readonly ChannelRecord[]) => Promise<Uint8Array> | Uint8Array;
}

/**
 * Writes a backup whenever a contract holds something new that cannot be made again: signatures of others, an answer of its own
 * that binds it, or where it stands on the chain. Where it cannot, it says so and tries again at the next change.
 */
export class BackupKeeper {
  readonly #source: BackupSource;
  readonly #target: BackupTarget;
  readonly #onNotice: (notice: BackupNotice) => void;
  /** What each contract held in the last backup. */
  #kept: ReadonlyMap<string, string> = new Map();
  #work: Promise<void> = Promise.resolve();
  #queued = false;

  constructor(source: BackupSource, target: BackupTarget, onNotice: (notice: BackupNotice) => void) {
    this.#source = source;
    this.#target = target;
    this.#onNotice = onNotice;
    source.watch((notice) => {
      if (notice.kind === 'moved' && this.behind) void this.update();
    });
  }

  /** Whether something irreplaceable is not in the newest backup. */
  get behind(): boolean {
    return this.#source.records().some((record) => this.#kept.get(record.id) !== irreplaceable(record));
  }

  /** Writes what is new, after what is being written. Never rejects. */
  update(): Promise<void> {
    if (!this.#queued) {
      this.#queued = true;
      this.#work = this.#work.then(() => this.#write());
    }
    return this.#work;
  }

  async #write(): Promise<void> {
    this.#queued = false;
    const records = this.#source.records();
    try {
      await this.#target.write(await this.#source.seal(records));
      this.#kept = new Map(records.map((record) => [record.id, irreplaceable(record)]));
      this.#onNotice({ kind: 'written', contracts: records.length });
    } catch (cause) {
      this.#onNotice({ kind: 'behind', error: asError(cause) });
    }
  }
}

/** Changes with everything that a node could not make again from its words. */
function irreplaceable({ state }: ChannelRecord): string {
  const open = state.name === 'closed' ? state.before : state;
  const held = open !== null && 'signatures' in open ? open.signatures : undefined;
  const counts = held === undefined ? [] : [held.plain, held.adaptor].map((each) => Object.keys(each).length);
  const said = open !== null && 'verdict' in open ? [open.verdict, open.delivery !== null] : [];
  const step = state.name === 'setup' ? state.step : state.name === 'closed' ? state.how : '';
  return [state.name, step, ...counts, ...said].join('/');
}
