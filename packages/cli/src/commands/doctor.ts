import { CodedError } from '@prometheus-compute/protocol';
import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../errors/exit-codes.ts';
import { type Finding, loadNode, type NodeConfig } from '../node-package.ts';
import { jsonText } from '../output/json.ts';
import { plainText } from '../output/terminal.ts';
import { guarded } from './guard.ts';
import { networkName, type PlaceOptions, placeConfig, withPlace } from './place.ts';

/** `prometh doctor`. */
export function addDoctorCommand(program: Command, setExit: (code: ExitCode) => void): void {
  withPlace(program.command('doctor'))
    .description('look whether a node has what it needs; asks for no passphrase and changes nothing')
    .addHelpText('before', 'Example: prometh doctor --network signet\n')
    .action(async (options: PlaceOptions) => {
      let healthy = true;
      const outcome = await guarded(options, async () => {
        healthy = await doctorCommand(options);
      });
      setExit(outcome === EXIT.done && !healthy ? EXIT.failed : outcome);
    });
}

/** @returns whether nothing is bad */
async function doctorCommand(options: PlaceOptions): Promise<boolean> {
  const { examineNode } = await loadNode();
  // A setting that is wrong is a finding as well.
  const config = await placeConfig(options).catch((error: unknown): NodeConfig | CodedError<string> => {
    if (error instanceof CodedError) return error as CodedError<string>;
    throw error;
  });
  const findings = await examineNode(config);
  const healthy = findings.every(({ state }) => state !== 'bad');
  process.stdout.write(
    options.json
      ? jsonText({
          format: 'prometheus/doctor/1',
          network: networkName(options),
          healthy,
          findings: findings.map((finding) => ({ ...finding })),
        })
      : findings.map(line).join(''),
  );
  return healthy;
}

const MARKS = { good: 'good   ', warning: 'warning', bad: 'BAD    ' } as const;

function line({ check, state, found, remedy }: Finding): string {
  // The Bitcoin node has chosen some of the words.
  return `${MARKS[state]}  ${plainText(`${check}: ${found}${remedy === null ? '' : `. ${remedy}`}`)}\n`;
}
