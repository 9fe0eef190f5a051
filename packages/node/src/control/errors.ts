import { CodedError } from '@prometheus-compute/protocol';

/**
 * `socket-unusable`: the socket cannot be made, or its path is too long. `node-unreachable`: no daemon answers there.
 * `answer-malformed`: what answers there does not speak this protocol. `call-refused`: the daemon answered with an error, whose own code
 * is in the evidence.
 */
export type ControlErrorCode = 'socket-unusable' | 'node-unreachable' | 'answer-malformed' | 'call-refused';

export class ControlError extends CodedError<ControlErrorCode> {}
