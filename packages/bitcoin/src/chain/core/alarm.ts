import { CodedError } from '@prometheus-compute/protocol';

/** What can be wrong with a Bitcoin node that an engine relies on. */
export type ChainAlarmCode =
  /** No answer, for longer than the limit. */
  | 'node-unreachable'
  /** Its last block is older than the limit. */
  | 'node-stalled'
  /** It is still in its initial block download. */
  | 'node-syncing'
  /** A version whose answers or packages are not what is needed. */
  | 'node-version'
  /** Another network, or another first block. */
  | 'wrong-network'
  /** The block that headers are followed from is not in its chain. */
  | 'checkpoint-missing'
  /** A header that breaks a rule, or lacks its work. */
  | 'header-invalid'
  /** A block whose contents are not what its header commits to. */
  | 'block-invalid'
  /** A chain with less work than one that it has shown before. */
  | 'less-work'
  /** An answer that has the wrong shape, is too long, or contradicts what is verified. */
  | 'wrong-answer'
  /** It has deleted a block that is needed. */
  | 'block-pruned';

const REMEDIES: Readonly<Record<ChainAlarmCode, string>> = {
  'node-unreachable': 'Start the Bitcoin node, and look at rpc_url, its cookie file or user and password.',
  'node-stalled': 'Look whether the Bitcoin node has peers: without blocks no deadline is seen.',
  'node-syncing': 'Wait until the Bitcoin node has downloaded the chain.',
  'node-version': 'Use Bitcoin Core 28 or later.',
  'wrong-network': 'Look which network the Bitcoin node runs on, and which one this node is set to.',
  'checkpoint-missing':
    'Look whether the Bitcoin node follows the right chain and has reached this block; then start again.',
  'header-invalid': 'Do not trust this Bitcoin node: use another one.',
  'block-invalid': 'Do not trust this Bitcoin node: use another one, or check its disk.',
  'less-work': 'Look whether the Bitcoin node has lost blocks, or is cut off from its network.',
  'wrong-answer': 'Do not trust this Bitcoin node: use another one, or look what stands between.',
  'block-pruned': 'Use a Bitcoin node that keeps these blocks: without prune, or with a larger prune target.',
};

/** Alarms that end by themselves once the node is well. One that was caught with something false stays marked. */
const PASSING: ReadonlySet<ChainAlarmCode> = new Set<ChainAlarmCode>([
  'node-unreachable',
  'node-stalled',
  'node-syncing',
  'wrong-network',
  'checkpoint-missing',
  'less-work',
]);

/** Something is wrong with the Bitcoin node. Thrown by the call that met it, and reported once. */
export class ChainAlarm extends CodedError<ChainAlarmCode> {
  constructor(
    code: ChainAlarmCode,
    message: string,
    evidence: Readonly<Record<string, string | number | bigint | boolean>>,
    cause?: unknown,
  ) {
    super(code, message, { evidence, remedy: REMEDIES[code], cause });
  }
}

/** The alarms that stand, each reported when it begins and when it ends. */
export class AlarmBoard {
  readonly #standing = new Map<ChainAlarmCode, ChainAlarm>();
  readonly #onAlarm: (alarm: ChainAlarm) => void;
  readonly #onCleared: (alarm: ChainAlarm) => void;

  constructor(onAlarm: (alarm: ChainAlarm) => void, onCleared: (alarm: ChainAlarm) => void) {
    this.#onAlarm = onAlarm;
    this.#onCleared = onCleared;
  }

  /** Oldest first. */
  get standing(): readonly ChainAlarm[] {
    return [...this.#standing.values()];
  }

  /** @returns the alarm, for the caller to throw */
  raise(alarm: ChainAlarm): ChainAlarm {
    if (!this.#standing.has(alarm.code)) {
      this.#standing.set(alarm.code, alarm);
      this.#onAlarm(alarm);
    }
    return alarm;
  }

  clear(code: ChainAlarmCode): void {
    const alarm = this.#standing.get(code);
    if (alarm === undefined) return;
    this.#standing.delete(code);
    this.#onCleared(alarm);
  }

  /** The node's chain was verified up to its tip: what passes has passed, but for its age, which is judged apart. */
  clearPassing(): void {
    for (const code of PASSING) if (code !== 'node-stalled') this.clear(code);
  }
}
