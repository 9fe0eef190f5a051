import { hkdfSync } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import {
  CodedError,
  concatBytes,
  equalBytes,
  fromLittleEndian,
  littleEndian,
  utf8,
} from '@prometheus-compute/protocol';
import { type ChannelRecord, decodeRecord, encodeRecord } from '../engine/channel-record.ts';
import { decodeSnapshot, encodeSnapshot } from '../snapshot/snapshot.ts';
import { BackupError } from './errors.ts';

/** Name and version of the format: other versions have another last byte. */
const MAGIC = utf8('PROMBAK1');
const LINEAGE_BYTES = 16;
const NUMBER_BYTES = 8;
/** XChaCha20: long enough to be drawn at random. */
const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const HEADER_BYTES = MAGIC.length + LINEAGE_BYTES + NUMBER_BYTES + NONCE_BYTES;
/** A contract with five arbiters takes some 100 KiB until it is final. */
export const MAX_BACKUP_BYTES = 256 * 1_048_576;
const MAX_CHANNELS = 100_000;

/** What a node has to have beside its words to get its money out of contracts by itself. */
export interface Backup {
  /** Which database it was made from, and how many changes that had seen. */
  readonly lineage: Uint8Array;
  readonly number: number;
  /** Tip at which it was made. */
  readonly height: number;
  /** Contracts with their graphs' inputs, everybody's signatures, and the names of the own keys. No key is in it. */
  readonly channels: readonly ChannelRecord[];
}

/** Key of a node's backups. @param master - 32 secret bytes, from the wallet's seed */
export function backupKey(master: Uint8Array): Uint8Array {
  return new Uint8Array(
    hkdfSync('sha256', master, new Uint8Array(0), utf8('prometheus/v1/channel-backup'), 32),
  );
}

/**
 * A backup as its file has it: magic (8), lineage (16), number (u64 little-endian), nonce (24), and the contents under
 * XChaCha20-Poly1305 with all of that authenticated.
 *
 * @param nonce - 24 fresh random bytes
 * @throws BackupError `backup-too-large`
 */
export function sealBackup(backup: Backup, key: Uint8Array, nonce: Uint8Array): Uint8Array {
  const { lineage, number, height, channels } = backup;
  const header = concatBytes(MAGIC, lineage, littleEndian(BigInt(number), NUMBER_BYTES), nonce);
  const contents = encodeSnapshot({ height, channels: channels.map(encodeRecord) });
  if (HEADER_BYTES + contents.length + TAG_BYTES > MAX_BACKUP_BYTES || channels.length > MAX_CHANNELS) {
    throw new BackupError('backup-too-large', `a backup of ${channels.length} contracts is too large`, {
      remedy: 'Collect what finished contracts have paid, and forget them.',
    });
  }
  return concatBytes(header, xchacha20poly1305(key, nonce, header).encrypt(contents));
}

/**
 * Opens a backup. Nothing of it is looked at before its tag is right.
 *
 * @throws BackupError `backup-malformed`, `backup-locked`
 */
export function openBackup(bytes: Uint8Array, key: Uint8Array): Backup {
  if (bytes.length < MAGIC.length || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC))
    throw malformed('it does not begin like a backup of version 1');
  if (bytes.length < HEADER_BYTES + TAG_BYTES || bytes.length > MAX_BACKUP_BYTES)
    throw malformed(`it has ${bytes.length} bytes`);
  const header = bytes.slice(0, HEADER_BYTES);
  const contents = opened(bytes.subarray(HEADER_BYTES), key, header);
  const lineageAt = MAGIC.length;
  const numberAt = lineageAt + LINEAGE_BYTES;
  try {
    const { height, channels, ...rest } = decodeSnapshot(contents) as Readonly<Record<string, unknown>>;
    if (typeof height !== 'number' || !Array.isArray(channels) || Object.keys(rest).length > 0)
      throw malformed('its contents are of another form');
    return {
      lineage: header.slice(lineageAt, numberAt),
      number: Number(fromLittleEndian(header.subarray(numberAt, numberAt + NUMBER_BYTES))),
      height,
      channels: channels.map((each) => decodeRecord(each as Uint8Array)),
    };
  } catch (cause) {
    if (cause instanceof BackupError || !(cause instanceof CodedError)) throw cause;
    throw malformed(cause.message);
  }
}

function opened(sealed: Uint8Array, key: Uint8Array, header: Uint8Array): Uint8Array {
  const nonce = header.subarray(HEADER_BYTES - NONCE_BYTES);
  try {
    return xchacha20poly1305(key, nonce, header).decrypt(sealed);
  } catch (cause) {
    throw new BackupError('backup-locked', 'the backup does not open: it is of another wallet, or damaged', {
      cause,
      remedy: 'Check that words and backup belong together, and try another copy of the backup.',
    });
  }
}

function malformed(reason: string): BackupError {
  return new BackupError('backup-malformed', `this is no backup that this version reads: ${reason}`, {
    remedy: 'Try another copy of it.',
  });
}
