import { CodedError } from '@prometheus-compute/protocol';

/**
 * `job-unknown`: no job of this node has the id. `job-exists`: another job has it. `job-unfinished`: it has no results yet.
 * `job-over`: it has ended, and there is nothing to cancel. `parameters-differ`: the job is about another P than the T_P that is named.
 * `parcel-unreadable`: a file between a daemon and its caller is not there, not a file, or not the one that was announced.
 * `parcel-malformed`: it holds no job, or no results.
 */
export type JobErrorCode =
  | 'job-unknown'
  | 'job-exists'
  | 'job-unfinished'
  | 'job-over'
  | 'parameters-differ'
  | 'parcel-unreadable'
  | 'parcel-malformed';

export class JobError extends CodedError<JobErrorCode> {}
