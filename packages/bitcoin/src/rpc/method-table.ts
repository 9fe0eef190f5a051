import { Arguments, isList, isObject, typeMessage, typeName } from './arguments.ts';
import { RpcCode, RpcError } from './errors.ts';
import type { Answer, JsonValue } from './json.ts';
import type { MethodContext, ParameterSpec, RpcMethod } from './method.ts';
import {
  ACCEPTANCE_METHODS,
  CHAIN_METHODS,
  CONTROL_METHODS,
  MEMPOOL_METHODS,
  MINING_METHODS,
  PROOF_METHODS,
  SCAN_METHODS,
  TRANSACTION_METHODS,
} from './methods/index.ts';

const HELP: RpcMethod = {
  name: 'help',
  parameters: ['command:string'],
  required: 0,
  run: (args) => {
    if (args.optional(0) === undefined) return [...METHODS.values()].map(usage).sort().join('\n');
    const method = METHODS.get(args.text(0));
    return method === undefined ? `help: unknown command: ${args.text(0)}` : usage(method);
  },
};

const METHODS: ReadonlyMap<string, RpcMethod> = new Map(
  [
    ...ACCEPTANCE_METHODS,
    ...CHAIN_METHODS,
    ...CONTROL_METHODS,
    ...MEMPOOL_METHODS,
    ...MINING_METHODS,
    ...PROOF_METHODS,
    ...SCAN_METHODS,
    ...TRANSACTION_METHODS,
    HELP,
  ].map((method) => [method.name, method]),
);

function namesOf(parameter: ParameterSpec): readonly string[] {
  return parameter.slice(0, parameter.lastIndexOf(':')).split('|');
}

/** Name and parameters of a method in one line, optional ones in brackets. */
function usage({ name, parameters, required }: RpcMethod): string {
  const words = parameters.map((parameter, index) => {
    const first = namesOf(parameter)[0]!;
    return index < required ? first : `( ${first} )`;
  });
  return [name, ...words].join(' ');
}

/**
 * Runs a method.
 *
 * @param params - a list by position, or an object by name
 * @throws RpcError
 */
export function callMethod(name: string, params: JsonValue | undefined, context: MethodContext): Answer {
  const method = METHODS.get(name);
  if (method === undefined) throw new RpcError(RpcCode.METHOD_NOT_FOUND, 'Method not found');
  const values = positional(method, params ?? null);
  const given = values.length;
  if (given < method.required || given > method.parameters.length) {
    throw new RpcError(RpcCode.MISC, usage(method));
  }
  checkTypes(method, values);
  return method.run(new Arguments(values), context);
}

/** As in Core, all types are checked before the method runs. @throws RpcError TYPE that names every wrong one */
function checkTypes({ parameters, required }: RpcMethod, values: readonly JsonValue[]): void {
  const wrong = parameters.flatMap((parameter, index) => {
    const value = values[index] ?? null;
    const expected = parameter.slice(parameter.lastIndexOf(':') + 1);
    if (expected === 'any' || typeName(value) === expected) return [];
    if (value === null && index >= required) return [];
    const place = `Position ${index + 1} (${namesOf(parameter)[0]})`;
    return [`    "${place}": "${typeMessage(value, expected)}"`];
  });
  if (wrong.length === 0) return;
  throw new RpcError(RpcCode.TYPE, `Wrong type passed:\n{\n${wrong.join(',\n')}\n}`);
}

function positional(method: RpcMethod, params: JsonValue): readonly JsonValue[] {
  if (params === null) return [];
  if (isList(params)) return params;
  if (!isObject(params)) throw new RpcError(RpcCode.INVALID_REQUEST, 'Params must be an array or object');
  // bitcoin-cli -named gives the unnamed ones as `args`.
  const { args, ...named } = params;
  const values: JsonValue[] = args !== undefined && isList(args) ? [...args] : [];
  for (const [name, value] of Object.entries(named)) {
    const position = method.parameters.findIndex((parameter) => namesOf(parameter).includes(name));
    if (position < 0) throw new RpcError(RpcCode.INVALID_PARAMETER, `Unknown named parameter ${name}`);
    if (values[position] !== undefined) {
      throw new RpcError(
        RpcCode.INVALID_PARAMETER,
        `Parameter ${name} specified twice both as positional and named argument`,
      );
    }
    values[position] = value;
  }
  return Array.from(values, (value) => value ?? null);
}
