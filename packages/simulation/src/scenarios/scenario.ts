import type { NodePolicy } from '@prometheus-compute/node';
import type { ChannelFault, Parameters, SettlementId } from '@prometheus-compute/protocol';
import type { LinkTerms } from '../network/postman.ts';
import type { ScenarioBatch } from '../stage/batch.ts';
import type { Stage } from '../stage/stage.ts';
import type { Offered } from '../stage/terms.ts';
import type { Cast } from '../strategies/strategy.ts';
import type { Court } from '../terms/terms.ts';

/** Notes a fact that a scenario shows, under a name. */
export type Observe = (name: string, value: string) => void;

/** A story with an end: who departs from the protocol and how, and what the table says they get for it. */
export interface Scenario {
  /** In words with hyphens, for the command line. */
  readonly name: string;
  /** One sentence. */
  readonly about: string;
  readonly court: Court;
  /** Strategies by name of the party; asked for once a run. */
  readonly cast?: () => Cast;
  /** What is computed; by default primes are counted, and checked by running chunks again. */
  readonly batch?: () => ScenarioBatch;
  readonly parameters?: Partial<Parameters>;
  readonly offered?: Partial<Offered>;
  readonly policy?: Partial<NodePolicy>;
  readonly links?: LinkTerms;
  /** Arbiters beyond those that are drawn. */
  readonly spareArbiters?: number;
  /** What happens between the Client's offer and the end; by default nothing but blocks. */
  readonly play?: (stage: Stage, observe: Observe) => Promise<void>;
}

/** How a scenario ended. */
export type Ending =
  | {
      readonly kind: 'settled';
      readonly settlement: SettlementId;
      readonly scheme: number;
      readonly height: number;
    }
  | { readonly kind: 'abandoned'; readonly fault: ChannelFault }
  /** The Client's own node did not begin. */
  | { readonly kind: 'refused'; readonly rule: string | undefined; readonly reason: string };
