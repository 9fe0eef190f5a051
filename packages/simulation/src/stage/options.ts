import type { EnginePorts, PeerId } from '@prometheus-compute/node';
import type { StageChain } from '../chain/stage-chain.ts';
import type { LinkTerms } from '../network/postman.ts';
import type { Cast } from '../strategies/strategy.ts';
import type { Court } from '../terms/terms.ts';
import type { ScenarioBatch } from './batch.ts';
import type { ChunkExecutor } from './executor.ts';
import type { ScenarioTerms } from './terms.ts';

/** Changes a party's adapters before anything else stands in them. */
export type Machine = (name: PeerId, ports: EnginePorts) => EnginePorts;

/** How a scenario begins. */
export interface StageOptions {
  /** The same seed gives the same story. */
  readonly seed: string;
  readonly folder: string;
  /** Whoever has made it closes it. */
  readonly chain: StageChain;
  readonly executor: ChunkExecutor;
  readonly court: Court;
  readonly terms: ScenarioTerms;
  readonly cast: Cast;
  /** By default {@link scenarioBatch}. */
  readonly batch?: () => ScenarioBatch;
  /** Arbiters beyond those that are drawn. */
  readonly spareArbiters: number;
  readonly links?: LinkTerms;
  /** What the machine does for a party, to slow it down. */
  readonly machine?: Machine;
  readonly signal?: AbortSignal;
}
