import { describeFailure, failureDetails, failureText } from '../errors/describe.ts';
import { EXIT, type ExitCode } from '../errors/exit-codes.ts';
import { failureJson, jsonText } from '../output/json.ts';

/** Runs a command; turns whatever it throws into a paragraph (and, with `--json`, a document) and an exit code. */
export async function guarded(
  options: { readonly json?: boolean; readonly verbose?: boolean },
  command: () => Promise<void>,
): Promise<ExitCode> {
  try {
    await command();
    return EXIT.done;
  } catch (error) {
    const failure = describeFailure(error);
    process.stderr.write(`${failureText(failure)}\n`);
    if (options.verbose) process.stderr.write(`\n${failureDetails(error)}\n`);
    if (options.json) process.stdout.write(jsonText(failureJson(failure)));
    return failure.exitCode;
  }
}
