import type { Node } from '../node/node.ts';
import type { PeerId } from '../ports/transport.ts';

/** Peers with whom this node has a channel that is not closed: the network treats them better than strangers. */
export class Partners {
  readonly #node: Node;
  #peers: ReadonlySet<PeerId> | undefined;

  constructor(node: Node) {
    this.#node = node;
    node.engine.watch(({ kind }) => {
      if (kind === 'moved') this.#peers = undefined;
    });
  }

  has(peer: PeerId): boolean {
    this.#peers ??= this.#read();
    return this.#peers.has(peer);
  }

  #read(): ReadonlySet<PeerId> {
    const open = this.#node.channels.filter(({ state }) => state.name !== 'closed');
    return new Set(open.flatMap(({ peers }) => Object.values(peers).filter((peer) => peer !== undefined)));
  }
}
