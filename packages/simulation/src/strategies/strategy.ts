import type { EnginePorts, NodePolicy } from '@prometheus-compute/node';
import type { TransactionId } from '@prometheus-compute/protocol';
import type { Parcel } from '../network/parcel.ts';
import type { Fate } from '../network/postman.ts';
import type { Actor } from '../stage/actor.ts';
import type { ChunkExecutor } from '../stage/executor.ts';

/**
 * How a party departs from the honest protocol. Its engine is everybody's: a strategy stands in its ports, or acts beside it with the party's
 * own keys. One object serves one party in one scenario.
 */
export interface Strategy {
  /** From the issue of strategies: silent, withholding, late, … */
  readonly name: string;
  /** What the party does, as a sentence about it: *never says r = 1*. */
  readonly does: string;
  /** What it runs chunks with. */
  readonly executor?: (real: ChunkExecutor) => ChunkExecutor;
  readonly policy?: Partial<NodePolicy>;
  /** What its adapters do otherwise. */
  readonly ports?: (real: EnginePorts) => EnginePorts;
  /** What becomes of something that its engine sends; undefined: no opinion. */
  readonly sends?: (parcel: Parcel, actor: Actor) => Fate | undefined;
  /** Whether it hands a transaction to the chain; what it keeps back, its engine takes for published. */
  readonly publishes?: (id: TransactionId | undefined, actor: Actor) => boolean;
  /** Done after every block, when everybody has done what there is to do. */
  readonly acts?: (actor: Actor) => Promise<void>;
}

/** Who plays what: by name of the party. Who is not in it is honest. */
export type Cast = Readonly<Record<string, readonly Strategy[]>>;
