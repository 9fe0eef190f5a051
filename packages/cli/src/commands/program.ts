import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import packageFile from '../../package.json' with { type: 'json' };
import { EXIT, type ExitCode } from '../errors/exit-codes.ts';
import { type CeremonyOptions, verifyCeremonyCommand } from './ceremony.ts';
import { DEMO_OUTPUT, demoCommand } from './demo.ts';
import { DEFAULT_RPC_PORT, type DevchainOptions, devchainCommand } from './devchain.ts';
import { addMineCommand } from './devchain-mine.ts';
import { addDoctorCommand } from './doctor.ts';
import { DEFAULT_OUTPUT } from './folders.ts';
import { guarded } from './guard.ts';
import { addInitCommand } from './init.ts';
import { addJobCommands } from './job.ts';
import { addModelCommands } from './model.ts';
import { addNodeCommands } from './node.ts';
import type { RunOptions } from './options.ts';
import { addParametersCommands } from './parameters.ts';
import { withParentOption } from './parent.ts';
import { addRecoverCommand } from './recover.ts';
import { runCommand } from './run.ts';
import { DEFAULT_SEED, type SimulateOptions, simulateCommand } from './simulate.ts';
import { addTowerCommands } from './tower.ts';

const DATA_DIR = "where Prometheus keeps its records (default: the user's data folder)";

/**
 * Parses the command line and runs the command.
 * @param words - without the names of Node.js and of the script
 * @returns the exit code
 */
export async function runProgram(words: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const program = new Command('prometh')
    .description('Heavy computing done by strangers, checked, and paid in bitcoin, with nobody to trust.')
    .version(packageFile.version)
    .exitOverride()
    .showHelpAfterError('(`prometh --help` shows what there is.)')
    .addHelpText('before', 'Example: prometh run examples/fashion-mnist/job.yaml\n')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 wrong use, 3 refused by a rule of the protocol, 4 not finished and safe to run again, 130 interrupted.',
    );

  withRunOptions(program.command('run <job>'), 'run a job: compute, check, pay, decrypt the result')
    .option(
      '--dry-run',
      'stop before anything is signed; show cost, every way it can end, and who sees the data',
    )
    .addHelpText('before', 'Example: prometh run job.yaml --dry-run\n')
    .action(async (path: string, options: RunOptions) => {
      exitCode = await guarded(options, () => runCommand(path, options));
    });
  withRunOptions(program.command('plan <job>'), 'the same as `run --dry-run`')
    .addHelpText('before', 'Example: prometh plan job.yaml\n')
    .action(async (path: string, options: RunOptions) => {
      exitCode = await guarded(options, () => runCommand(path, { ...options, dryRun: true }));
    });
  withRunOptions(program.command('demo'), 'run the example and explain every step', DEMO_OUTPUT)
    .addHelpText('before', 'Example: prometh demo\n')
    .option('--one-process', 'everybody in this process, instead of a process for each')
    .addOption(
      new Option('--bitcoind <path>', 'on a fresh bitcoind -regtest of this program').conflicts([
        'oneProcess',
        'engine',
      ]),
    )
    .action(async (options: RunOptions) => {
      exitCode = await guarded(options, () => demoCommand({ ...options, dryRun: false }));
    });
  const ceremony = program
    .command('ceremony')
    .description('look into the draw of the arbiters')
    .addHelpText('before', 'Example: prometh ceremony verify prometheus-results/job.ceremony-1.cbor\n');
  ceremony
    .command('verify <file>')
    .description(
      'replay a draw: every step, who was drawn and why, or what does not hold and whose fault it is',
    )
    .addHelpText('before', 'Example: prometh ceremony verify prometheus-results/job.ceremony-1.cbor\n')
    .option('--json', 'print one JSON document on standard output (docs/job-report.md)')
    .option('--verbose', 'show causes and stack traces of failures')
    .action(async (path: string, options: CeremonyOptions) => {
      let found: ExitCode = EXIT.done;
      const outcome = await guarded(options, async () => {
        found = await verifyCeremonyCommand(path, options);
      });
      exitCode = outcome === EXIT.done ? found : outcome;
    });
  const setExit = (code: ExitCode): void => {
    exitCode = code;
  };
  const devchain = program
    .command('devchain')
    .description('run a development chain that bitcoin-cli can talk to, until Ctrl-C')
    .addHelpText('before', 'Example: prometh devchain --port 18500\n')
    .option(
      '--port <number>',
      'of its JSON-RPC server, on this machine only; 0: any free one',
      portNumber,
      DEFAULT_RPC_PORT,
    )
    .option('--data-dir <folder>', DATA_DIR)
    .option('--json', 'print where it listens as one JSON document (docs/job-report.md)')
    .option('--verbose', 'show causes and stack traces of failures')
    .addOption(withParentOption())
    .action(async (options: DevchainOptions) => {
      exitCode = await guarded(options, () => devchainCommand(options));
    });
  addMineCommand(devchain, setExit);

  program
    .command('simulate [scenario]')
    .description('play a contract in which somebody cheats, and tell what everybody gets')
    .addHelpText('before', 'Example: prometh simulate lying-verifier\n')
    .option('--list', 'show every scenario with one sentence')
    .option('--seed <text>', 'of all keys, draws and delays: the same gives the same story', DEFAULT_SEED)
    .option('--bitcoind <path>', 'play it on a fresh bitcoind -regtest of this program')
    .option('--json', 'print one JSON document on standard output (docs/job-report.md)')
    .option('--verbose', 'show causes and stack traces of failures')
    .action(async (name: string | undefined, options: SimulateOptions) => {
      exitCode = await guarded(options, () => simulateCommand(name, options));
    });

  addInitCommand(program, setExit);
  addNodeCommands(program, setExit);
  addDoctorCommand(program, setExit);
  addJobCommands(program, setExit);
  addModelCommands(program, setExit);
  addRecoverCommand(program, setExit);
  addParametersCommands(program, setExit);
  addTowerCommands(program, setExit);

  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  return exitCode;
}

function withRunOptions(command: Command, description: string, output = DEFAULT_OUTPUT): Command {
  return command
    .description(description)
    .option('--json', 'print one JSON document on standard output (docs/job-report.md)')
    .option('--output <folder>', `where the result goes (default: ${output})`)
    .option('--data-dir <folder>', DATA_DIR)
    .option('--yes', 'replace the result of an earlier run without a question')
    .addOption(
      new Option('--engine <name>', 'what the Worker runs models on; it computes the same bits').choices([
        'kernels',
        'onnxruntime',
      ]),
    )
    .option('--no-input', 'never ask anything')
    .option('--verbose', 'show causes and stack traces of failures');
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  return port;
}
