import type { Devchain } from '../devchain/devchain.ts';
import type { AddressNetwork } from '../wallet/network.ts';
import type { Arguments } from './arguments.ts';
import type { Answer } from './json.ts';

/** What a method works on. */
export interface MethodContext {
  readonly chain: Devchain;
  readonly network: AddressNetwork;
  /** Seconds that the server has run. */
  readonly uptime: () => number;
  /** Ends the server after the answer. */
  readonly stop: () => void;
}

/** One RPC method, under Core's name and with Core's parameters. */
export interface RpcMethod {
  readonly name: string;
  /** In order; a name may have an alias after `|`. */
  readonly parameters: readonly string[];
  /** How many of them must be given. */
  readonly required: number;
  run(args: Arguments, context: MethodContext): Answer;
}
