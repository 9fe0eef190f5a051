import { CodedError } from '@prometheus-compute/protocol';

/** Codes of {@link CliError}: everything that is wrong with what the user gave. */
export type CliErrorCode =
  | 'file-missing'
  | 'file-unreadable'
  | 'file-too-large'
  | 'yaml-malformed'
  | 'field-wrong'
  | 'field-unknown'
  | 'input-wrong'
  | 'labels-wrong'
  | 'ceremony-malformed'
  | 'output-exists'
  | 'output-unwritable'
  | 'data-folder-unwritable'
  | 'port-unusable'
  | 'chain-unreachable'
  | 'scenario-unknown'
  | 'passphrase-needed'
  | 'not-confirmed'
  | 'interrupted';

/** A command cannot be carried out as it was given. Never shown with a stack trace. */
export class CliError extends CodedError<CliErrorCode> {}
