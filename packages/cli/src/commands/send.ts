import { type Command, InvalidArgumentError } from 'commander';
import { answeredText } from '../output/json.ts';
import { grouped } from '../output/satoshis.ts';
import { calling } from './calling.ts';
import { confirmSpending, type SpendOptions } from './confirm.ts';
import { networkName, type PlaceOptions, placeConfig } from './place.ts';

export interface SendOptions extends PlaceOptions, SpendOptions {}

/** Satoshis, or everything that is free. */
export function satoshisOrAll(text: string): string {
  if (text === 'all' || /^[1-9][0-9]{0,15}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a number of satoshis, or `all`.');
}

/** `prometh node send` and its options. */
export function withSpending(command: Command): Command {
  return command.option('--yes', 'pay without a question').option('--no-input', 'never ask anything');
}

/** Pays from the coins of a running node that no contract, fee reserve or stake needs. @throws CliError `not-confirmed`, ControlError */
export async function sendCommand(address: string, amount: string, options: SendOptions): Promise<void> {
  const config = await placeConfig(options);
  const what =
    amount === 'all' ? 'everything that is free, less the fee,' : `${grouped(BigInt(amount))} satoshis`;
  await confirmSpending(
    `Send ${what} to ${address} on ${networkName(options)}?`,
    'Nothing was sent.',
    options,
  );
  const paid = await calling(config, (caller) => caller.call('wallet.send', { address, amount_sat: amount }));
  const { txid, amount_sat, fee_sat } = paid as Record<'txid' | 'amount_sat' | 'fee_sat', string>;
  process.stdout.write(
    options.json
      ? answeredText({ format: 'prometheus/sent/1', txid, amount_sat, fee_sat })
      : `${txid}\n${grouped(BigInt(amount_sat))} satoshis, and ${grouped(BigInt(fee_sat))} for the miners\n`,
  );
}
