import type { JobStage } from '../engine.ts';

/** The stages of a batch in their order. */
export const STAGES: readonly JobStage[] = [
  'chain',
  'funding',
  'terms',
  'ceremony',
  'signatures',
  'commitment',
  'computing',
  'delivery',
  'verification',
  'release',
  'payment',
  'decrypting',
];

/** How far a batch is, in stages: the stages behind it, and the part of the present one. */
export function stagesDone(stage: JobStage, done: number | undefined, total: number | undefined): number {
  const part = done === undefined || total === undefined || total <= 0 ? 0 : Math.min(1, done / total);
  return STAGES.indexOf(stage) + part;
}
