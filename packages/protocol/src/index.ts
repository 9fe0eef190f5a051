export {
  ACCEPTANCE_BLOCKS,
  type AcceptanceContext,
  pledgedTwice,
  verifyAcceptance,
} from './ceremony/acceptance.ts';
export type { AcceptanceFaultCode, CeremonyCause, CeremonyFault, Culprit } from './ceremony/fault.ts';
export { eligible, type Offer, offerOf, type SeenStake, type Snapshot } from './ceremony/offer.ts';
export { oracleSeed, rank, rankOffers } from './ceremony/ranking.ts';
export {
  type CeremonyReplay,
  type CeremonyStep,
  type CeremonyStepName,
  SEED_ORDER,
  verifyTranscript,
} from './ceremony/replay.ts';
export {
  arbitersOf,
  type Selection,
  type SelectionInput,
  type ShownList,
  type ShownLists,
  selectArbiters,
  type Union,
  union,
} from './ceremony/selection.ts';
export type { RankedStake } from './ceremony/standing.ts';
export type { CeremonyTranscript } from './ceremony/transcript.ts';
export { decodeTranscript, encodeTranscript, MAX_TRANSCRIPT_BYTES } from './ceremony/transcript-codec.ts';
export { graphOf } from './channel/agreement.ts';
export { type AnsweredSeeds, answeredSeeds } from './channel/answered-seeds.ts';
export { type HeldRelease, heldReleases, isSettledForGood } from './channel/closing/clean-end.ts';
export { releasesOf } from './channel/closing/release-transaction.ts';
export type { ChannelContext } from './channel/context.ts';
export { duties } from './channel/duties/duties.ts';
export type { Duty } from './channel/duties/duty.ts';
export * from './channel/event.ts';
export * from './channel/fault.ts';
export * from './channel/operation/record.ts';
export { type OwnOutput, ownPayouts, timelyOutputs } from './channel/own-outputs.ts';
export type { PostedKind, PostedMessage, SealedMessage } from './channel/post/record.ts';
export type { Recipient } from './channel/recipient.ts';
export { pledge } from './channel/setup/arbiter.ts';
export { inputSlotsOf, toInputWitness } from './channel/setup/input-witness.ts';
export { SNAPSHOT_KNOWN } from './channel/setup/refused.ts';
export { joinChannel, openChannel } from './channel/setup/terms.ts';
export * from './channel/state.ts';
export { moved, type Outgoing, type Step } from './channel/step.ts';
export type { SeedSubstitutes, Task } from './channel/task.ts';
export { transition } from './channel/transition.ts';
export * from './contract/announcements.ts';
export * from './contract/clock.ts';
export * from './contract/content-limits.ts';
export * from './contract/contract.ts';
export * from './contract/contract-codec.ts';
export * from './contract/contract-rules.ts';
export { owed } from './contract/funding-rules.ts';
export * from './contract/net-changes.ts';
export * from './contract/outpoint.ts';
export * from './contract/parameter-rules.ts';
export * from './contract/parameters.ts';
export * from './contract/party.ts';
export * from './contract/payouts.ts';
export * from './contract/rule-error.ts';
export * from './contract/seed.ts';
export * from './contract/settlement-size.ts';
export * from './contract/settlements.ts';
export * from './contract/vote.ts';
export {
  AdaptorError,
  type AdaptorErrorCode,
  type AdaptorSignature,
  adaptorComplete,
  adaptorExtract,
  adaptorSign,
  adaptorVerify,
} from './primitives/adaptor.ts';
export * from './primitives/brands.ts';
export * from './primitives/bytes.ts';
export * from './primitives/cbor.ts';
export * from './primitives/errors.ts';
export * from './primitives/keys.ts';
export * from './primitives/point-lock.ts';
export * from './primitives/schnorr.ts';
export * from './primitives/tagged-hash.ts';
export * from './transactions/build-graph.ts';
export * from './transactions/complete.ts';
export * from './transactions/graph.ts';
export * from './transactions/graph-id.ts';
export * from './transactions/guarantee.ts';
export { keyAfter, P2A_SCRIPT } from './transactions/script.ts';
export * from './transactions/sighash.ts';
export * from './transactions/signing.ts';
export * from './transactions/spends.ts';
export * from './transactions/stakes.ts';
export { bip86Script } from './transactions/taproot.ts';
export * from './transactions/terms.ts';
export * from './transactions/verify.ts';
export { isGenuine } from './wire/announced.ts';
export type {
  Acceptance,
  GraphSignature,
} from './wire/ceremony.ts';
export {
  ENVELOPE_HEAD_BYTES,
  type Envelope,
  EnvelopeError,
  type EnvelopeErrorCode,
  encodeEnvelope,
  kindOfEnvelope,
  openBody,
  openEnvelope,
  readEnvelope,
  sealedHash,
  sealMessage,
  signedHash,
} from './wire/envelope.ts';
export type { StakeProof } from './wire/fields.ts';
export * from './wire/hashes.ts';
export { envelopeLimit, MAX_ENVELOPE_BYTES, MESSAGE_LIMITS, type MessageKind } from './wire/limits.ts';
export {
  type ChannelMessage,
  decodeMessage,
  encodeMessage,
  type Message,
  type MessageOf,
} from './wire/messages.ts';
export type { OpenedChunk } from './wire/operation.ts';
export { MAX_BLOB_BYTES } from './wire/setup.ts';
