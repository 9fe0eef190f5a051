import type { BackupKeeper } from '../backup/keeper.ts';
import type { NodeConfig } from '../config/config.ts';
import type { Node } from '../node/node.ts';
import type { OfferKeeper } from './offers.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { TipLoop } from './tip-loop.ts';

/** A running daemon as its control methods and metrics see it. */
export interface DaemonView {
  readonly config: NodeConfig;
  readonly node: Node;
  readonly wallet: OpenWallet;
  readonly network: { readonly addresses: readonly string[]; readonly peers: readonly string[] };
  /** Undefined when this node is no arbiter. */
  readonly offers: OfferKeeper | undefined;
  readonly loop: TipLoop;
  /** Why the Bitcoin node cannot be trusted now; undefined: it can. */
  readonly alarm: () => string | undefined;
  /** The backup of contracts; undefined: none is kept. */
  readonly backups: Pick<BackupKeeper, 'behind'> | undefined;
  /** Ends the daemon in good order. */
  readonly stop: () => void;
}

/** How many channels are in each state. */
export function channelsByState(node: Node): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { state } of node.channels) counts.set(state.name, (counts.get(state.name) ?? 0) + 1);
  return counts;
}
