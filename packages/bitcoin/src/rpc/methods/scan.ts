import { equalBytes, toHex } from '@prometheus-compute/protocol';
import { withChecksum } from '../../wallet/descriptor.ts';
import { type Arguments, expectString, isObject } from '../arguments.ts';
import { RpcCode, RpcError } from '../errors.ts';
import { type Answer, type AnswerObject, amount } from '../json.ts';
import type { MethodContext, RpcMethod } from '../method.ts';
import { outputScriptAnswer } from '../render/output-script.ts';
import { scriptOfDescriptor } from './descriptors.ts';

/** Scan of the unspent outputs. */
export const SCAN_METHODS: readonly RpcMethod[] = [
  {
    name: 'scantxoutset',
    parameters: ['action:string', 'scanobjects:array'],
    required: 1,
    run: (args, context) => {
      const action = args.text(0);
      switch (action) {
        case 'start':
          return scan(args, context);
        case 'status':
          return null;
        case 'abort':
          return false;
        default:
          throw new RpcError(RpcCode.INVALID_PARAMETER, `Invalid action '${action}'`);
      }
    },
  },
];

function scan(args: Arguments, { chain, network }: MethodContext): Answer {
  if (args.count < 2) {
    throw new RpcError(RpcCode.MISC, 'scanobjects argument is required for the start action');
  }
  const scripts = args.list(1).map((item) => {
    if (typeof item !== 'string' && !isObject(item)) {
      const message = 'Scan object needs to be either a string or an object';
      throw new RpcError(RpcCode.INVALID_PARAMETER, message);
    }
    const descriptor = expectString(isObject(item) ? (item.desc ?? null) : item);
    const script = scriptOfDescriptor(descriptor, network);
    if (script === undefined) {
      const message = `'${descriptor}' is not a descriptor addr() or raw() with a valid checksum or none`;
      throw new RpcError(RpcCode.INVALID_ADDRESS_OR_KEY, message);
    }
    return script;
  });
  const tip = chain.tip();
  const unspents: AnswerObject[] = [];
  let total = 0n;
  for (const [key, coin] of [...chain.coins.entries()].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!scripts.some((script) => equalBytes(script, coin.script))) continue;
    total += coin.amount;
    const separator = key.indexOf(':');
    unspents.push({
      txid: key.slice(0, separator),
      vout: Number(key.slice(separator + 1)),
      scriptPubKey: toHex(coin.script),
      desc: outputScriptAnswer(coin.script, network).desc ?? withChecksum(`raw(${toHex(coin.script)})`),
      amount: amount(coin.amount),
      coinbase: coin.coinbase,
      height: coin.height,
      blockhash: chain.blockAt(coin.height)!.block.hash,
      confirmations: tip.height - coin.height + 1,
    });
  }
  return {
    success: true,
    txouts: chain.coins.size,
    height: tip.height,
    bestblock: tip.block.hash,
    unspents,
    total_amount: amount(total),
  };
}
