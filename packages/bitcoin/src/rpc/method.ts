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

/** Name of a parameter, with aliases after `|`, and its JSON type; what is `any` the method checks by itself. */
export type ParameterSpec = `${string}:${'string' | 'number' | 'bool' | 'array' | 'any'}`;

/** One RPC method, under Core's name and with Core's parameters. */
export interface RpcMethod {
  readonly name: string;
  /** In order. */
  readonly parameters: readonly ParameterSpec[];
  /** How many of them must be given. */
  readonly required: number;
  run(args: Arguments, context: MethodContext): Answer;
}
