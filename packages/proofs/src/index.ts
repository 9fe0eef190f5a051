export { checkOpening, type Verdict } from './batch/check.ts';
export {
  type ChunkResult,
  chunkResult,
  commitBatch,
  type DeliveredChunk,
  type Delivery,
  deliveryLeaves,
} from './batch/commit.ts';
export { type DecryptedChunk, decryptBatch } from './batch/decrypt.ts';
export { checkDelivery, type DeliveryCheck } from './batch/delivery.ts';
export { judgeClaim } from './batch/judge.ts';
export { type ChunkExhibit, chunksToOpen, exhibitChunk, type Opening, openBatch } from './batch/open.ts';
export type { ChunkClaim, ChunkFault } from './batch/opened-chunk.ts';
export type { BatchTerms, ChallengeSeeds, RunChunk } from './batch/terms.ts';
export { challengeHash } from './challenge/challenge.ts';
export { detectionProbability } from './challenge/detection.ts';
export { sampleChunks } from './challenge/sample.ts';
export { type ContentName, contentHash, inputHash } from './commitment/content-hash.ts';
export {
  type ContentPart,
  contentParts,
  contentStates,
  contentStatesBytes,
  isContentPart,
  type NamedContent,
} from './commitment/content-states.ts';
export { inputTree, verifyInput } from './commitment/inputs.ts';
export {
  type MerkleTree,
  merklePath,
  merkleRoot,
  merkleTree,
  verifyMerklePath,
} from './commitment/merkle.ts';
export { programHash } from './commitment/program-hash.ts';
export type { Entropy } from './entropy.ts';
export type { ProofError, ProofErrorCode } from './errors.ts';
export { projectApart } from './scheme/apart.ts';
export { type FreivaldsCheck, verifiedOutcome } from './scheme/freivalds.ts';
export { projectionKernels } from './scheme/kernel-projections.ts';
export { type ProjectChunk, projectHere } from './scheme/projected.ts';
export { type ProjectionKernels, Projector } from './scheme/projection.ts';
export { lockDigest, shownRecords, traceCommitment } from './scheme/trace.ts';
export { withheldCount } from './scheme/withheld.ts';
