import { type AddressNetwork, scriptOfAddress } from '@prometheus-compute/bitcoin';
import {
  CodedError,
  checkParameters,
  decodeParameters,
  fromHex,
  opReturnScript,
  type Parameters,
} from '@prometheus-compute/protocol';
import { z } from 'zod';
import type { Json } from '../control/json.ts';
import { type ControlMethod, controlMethod } from '../control/methods.ts';
import { DaemonError } from './errors.ts';
import type { Paid, PaymentKeeper } from './payments.ts';

/** Bytes of T_P (T §On-chain announcements). */
const PARAMETERS_BYTES = 80;
/** Satoshis that there will ever be. */
const MAX_MONEY = 2_100_000_000_000_000n;

/** `wallet.send` and `parameters.publish`: what the operator pays from the wallet besides contracts. */
export function paymentMethods(payments: PaymentKeeper, network: AddressNetwork): readonly ControlMethod[] {
  const sending = z.strictObject({
    address: z.string().min(1).max(100),
    amount_sat: z.union([z.literal('all'), z.string().regex(/^[1-9][0-9]{0,15}$/)]),
  });
  const publishing = z.strictObject({
    parameters: z
      .string()
      .length(2 * PARAMETERS_BYTES)
      .regex(/^[0-9a-f]+$/),
  });
  return [
    controlMethod('wallet.send', sending, async ({ address, amount_sat }) => {
      const script = scriptOfAddress(address, network);
      if (amount_sat === 'all') return paidJson(await payments.payAll(script));
      const amount = BigInt(amount_sat);
      if (amount > MAX_MONEY) throw new DaemonError('amount-wrong', `${amount} satoshis do not exist`);
      return paidJson(await payments.pay([{ amount, script }]));
    }),
    controlMethod('parameters.publish', publishing, async ({ parameters }) => {
      const data = fromHex(parameters);
      checkParameters(readParameters(data));
      return paidJson(await payments.pay([{ amount: 0n, script: opReturnScript(data) }]));
    }),
  ];
}

function readParameters(data: Uint8Array): Parameters {
  const parameters = decodeParameters(data);
  if (parameters === undefined) throw new CodedError('parameters-malformed', 'these bytes are no P');
  return parameters;
}

function paidJson({ txid, amount, fee }: Paid): { readonly [name: string]: Json } {
  return { txid, amount_sat: amount.toString(), fee_sat: fee.toString() };
}
