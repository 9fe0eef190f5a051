import { CliError } from '../errors/cli-error.ts';
import { jsonText } from '../output/json.ts';
import { scenarioJson, scenarioListJson } from '../output/scenario-json.ts';
import { scenarioListText, scenarioText } from '../output/scenario-text.ts';
import { terminalColumns } from '../output/terminal.ts';
import { WIDEST_PROSE } from '../output/wrap.ts';
import { interruptible } from './interruption.ts';

/** Options of `prometh simulate`, as commander gives them. */
export interface SimulateOptions {
  readonly list?: boolean;
  /** Any text: the same gives the same story. */
  readonly seed: string;
  /** Path of the bitcoind to play on. */
  readonly bitcoind?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Seed of a run that names none. */
export const DEFAULT_SEED = 'prometheus';

/**
 * `prometh simulate`: plays a scenario on a chain of its own, embedded or a bitcoind's, and tells what happened, or lists the scenarios.
 *
 * @throws CliError `scenario-unknown`, `interrupted`; what the scenario cannot be played to its end for
 */
export async function simulateCommand(name: string | undefined, options: SimulateOptions): Promise<void> {
  const simulation = await import('@prometheus-compute/simulation');
  const columns = Math.min(WIDEST_PROSE, terminalColumns(process.stdout));
  if (options.list) {
    const { SCENARIOS } = simulation;
    process.stdout.write(
      options.json ? jsonText(scenarioListJson(SCENARIOS)) : `${scenarioListText(SCENARIOS, columns)}\n`,
    );
    return;
  }
  if (name === undefined) {
    throw new CliError('scenario-unknown', 'no scenario is named', {
      remedy:
        'Name one, e.g. `prometh simulate lying-verifier`; `prometh simulate --list` shows all of them.',
    });
  }
  const scenario = known(simulation.findScenario, name);
  const interruption = interruptible({
    onInterrupt: () => process.stderr.write('Interrupted: stopping in good order …\n'),
  });
  try {
    const { bitcoind } = options;
    const on =
      bitcoind === undefined
        ? 'a chain of its own, some 200 blocks: a few seconds'
        : 'a bitcoind of its own, some 200 blocks: half a minute';
    process.stderr.write(`Playing ${scenario.name} on ${on} …\n`);
    const report = await simulation.runScenario(scenario, {
      seed: options.seed,
      signal: interruption.signal,
      ...(bitcoind === undefined ? {} : { startChain: () => simulation.startBitcoindChain(bitcoind) }),
    });
    process.stdout.write(
      options.json ? jsonText(scenarioJson(report)) : `${scenarioText(report, columns)}\n`,
    );
  } catch (cause) {
    if (!interruption.signal.aborted) throw cause;
    throw new CliError('interrupted', 'The scenario was interrupted.', { cause });
  } finally {
    interruption.release();
  }
}

/** What a name that nobody knows is: wrong use, with the suggestion of whoever looked for it. */
function known<Found>(find: (name: string) => Found, name: string): Found {
  try {
    return find(name);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const remedy = cause instanceof Error && 'remedy' in cause ? String(cause.remedy) : undefined;
    throw new CliError('scenario-unknown', message, { cause, ...(remedy === undefined ? {} : { remedy }) });
  }
}
