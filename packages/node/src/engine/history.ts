import {
  type ChannelState,
  type Outpoint,
  outpointKey,
  ROLES,
  type Role,
} from '@prometheus-compute/protocol';
import type { PeerId } from '../ports/transport.ts';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';
import type { ChannelRecord } from './channel-record.ts';
import type { EnginePorts } from './engine-ports.ts';

/** Blocks for which a node remembers who failed it: a week (Y §Oracle). */
export const HISTORY_BLOCKS = 1_008;
/** Setups that a peer may give up after the draw within that time; with more, nobody deals with it (Y §Oracle). */
export const MAX_ABORTS = 3;

/** A setup that somebody failed: counted once, whatever happens to its channel afterwards. */
interface Failure {
  readonly channel: string;
  readonly height: number;
}

const abortsKey = (peer: PeerId): string => `aborts:${peer}`;
const failedKey = (stake: Outpoint): string => `failed:${outpointKey(stake)}`;

/**
 * What a node remembers of others: which stakes' arbiters have failed it, and which peers gave setups up after the draw. It
 * is this node's own memory: it proves nothing to anybody, and decides only whom this node asks and answers.
 */
export class History {
  readonly #ports: Pick<EnginePorts, 'store' | 'chain'>;
  /** Records are read, changed and written: one after another. */
  #last: Promise<void> = Promise.resolve();

  constructor(ports: Pick<EnginePorts, 'store' | 'chain'>) {
    this.#ports = ports;
  }

  /** Takes note of a setup that came to nothing. The same one again changes nothing. */
  note(record: ChannelRecord): Promise<void> {
    const work = this.#last.then(() => this.#note(record));
    this.#last = work.catch(() => {});
    return work;
  }

  /** Whether the arbiter of a stake has failed a setup of this node lately. */
  async hasFailed(stake: Outpoint): Promise<boolean> {
    return (await this.#recent(failedKey(stake))).length > 0;
  }

  /** Setups that a peer has given up after the draw lately. */
  async abortsOf(peer: PeerId): Promise<number> {
    return (await this.#recent(abortsKey(peer))).length;
  }

  async #note({ id, role, peers, state }: ChannelRecord): Promise<void> {
    // An arbiter is told by C alone that a setup is over, whoever failed it, and even when only other stakes were drawn: it would
    // blame C for nearly all of that. So it holds none of it against anybody.
    if (role === 'arbiter' || state.name !== 'closed' || state.how !== 'abandoned') return;
    const aborter = aborterOf(state);
    const peer = aborter === undefined || aborter === role ? undefined : peers[aborter];
    if (peer !== undefined) await this.#add(abortsKey(peer), { channel: id, height: state.tip });
    for (const stake of state.suspects) await this.#add(failedKey(stake), { channel: id, height: state.tip });
  }

  async #add(key: string, failure: Failure): Promise<void> {
    const known = await this.#recent(key);
    if (known.some(({ channel }) => channel === failure.channel)) return;
    await this.#ports.store.putRecord(key, encodeSnapshot([...known, failure]));
  }

  async #recent(key: string): Promise<readonly Failure[]> {
    const stored = await this.#ports.store.record(key);
    if (stored === undefined) return [];
    const { height: tip } = await this.#ports.chain.tip();
    const failures = decodeSnapshot(stored) as unknown as readonly Failure[];
    return failures.filter(({ height }) => tip < height + HISTORY_BLOCKS);
  }
}

/** Who of C, W and V gave a setup up when it could know the draw. */
function aborterOf(state: Extract<ChannelState, { how: 'abandoned' }>): Role | undefined {
  return state.drawn ? ROLES.find((role) => role === state.fault.culprit) : undefined;
}
