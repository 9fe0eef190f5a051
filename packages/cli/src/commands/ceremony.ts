import {
  type CeremonyTranscript,
  CodedError,
  decodeTranscript,
  MAX_TRANSCRIPT_BYTES,
  verifyTranscript,
} from '@prometheus-compute/protocol';
import { CliError } from '../errors/cli-error.ts';
import { EXIT, type ExitCode } from '../errors/exit-codes.ts';
import { readUserFile } from '../job/read-file.ts';
import { ceremonyJson, ceremonyText } from '../output/ceremony.ts';
import { jsonText } from '../output/json.ts';
import { terminalColumns } from '../output/terminal.ts';

/** Options of `prometh ceremony verify`, as commander gives them. */
export interface CeremonyOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/**
 * `prometh ceremony verify`: replays a draw of arbiters from its file, step by step, and says who was drawn and why, or
 * which step does not hold and whose fault that is.
 *
 * @returns 0 when everything holds, 3 when a step does not
 * @throws CliError `file-missing`, `file-unreadable`, `file-too-large`, `ceremony-malformed`
 */
export async function verifyCeremonyCommand(path: string, options: CeremonyOptions): Promise<ExitCode> {
  const transcript = readTranscript(path);
  const { verifySchnorr } = await import('@prometheus-compute/bitcoin');
  const replay = verifyTranscript(transcript, verifySchnorr);
  const { parameters, minimumAge } = transcript;
  process.stdout.write(
    options.json
      ? jsonText(ceremonyJson(replay, parameters, minimumAge))
      : `${ceremonyText(replay, minimumAge, terminalColumns(process.stdout))}\n`,
  );
  return replay.kind === 'complete' ? EXIT.done : EXIT.refused;
}

function readTranscript(path: string): CeremonyTranscript {
  const bytes = readUserFile({ what: 'the ceremony', path, maximumBytes: MAX_TRANSCRIPT_BYTES });
  try {
    return decodeTranscript(bytes);
  } catch (cause) {
    if (!(cause instanceof CodedError)) throw cause;
    throw new CliError('ceremony-malformed', `${path} is no file of a ceremony: ${cause.message}.`, {
      remedy: 'Name a file that `prometh run` wrote as <job>.ceremony-<batch>.cbor.',
      cause,
    });
  }
}
