export { type NodeConfig, policyOf } from './config/config.ts';
export { nodeFolders } from './config/folders.ts';
export { loadConfig } from './config/load.ts';
export { networkNamed } from './config/networks.ts';
export { ControlClient } from './control/client.ts';
export { runRecovery, runTower } from './daemon/alone.ts';
export { examineNode } from './daemon/doctor.ts';
export type { Finding } from './daemon/finding.ts';
export { makeNode, type NewNode, newMnemonic, refuseSecondWallet } from './daemon/init.ts';
export { peerOfWords } from './daemon/peer-of-words.ts';
export { runDaemon } from './daemon/run.ts';
export type { ChannelRecord } from './engine/channel-record.ts';
export { type Collection, collectPayouts } from './engine/collect.ts';
export { completeDuty } from './engine/complete-duty.ts';
export type { EnginePorts } from './engine/engine-ports.ts';
export { EngineError, type EngineErrorCode } from './engine/errors.ts';
export type { DutyNotice } from './engine/publisher.ts';
export type { NodePolicy } from './engine/tasks/context.ts';
export { encodeJob } from './jobs/job-parcel.ts';
export { type ParcelFacts, readParcel, writeParcel } from './jobs/parcel-file.ts';
export { affordable } from './jobs/partner-prices.ts';
export { planJob } from './jobs/plan.ts';
export { decodeResults, MAX_RESULTS_BYTES } from './jobs/results-parcel.ts';
export { runJob } from './jobs/run.ts';
export type {
  BatchReport,
  CeremonyFile,
  ChunkResult,
  Detection,
  JobPlan,
  JobProgress,
  JobReport,
  JobSpecification,
  JobStage,
  RunOptions,
  SettledTransaction,
} from './jobs/specification.ts';
export { passphraseBytes, passphraseFault, readPassphraseFile } from './keystore/passphrase.ts';
export { readSecretFile } from './keystore/secret-file.ts';
export { Faucet, type FirstCoin } from './local/faucet.ts';
export { LocalNetwork, type LocalNetworkOptions } from './local/network.ts';
export type { LocalParty } from './local/party.ts';
export type { Chain, SubmitOutcome } from './ports/chain.ts';
export type { Executor } from './ports/executor.ts';
export type { PeerId, Transport } from './ports/transport.ts';
export { type BatchOrder, openBatchChannel } from './roles/client.ts';
export { DEVELOPMENT_POLICY } from './roles/policy.ts';
export { errorFields } from './telemetry/fields.ts';
export { createLog } from './telemetry/log.ts';
