import type { ChannelRecord } from '../engine/channel-record.ts';
import type { EngineNotice } from '../engine/notice.ts';
import type { DutyNotice } from '../engine/publisher.ts';
import type { NetNotice } from '../net/notice.ts';
import type { LogEvent } from '../telemetry/events.ts';
import { errorFields, type LogFields } from '../telemetry/fields.ts';
import type { Log, LogLevel } from '../telemetry/log.ts';

/** A line of the log. */
type Line = readonly [level: LogLevel, event: LogEvent, fields: LogFields];

/** Whether anybody can cause it, as often as they like. */
export function isCausedByPeer({ kind }: EngineNotice): boolean {
  return kind === 'refused-envelope' || kind === 'refused-request' || kind === 'receive-failed';
}

/** Logs what an engine tells. */
export function logEngineNotice(log: Log, notice: EngineNotice): void {
  const [level, event, fields] = engineLine(notice);
  log[level](event, fields);
}

function engineLine(notice: EngineNotice): Line {
  switch (notice.kind) {
    case 'moved':
      return ['info', 'moved', { ...channelFields(notice.record), cause: notice.event }];
    case 'fault': {
      const { code, reason, culprit } = notice.fault;
      const who = typeof culprit === 'string' ? culprit : undefined;
      return ['warn', 'fault', { ...channelFields(notice.record), code, reason, culprit: who }];
    }
    case 'task-failed':
      return [
        'warn',
        'task-failed',
        {
          ...channelFields(notice.record),
          task: notice.task,
          ...errorFields(notice.error),
        },
      ];
    case 'outbox-failed':
    case 'publish-failed':
      return ['warn', notice.kind, { ...channelFields(notice.record), ...errorFields(notice.error) }];
    case 'follow-failed':
      return ['debug', 'chain-unreachable', errorFields(notice.error)];
    case 'not-confirmed-in-time': {
      const { transaction } = notice.duty;
      return ['error', 'not-confirmed-in-time', { ...channelFields(notice.record), transaction }];
    }
    case 'reorganisation-too-deep':
      return ['error', 'reorganisation', { depth: notice.depth, height: notice.height }];
    case 'collecting': {
      const { txid, amount, fee } = notice.collection;
      return [
        'info',
        'collecting',
        {
          ...channelFields(notice.record),
          txid,
          amount_sat: amount,
          fee_sat: fee,
        },
      ];
    }
    case 'receive-failed':
      return ['warn', 'receive-failed', { peer: notice.from, ...errorFields(notice.error) }];
    case 'refused-envelope':
      return ['info', 'refused-envelope', { peer: notice.from, reason: notice.reason }];
    case 'refused-request': {
      // What the peer is not told, the operator is: what this node lacks, and what helps.
      const { from, request, error } = notice;
      const isLacking = error.code === 'unfunded';
      const fields = { peer: from, kind: request, ...errorFields(isLacking ? error.cause : error) };
      return [isLacking ? 'warn' : 'info', 'refused-request', fields];
    }
  }
}

/** Logs what was done about a duty. */
export function logDuty(log: Log, { record, duty, txid, did, child, refused }: DutyNotice): void {
  const fields = { ...channelFields(record), transaction: duty.transaction, txid, did };
  if (refused === undefined) log.info('published', { ...fields, fee_sat: child?.fee });
  else log.warn('publish-failed', { ...fields, reason: refused });
}

/** Logs what the network tells. */
export function logNetNotice(log: Log, notice: NetNotice): void {
  const [level, event, fields] = netLine(notice);
  log[level](event, fields);
}

function netLine(notice: NetNotice): Line {
  switch (notice.kind) {
    case 'listening':
      return ['info', 'listening', { addresses: notice.addresses.join(' ') }];
    case 'connected':
    case 'disconnected':
      return ['info', 'peer', { peer: notice.peer, kind: notice.kind }];
    case 'offence':
      return ['warn', 'peer-trouble', { peer: notice.peer, code: notice.offence, reason: notice.evidence }];
    case 'banned':
      return ['warn', 'peer-trouble', { peer: notice.peer, code: 'banned', reason: notice.evidence.at(-1) }];
    case 'unsendable':
      return ['error', 'failed', { peer: notice.peer, code: 'unsendable', count: notice.bytes }];
    case 'net-failed':
      return ['warn', 'failed', { task: notice.what, ...errorFields(notice.error) }];
  }
}

function channelFields({ id, role, state, batch }: ChannelRecord): LogFields {
  const step = state.name === 'setup' ? `setup (${state.step})` : state.name;
  return { channel: id, role, state: step, ...(batch === null ? {} : { batch }) };
}
