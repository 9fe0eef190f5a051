import { CodedError } from '@prometheus-compute/protocol';

/**
 * `child-ended`: a process of the demo's network has ended by itself. `job-failed`: its job came to nothing. `no-port`: a node has
 * nowhere to listen.
 */
export type DemoErrorCode = 'child-ended' | 'job-failed' | 'no-port';

/** The demo's network of processes does not work. */
export class DemoError extends CodedError<DemoErrorCode> {}
