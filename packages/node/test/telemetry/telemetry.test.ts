import { connect } from 'node:net';
import { CodedError } from '@prometheus-compute/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { errorFields, type LogFields } from '../../src/telemetry/fields.ts';
import { limitedLog } from '../../src/telemetry/limited-log.ts';
import { createLog, type LogLevel } from '../../src/telemetry/log.ts';
import { MetricsServer, type MetricsSource } from '../../src/telemetry/metrics.ts';

function logged(level: LogLevel = 'debug', format: 'json' | 'text' = 'json') {
  const lines: string[] = [];
  return { lines, log: createLog({ level, format, target: { write: (line) => lines.push(line) } }) };
}

describe('log', () => {
  it('writes one JSON document a line, with level, time, event and a sentence', () => {
    const { lines, log } = logged();
    log.info('tip', { height: 7, balance_sat: 2n ** 60n });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    const { time, ...rest } = JSON.parse(lines[0]!);
    expect(rest).toEqual({
      level: 'info',
      event: 'tip',
      msg: 'the chain has a new tip',
      height: 7,
      balance_sat: '1152921504606846976',
    });
    expect(new Date(time).toISOString()).toBe(time);
  });

  it('writes known fields only, and of those only plain values', () => {
    const { lines, log } = logged();
    const sloppy = { height: 7, seed: 'abandon', reason: { seed: 'abandon' }, block: new Uint8Array([7]) };
    log.error('failed', sloppy as unknown as LogFields);
    expect(JSON.parse(lines[0]!)).toEqual({
      level: 'error',
      time: expect.any(String),
      event: 'failed',
      msg: expect.any(String),
      height: 7,
    });
  });

  it('cuts what others have made long', () => {
    const { lines, log } = logged();
    log.warn('refused-envelope', { reason: 'x'.repeat(10_000) });
    expect(JSON.parse(lines[0]!).reason).toHaveLength(600);
  });

  it('leaves out what is below its level', () => {
    const { lines, log } = logged('warn');
    log.info('tip');
    log.warn('fault');
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['fault']);
  });

  it('for people: one line, in which nothing moves the cursor', () => {
    const { lines, log } = logged('info', 'text');
    log.warn('refused-envelope', { peer: '12D3', reason: 'bad\u001b[2J\nline' });
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d warn {2}a message was refused \(peer=12D3, reason=.*\)\n$/);
    expect(lines[0]!.slice(0, -1)).toMatch(/^[\x20-\x7e]*$/);
  });
});

describe('lines that others cause', () => {
  it('are two hundred in a minute, however many there would be; what is left out is counted', () => {
    const { lines, log } = logged();
    let now = 0;
    const limited = limitedLog(log, () => now);
    for (let i = 0; i < 1_000; i++) limited.info('peer', { peer: `peer ${i}` });
    limited.warn('peer-trouble', { peer: 'one more' });
    expect(lines).toHaveLength(200);
    // What nobody else causes is not kept back by it.
    log.info('tip');
    now = 60_000;
    limited.info('peer', { peer: 'later' });
    expect(lines.slice(200).map((line) => JSON.parse(line))).toMatchObject([
      { event: 'tip' },
      { event: 'left-out', level: 'warn', count: 801 },
      { event: 'peer', peer: 'later' },
    ]);
  });

  it('are said as they are while they are few', () => {
    const { lines, log } = logged();
    let now = 0;
    const limited = limitedLog(log, () => now);
    for (; now < 180_000; now += 1_000) limited.info('peer');
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(new Array(180).fill('peer'));
  });
});

describe('errors in the log', () => {
  it('coded ones with their words', () => {
    const error = new CodedError('too-poor', 'there is not enough', {
      remedy: 'Send more.',
      cause: new TypeError('x'),
    });
    expect(errorFields(error)).toEqual({
      code: 'too-poor',
      reason: 'there is not enough',
      remedy: 'Send more.',
      rule: undefined,
      cause: 'TypeError',
    });
  });

  it('others by kind and place: their words could hold a secret', () => {
    const cause = Object.assign(new Error('abandon'), { code: 'ECONNREFUSED' });
    const fields = errorFields(new TypeError('abandon abandon', { cause }));
    expect(fields).toEqual({
      code: 'TypeError (Error ECONNREFUSED)',
      where: expect.stringMatching(/^telemetry\.test\.ts:\d+$/),
    });
    expect(errorFields('abandon')).toEqual({ code: 'string', where: undefined });
  });
});

describe('metrics', () => {
  let server: MetricsServer | undefined;
  afterEach(async () => server?.close());
  const source: MetricsSource = {
    height: () => 7,
    channels: () => new Map([['setup', 2]]),
    peers: () => 3,
    outbox: async () => 4,
    balance: () => 5_000n,
    halted: () => true,
    backupBehind: () => true,
    alarmed: () => false,
  };

  it('are served as text, under this project’s prefix', async () => {
    server = await MetricsServer.start(0, source);
    const response = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    for (const line of [
      'prometheus_compute_tip_height 7',
      'prometheus_compute_channels{state="setup"} 2',
      'prometheus_compute_peers 3',
      'prometheus_compute_outbox_entries 4',
      'prometheus_compute_balance_satoshis 5000',
      'prometheus_compute_publishing_halted 1',
      'prometheus_compute_chain_alarm 0',
      'prometheus_compute_backup_behind 1',
    ])
      expect(lines).toContain(line);
    expect(lines.some((line) => /^prometheus_compute_event_loop_lag_seconds [\d.e-]+$/.test(line))).toBe(
      true,
    );
    for (const line of lines) expect(line).toMatch(/^prometheus_compute_/);
  });

  it('are for this machine: another host name or path is refused', async () => {
    server = await MetricsServer.start(0, source);
    const url = `http://127.0.0.1:${server.port}`;
    expect((await fetch(`${url}/`)).status).toBe(404);
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => {
      request(`${url}/metrics`, { headers: { host: 'evil.example' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });

  it('port-unusable: somebody else has it', async () => {
    server = await MetricsServer.start(0, source);
    await expect(MetricsServer.start(server.port, source)).rejects.toMatchObject({ code: 'port-unusable' });
  });

  it('whoever opens connections without end gets sixteen', async () => {
    server = await MetricsServer.start(0, source);
    const { port } = server;
    let refused = 0;
    const sockets = Array.from({ length: 20 }, () => {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      socket.on('close', () => refused++);
      return socket;
    });
    await expect.poll(() => refused).toBe(4);
    for (const socket of sockets) socket.destroy();
  });
});
