import { MAX_ENVELOPE_BYTES } from '@prometheus-compute/protocol';

const MEBIBYTE = 1_048_576;

/** What a node spends on its peers. Each bound keeps one peer, or all of them together, from wearing it out. */
export interface NetLimits {
  /** Envelopes that one peer may send per second, on average and at once. What comes faster waits. */
  readonly envelopesPerSecond: number;
  readonly envelopesAtOnce: number;
  /** Bytes of envelopes that one peer may send per second, on average and at once. What comes faster waits. */
  readonly bytesPerSecond: number;
  readonly bytesAtOnce: number;
  /** Envelopes that one peer may be sending at the same time; more of them are refused, and held against it. */
  readonly streamsPerPeer: number;
  /** Envelopes that are on their way to one peer at the same time; the others wait. */
  readonly sendsPerPeer: number;
  /**
   * Bytes that wait to be sent to one peer, and to all peers together; what is more counts as not sent. The last quarter is for peers for which
   * nothing waits yet.
   */
  readonly waitingBytesPerPeer: number;
  readonly waitingBytes: number;
  /** Bytes of envelopes that are being received or handled at the same time: of one peer, of all strangers, of all partners. */
  readonly receivingBytesPerPeer: number;
  readonly receivingBytesStrangers: number;
  readonly receivingBytesPartners: number;
  /** Envelopes of all strangers together that are handled at the same time: blocks and contracts wait for no more of them. */
  readonly handledOfStrangers: number;
  /** Open connections, and new ones per second from one host. */
  readonly connections: number;
  readonly connectionsPerSecond: number;
  /** Peers that were found are connected while there are fewer than these. */
  readonly wantedPeers: number;
  /** Milliseconds that a connection may take to be made. */
  readonly dialTimeout: number;
  /** Milliseconds that a frame may take whatever its length, and bytes that have to come in every second beyond that. */
  readonly frameTimeout: number;
  readonly slowestBytesPerSecond: number;
  /** Milliseconds that a peer may take to answer whether it has taken an envelope. */
  readonly answerTimeout: number;
  /** Milliseconds until a peer that could not be reached is dialled again: at first, doubled every time, at most. */
  readonly firstRetry: number;
  readonly lastRetry: number;
  /** Milliseconds after which an announcement that came too early for this node's chain is looked at again. */
  readonly secondLook: number;
  /** Milliseconds of a first ban; every further one of the same peer takes twice as long, at most a day. */
  readonly ban: number;
}

/** Enough for a node with some hundred open channels on a machine with 1 GiB. */
export const DEFAULT_NET_LIMITS: NetLimits = {
  envelopesPerSecond: 200,
  envelopesAtOnce: 2_000,
  bytesPerSecond: 16 * MEBIBYTE,
  bytesAtOnce: 64 * MEBIBYTE,
  streamsPerPeer: 32,
  sendsPerPeer: 8,
  waitingBytesPerPeer: 32 * MEBIBYTE,
  waitingBytes: 128 * MEBIBYTE,
  receivingBytesPerPeer: MAX_ENVELOPE_BYTES + 4 * MEBIBYTE,
  receivingBytesStrangers: 32 * MEBIBYTE,
  receivingBytesPartners: 64 * MEBIBYTE,
  handledOfStrangers: 64,
  connections: 200,
  connectionsPerSecond: 20,
  wantedPeers: 32,
  dialTimeout: 10_000,
  frameTimeout: 10_000,
  slowestBytesPerSecond: 32_768,
  answerTimeout: 60_000,
  firstRetry: 250,
  lastRetry: 60_000,
  secondLook: 2_000,
  ban: 600_000,
};
