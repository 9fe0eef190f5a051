export { EngineError, type EngineErrorCode } from './engine/errors.ts';
export { planJob } from './jobs/plan.ts';
export { runJob } from './jobs/run.ts';
export type {
  BatchReport,
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
export { LocalNetwork, type LocalNetworkOptions } from './local/network.ts';
export type { LocalParty } from './local/party.ts';
export { type BatchOrder, openBatchChannel } from './roles/client.ts';
export { DEVELOPMENT_POLICY } from './roles/policy.ts';
