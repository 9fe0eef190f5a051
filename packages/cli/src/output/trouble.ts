import type { CodedError } from '@prometheus-compute/protocol';

/** Says what is wrong with the Bitcoin node of a command that goes on and waits until it is well again. */
export function tellTrouble({ message, remedy }: CodedError<string>): void {
  process.stderr.write(
    `${message.replace(/[.\s]*$/, '.')} ${remedy ?? 'It is asked again until it answers.'}\n`,
  );
}
