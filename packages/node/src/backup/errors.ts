import { CodedError } from '@prometheus-compute/protocol';

/**
 * `backup-unreadable`: there is no such file, or its disk gives an error; `backup-foreign`: it belongs to another database, and is not replaced; `backup-malformed`: no backup that this version reads; `backup-locked`: of another seed, or damaged; `backup-too-large`: more than
 * a backup may have.
 */
export type BackupErrorCode =
  | 'backup-unreadable'
  | 'backup-foreign'
  | 'backup-malformed'
  | 'backup-locked'
  | 'backup-too-large';

export class BackupError extends CodedError<BackupErrorCode> {}
