import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@prometheus-compute/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ControlClient } from '../../src/control/client.ts';
import { LineCutter } from '../../src/control/lines.ts';
import { ControlMethods, controlMethod } from '../../src/control/methods.ts';
import { ControlServer } from '../../src/control/server.ts';

let folder = '';
let path = '';
let server: ControlServer | undefined;
let aborted: Promise<void>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-control-'));
  path = join(folder, 'control.sock');
  const abort = Promise.withResolvers<void>();
  aborted = abort.promise;
  server = await ControlServer.start(
    path,
    new ControlMethods().add(
      controlMethod('add', z.strictObject({ a: z.int(), b: z.int().default(1) }), async ({ a, b }) => ({
        sum: a + b,
      })),
      controlMethod('refuse', z.strictObject({}), async () => {
        throw new CodedError('too-poor', 'there is not enough', { rule: 'D16', remedy: 'Send more.' });
      }),
      controlMethod('break', z.strictObject({}), async () => {
        throw new TypeError('a secret is abandon abandon');
      }),
      controlMethod('wait', z.strictObject({}), async (_, { signal }) => {
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve());
        });
        abort.resolve();
        return null;
      }),
    ),
  );
});
afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the daemon answers to these bytes until it has sent so many lines, or ends. */
async function raw(bytes: string | Uint8Array, lines = 1): Promise<unknown[]> {
  const socket = createConnection(path);
  socket.write(bytes);
  let text = '';
  for await (const part of socket) {
    text += part;
    if (text.split('\n').length > lines) break;
  }
  socket.destroy();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
const error = (code: number, id: unknown = null) =>
  expect.objectContaining({ jsonrpc: '2.0', id, error: expect.objectContaining({ code }) });
const request = (fields: object) => `${JSON.stringify({ jsonrpc: '2.0', id: 7, ...fields })}\n`;

describe('control socket', () => {
  it('answers its owner alone, and takes the socket away in the end', async () => {
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const client = await ControlClient.connect(path);
    expect(await client.call('add', { a: 2, b: 3 })).toEqual({ sum: 5 });
    expect(await Promise.all([client.call('add', { a: 1 }), client.call('add', { a: 5 })])).toEqual([
      { sum: 2 },
      { sum: 6 },
    ]);
    client.close();
    await server!.close();
    server = undefined;
    expect(existsSync(path)).toBe(false);
  });

  it('call-refused: with code, rule and remedy of what failed', async () => {
    const client = await ControlClient.connect(path);
    await expect(client.call('refuse')).rejects.toMatchObject({
      code: 'call-refused',
      message: 'there is not enough',
      evidence: { code: 'too-poor' },
      rule: 'D16',
      remedy: 'Send more.',
    });
    client.close();
  });

  it('tells nothing of an error that nobody has foreseen', async () => {
    const [answer] = await raw(request({ method: 'break' }));
    expect(answer).toEqual(error(-32_000, 7));
    expect(JSON.stringify(answer)).not.toContain('abandon');
  });

  it.each([
    ['no JSON', 'hello\n', -32_700, null],
    ['no object', '[]\n', -32_600, null],
    ['another version', request({ jsonrpc: '1.0', method: 'add' }), -32_600, null],
    ['a notification', '{"jsonrpc":"2.0","method":"add"}\n', -32_600, null],
    ['an unknown field', request({ method: 'add', params: {}, more: 1 }), -32_600, null],
    ['parameters in a list', request({ method: 'add', params: [1] }), -32_600, null],
    ['an unknown method', request({ method: 'subtract' }), -32_601, 7],
    ['the name of an inherited property', request({ method: 'constructor' }), -32_601, 7],
    ['a missing parameter', request({ method: 'add', params: {} }), -32_602, 7],
    ['an unknown parameter', request({ method: 'add', params: { a: 1, c: 2 } }), -32_602, 7],
  ])('refuses %s', async (_, line, code, id) => {
    expect(await raw(line)).toEqual([error(code, id)]);
  });

  it('ends a connection that sends a line of more than 4 MiB, and serves the others', async () => {
    expect(await raw(new Uint8Array(4 * 1_048_576 + 1).fill(0x20))).toEqual([error(-32_600)]);
    expect(await raw(request({ method: 'add', params: { a: 1 } }))).toEqual([
      { jsonrpc: '2.0', id: 7, result: { sum: 2 } },
    ]);
  });

  it('answers 16 requests of a connection at a time', async () => {
    const waits = request({ method: 'wait' }).repeat(16);
    expect(await raw(waits + request({ method: 'add', params: { a: 1 } }))).toEqual([error(-32_600)]);
  });

  it('stops waiting for whoever has gone', async () => {
    const client = await ControlClient.connect(path);
    const waiting = client.call('wait');
    // The daemon has the request before the connection ends.
    await client.call('add', { a: 1 });
    client.close();
    await expect(waiting).rejects.toMatchObject({ code: 'node-unreachable' });
    await aborted;
  });

  it('takes the place of a socket that a killed process has left', async () => {
    await server!.close();
    writeFileSync(path, '');
    server = await ControlServer.start(path, new ControlMethods());
    expect(await raw(request({ method: 'add' }))).toEqual([error(-32_601, 7)]);
  });

  it('socket-unusable: a path that no socket can have', async () => {
    await expect(
      ControlServer.start(join(folder, 'x'.repeat(120)), new ControlMethods()),
    ).rejects.toMatchObject({
      code: 'socket-unusable',
    });
    await expect(ControlServer.start(join(folder, 'none', 's'), new ControlMethods())).rejects.toMatchObject({
      code: 'socket-unusable',
    });
  });

  it('has one method of a name', () => {
    const method = controlMethod('add', z.strictObject({}), async () => null);
    expect(() => new ControlMethods().add(method, method)).toThrow(RangeError);
  });
});

describe('control client', () => {
  it('node-unreachable: nobody listens', async () => {
    await expect(ControlClient.connect(join(folder, 'none'))).rejects.toMatchObject({
      code: 'node-unreachable',
    });
  });

  it.each(['hello\n', '{}\n', '{"jsonrpc":"2.0","id":99,"result":1}\n'])(
    'answer-malformed: something else listens (%#)',
    async (answer) => {
      const other = createServer((socket) => socket.on('data', () => socket.write(answer)));
      const place = join(folder, 'other');
      await new Promise<void>((resolve) => {
        other.listen(place, resolve);
      });
      const client = await ControlClient.connect(place);
      await expect(client.call('add')).rejects.toMatchObject({ code: 'answer-malformed' });
      other.close();
    },
  );
});

describe('lines of a stream', () => {
  it('are the same however the stream is cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[^\n]{0,20}$/), { maxLength: 8 }),
        fc.array(fc.nat(40), { maxLength: 8 }),
        (lines, cuts) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const cutter = new LineCutter(100);
          const found: string[] = [];
          let at = 0;
          for (const cut of [...cuts, bytes.length]) {
            found.push(...cutter.push(bytes.subarray(at, at + cut))!);
            at += cut;
          }
          expect(found).toEqual(lines.map((line) => Buffer.from(line).toString()));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('are refused as soon as they are too long, finished or not', () => {
    expect(new LineCutter(3).push(Buffer.from('abc\nabcd'))).toBeUndefined();
    expect(new LineCutter(3).push(Buffer.from('abcd\n'))).toBeUndefined();
    expect(new LineCutter(3).push(Buffer.from('abc\nabc'))).toEqual(['abc']);
  });
});
