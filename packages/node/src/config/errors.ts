import { CodedError } from '@prometheus-compute/protocol';

/**
 * `config-unreadable`: the file cannot be read, or is too long. `config-malformed`: it is no TOML. `setting-unknown`: nothing has this
 * name. `setting-wrong`: a value that is not allowed. `network-unknown`: none of the five. `network-other`: the file is another
 * network's. `mainnet-not-allowed`: real coins need two opt-ins. `config-exists`: a file is there and is not overwritten.
 */
export type ConfigErrorCode =
  | 'config-unreadable'
  | 'config-malformed'
  | 'config-exists'
  | 'setting-unknown'
  | 'setting-wrong'
  | 'network-unknown'
  | 'network-other'
  | 'mainnet-not-allowed';

/** What is wrong with how a node is configured. */
export class ConfigError extends CodedError<ConfigErrorCode> {}
