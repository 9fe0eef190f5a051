import { encodeParameters, toHex } from '@prometheus-compute/protocol';
import type { Command } from 'commander';
import type { ExitCode } from '../errors/exit-codes.ts';
import { loadJob } from '../job/load.ts';
import { answeredText } from '../output/json.ts';
import { calling } from './calling.ts';
import { confirmSpending, type SpendOptions } from './confirm.ts';
import { guarded } from './guard.ts';
import { type PlaceOptions, placeConfig, withPlace } from './place.ts';

interface PublishOptions extends PlaceOptions, SpendOptions {}

/** `prometh parameters publish`: puts the P of a job file on the chain, for everybody who then takes part under it (T §On-chain announcements). */
export function addParametersCommands(program: Command, setExit: (code: ExitCode) => void): void {
  const parameters = program
    .command('parameters')
    .description('the rules P that Clients, partners and arbiters agree on by their txid');
  withPlace(parameters.command('publish <job>'))
    .description('announce the P of a job file on the chain, from the wallet of a running node')
    .addHelpText('before', 'Example: prometh parameters publish job.yaml --network signet\n')
    .option('--yes', 'pay its fee without a question')
    .option('--no-input', 'never ask anything')
    .action(async (job: string, options: PublishOptions) =>
      setExit(await guarded(options, () => publishCommand(job, options))),
    );
}

/** @throws CliError for whatever is wrong with the file; RuleError P1..P12, ControlError */
async function publishCommand(file: string, options: PublishOptions): Promise<void> {
  const { parameters } = loadJob(file).specification;
  const config = await placeConfig(options);
  await confirmSpending(
    'Announcing P costs the fee of one small transaction, and stays on the chain for ever. Publish it?',
    'Nothing was published.',
    options,
  );
  const hex = toHex(encodeParameters(parameters));
  const paid = await calling(config, (caller) => caller.call('parameters.publish', { parameters: hex }));
  const { txid, fee_sat } = paid as { readonly txid: string; readonly fee_sat: string };
  process.stdout.write(
    options.json ? answeredText({ format: 'prometheus/parameters/1', txid, fee_sat }) : `${txid}\n`,
  );
  process.stderr.write('T_P counts once it is in a block. Arbiters name it as arbiter.parameters_txid.\n');
}
