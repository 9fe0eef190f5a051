import type { planJob, RunOptions, runJob } from '@prometheus-compute/node';

export type {
  BatchReport,
  CeremonyFile,
  JobPlan,
  JobProgress,
  JobReport,
  JobSpecification,
  JobStage,
  SettledTransaction,
} from '@prometheus-compute/node';

/** Of a job that runs. */
export type EngineOptions = RunOptions;

/** What a command uses of the engine. */
export interface Engine {
  readonly planJob: typeof planJob;
  readonly runJob: typeof runJob;
}

/** Loads the engine: lazily, so that `--help` and a wrong job file do not wait for it. */
export async function loadEngine(): Promise<Engine> {
  return await import('@prometheus-compute/node');
}
