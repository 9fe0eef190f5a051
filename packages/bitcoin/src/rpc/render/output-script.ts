import { toHex } from '@prometheus-compute/protocol';
import { solve } from '../../script/index.ts';
import { addressOf } from '../../wallet/address.ts';
import { withChecksum } from '../../wallet/descriptor.ts';
import type { AddressNetwork } from '../../wallet/network.ts';
import type { AnswerObject } from '../json.ts';
import { scriptText } from './script.ts';

/** An output script with everything that Core tells about it. */
export function outputScriptAnswer(script: Uint8Array, network: AddressNetwork): AnswerObject {
  const solved = solve(script);
  const address = addressOf(script, network);
  return {
    asm: scriptText(script),
    desc: withChecksum(descriptorOf(script, network)),
    hex: toHex(script),
    address: solved.type === 'pubkey' ? undefined : address,
    type: solved.type,
  };
}

/** The descriptor that Core infers without knowing any key. */
function descriptorOf(script: Uint8Array, network: AddressNetwork): string {
  const solved = solve(script);
  switch (solved.type) {
    case 'pubkey':
      return `pk(${toHex(solved.key)})`;
    case 'multisig':
      return `multi(${solved.required},${solved.keys.map(toHex).join(',')})`;
    case 'witness_v1_taproot':
      return `rawtr(${toHex(solved.program)})`;
    default: {
      const address = addressOf(script, network);
      return address === undefined ? `raw(${toHex(script)})` : `addr(${address})`;
    }
  }
}
