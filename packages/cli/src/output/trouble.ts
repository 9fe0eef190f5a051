import type { CodedError } from '@prometheus-compute/protocol';
import { plainText } from './terminal.ts';

/** Says what is wrong with the Bitcoin node of a command that goes on and waits until it is well again. */
export function tellTrouble({ message, remedy }: CodedError<string>): void {
  const text = `${message.replace(/[.\s]*$/, '.')} ${remedy ?? 'It is asked again until it answers.'}`;
  process.stderr.write(`${plainText(text)}\n`);
}
