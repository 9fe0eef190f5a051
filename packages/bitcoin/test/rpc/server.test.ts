import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type RequestListener, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Devchain, RpcClient, RpcServer, satoshisFromAmount } from '../../src/index.ts';
import { keyOf, scriptOf } from '../differential/coins.ts';

let folder: string;
let chain: Devchain;
let server: RpcServer;
let cookieFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rpc-'));
  cookieFile = join(folder, '.cookie');
  chain = new Devchain();
  chain.mine(2, scriptOf());
  server = await RpcServer.start(chain, {
    port: 0,
    cookieFile,
    user: { name: 'alice', password: 'correct horse' },
    maxRequestBytes: 4096,
  });
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

/** One HTTP request as given, without the client. */
function post(
  body: string | Buffer,
  options: { method?: string; authorization?: string } = {},
): Promise<RawAnswer> {
  const { method = 'POST', authorization = basic('alice:correct horse') } = options;
  return new Promise((resolve, reject) => {
    const headers = authorization === '' ? {} : { authorization };
    const call = request({ host: '127.0.0.1', port: server.port, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode!, body: text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** A client of a server that answers as a test wants it. */
async function calling(listener: RequestListener, timeout = 10_000) {
  const stub = createServer(listener);
  await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve));
  const { port } = stub.address() as AddressInfo;
  return {
    client: new RpcClient({ url: `http://127.0.0.1:${port}`, user: { name: 'a', password: 'b' }, timeout }),
    close: () => {
      stub.closeAllConnections();
      return new Promise((resolve) => stub.close(resolve));
    },
  };
}

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
const count = (extra: object = {}) =>
  JSON.stringify({ method: 'getblockcount', params: [], id: 1, ...extra });

describe('who may call', () => {
  it('the cookie file is for its owner alone and is removed with the server', async () => {
    expect((await stat(cookieFile)).mode & 0o777).toBe(0o600);
    expect(await readFile(cookieFile, 'utf8')).toMatch(/^__cookie__:[0-9a-f]{64}$/);
    const other = await RpcServer.start(chain, { port: 0, cookieFile: join(folder, 'other') });
    await other.close();
    await expect(stat(join(folder, 'other'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('a client finds a server again that has started anew, with another cookie, also with several requests at once', async () => {
    const path = join(folder, 'again');
    const first = await RpcServer.start(chain, { port: 0, cookieFile: path });
    const { port } = first;
    const client = new RpcClient({ url: `http://127.0.0.1:${port}`, cookieFile: path });
    expect(await client.call('getblockcount')).toBe(2);
    await first.close();
    await expect(client.call('getblockcount')).rejects.toMatchObject({ code: 'rpc-unreachable' });
    const second = await RpcServer.start(chain, { port, cookieFile: path });
    const calls = Array.from({ length: 4 }, () => client.call('getblockcount'));
    expect(await Promise.all(calls)).toEqual([2, 2, 2, 2]);
    await second.close();
  });

  it('does not keep listening when the cookie cannot be written', async () => {
    const probe = await RpcServer.start(chain, { port: 0, cookieFile: join(folder, 'probe') });
    const { port } = probe;
    await probe.close();
    await expect(
      RpcServer.start(chain, { port, cookieFile: join(folder, 'missing', 'cookie') }),
    ).rejects.toThrow();
    // The port is free again, so nobody listens on it.
    const next = await RpcServer.start(chain, { port, cookieFile: join(folder, 'next') });
    expect(next.port).toBe(port);
    await next.close();
  });

  it('the cookie and the user are let in', async () => {
    const client = new RpcClient({ url: `http://127.0.0.1:${server.port}`, cookieFile });
    expect(await client.call('getblockcount')).toBe(2);
    expect((await post(count())).status).toBe(200);
  });

  it.each([
    ['nobody', ''],
    ['a wrong password', basic('alice:wrong')],
    ['a wrong user', basic('bob:correct horse')],
    ['another scheme', 'Bearer abc'],
    ['no Base64', 'Basic ???'],
  ])('%s is not', async (_, authorization) => {
    expect(await post(count(), { authorization })).toEqual({ status: 401, body: '' });
  });

  it('two servers have different cookies', async () => {
    const second = join(folder, 'second');
    const other = await RpcServer.start(chain, { port: 0, cookieFile: second });
    expect(await readFile(second, 'utf8')).not.toBe(await readFile(cookieFile, 'utf8'));
    await other.close();
  });
});

describe('JSON-RPC over HTTP, as Bitcoin Core answers it', () => {
  it('1.0: result, error and id', async () => {
    expect(await post(count())).toEqual({ status: 200, body: '{"result":2,"error":null,"id":1}\n' });
  });

  it('2.0: result and id', async () => {
    expect(await post(count({ jsonrpc: '2.0' }))).toEqual({
      status: 200,
      body: '{"jsonrpc":"2.0","result":2,"id":1}\n',
    });
  });

  it('errors: by HTTP status too in 1.0, in the body alone in 2.0', async () => {
    const call = { method: 'getsomething', id: 'x' };
    expect(await post(JSON.stringify(call))).toEqual({
      status: 404,
      body: '{"result":null,"error":{"code":-32601,"message":"Method not found"},"id":"x"}\n',
    });
    expect(await post(JSON.stringify({ ...call, jsonrpc: '2.0' }))).toEqual({
      status: 200,
      body: '{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":"x"}\n',
    });
    expect((await post(JSON.stringify({ method: 'getblockhash', params: [9], id: 1 }))).status).toBe(500);
  });

  it('a notification is run and not answered', async () => {
    const mine = { jsonrpc: '2.0', method: 'generatetoaddress', params: [1, keyOf().address] };
    expect(await post(JSON.stringify(mine))).toEqual({ status: 204, body: '' });
    expect(chain.tip().height).toBe(3);
  });

  it('a batch is answered in order, notifications left out', async () => {
    const batch = [
      { method: 'getblockcount', id: 1 },
      { jsonrpc: '2.0', method: 'getblockcount' },
      { jsonrpc: '2.0', method: 'nothing', id: 2 },
      5,
    ];
    const answer = await post(JSON.stringify(batch));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual([
      { result: 2, error: null, id: 1 },
      { jsonrpc: '2.0', error: { code: -32601, message: 'Method not found' }, id: 2 },
      { jsonrpc: '2.0', error: { code: -32600, message: 'Invalid Request object' }, id: 2 },
    ]);
    expect(await post('[]')).toEqual({ status: 200, body: '[]\n' });
  });

  it.each([
    ['{"met', -32700, 'Parse error', 500],
    ['7', -32700, 'Top-level object parse error', 500],
    ['{"id":1}', -32600, 'Missing method', 400],
    ['{"method":5}', -32600, 'Method must be a string', 400],
    ['{"method":"uptime","params":3}', -32600, 'Params must be an array or object', 400],
    ['{"method":"uptime","jsonrpc":3}', -32600, 'jsonrpc field must be a string', 400],
    ['{"method":"uptime","jsonrpc":"3.0"}', -32600, 'JSON-RPC version not supported', 400],
  ])('%s', async (body, code, message, status) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code, message } });
  });

  it('only POST', async () => {
    expect((await post('', { method: 'PUT' })).status).toBe(405);
  });

  it('refuses a body over the limit, one byte below it is read', async () => {
    const padded = (size: number) =>
      count({ id: '' }).replace('""', `"${'x'.repeat(size - count({ id: '' }).length)}"`);
    expect((await post(padded(4096))).status).toBe(200);
    expect((await post(padded(4097))).status).toBe(413);
  });

  it('refuses deep nesting without harm', async () => {
    const answer = await post(`{"method":"help","params":${'['.repeat(1500)}${']'.repeat(1500)}}`);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: -32700 } });
  });

  it('parameters by name, with aliases, and beside positional ones', async () => {
    const hash = chain.tip().block.hash;
    const named = (params: object) => post(JSON.stringify({ method: 'getblock', params, id: 1 }));
    const plain = JSON.parse((await named([hash, 0])).body) as { result: string };
    for (const params of [
      { blockhash: hash, verbosity: 0 },
      { blockhash: hash, verbose: false },
      { args: [hash], verbosity: 0 },
    ]) {
      expect(JSON.parse((await named(params)).body)).toEqual(plain);
    }
    expect(JSON.parse((await named({ blockhash: hash, wrong: 1 })).body)).toMatchObject({
      error: { code: -8, message: 'Unknown named parameter wrong' },
    });
    expect(JSON.parse((await named({ args: [hash], blockhash: hash })).body)).toMatchObject({
      error: { code: -8 },
    });
  });

  it('too few or too many parameters bring the usage', async () => {
    for (const params of [[], [1, 2]]) {
      const answer = await post(JSON.stringify({ method: 'getblockhash', params, id: 1 }));
      expect(JSON.parse(answer.body)).toMatchObject({ error: { code: -1, message: 'getblockhash height' } });
    }
  });

  it('writes amounts with eight decimals, and the client reads them exactly', async () => {
    const txid = chain.tip().block.transactions[0]!.txid;
    const answer = await post(JSON.stringify({ method: 'gettxout', params: [txid, 0], id: 1 }));
    expect(answer.body).toContain('"value":50.00000000,');
    expect((await post(JSON.stringify({ method: 'getnetworkinfo', id: 1 }))).body).toContain(
      '"relayfee":0.00000100,',
    );
    for (const satoshis of [0n, 1n, 29n, 4_999_999_999n, 2_099_999_999_999_999n, 2_100_000_000_000_000n]) {
      expect(satoshisFromAmount(Number(satoshis) / 1e8)).toBe(satoshis);
    }
  });

  it('help, uptime and stop', async () => {
    const client = new RpcClient({ url: `http://127.0.0.1:${server.port}`, cookieFile });
    expect(await client.call('help')).toContain('submitpackage package ( maxfeerate ) ( maxburnamount )');
    expect(await client.call('help', 'getblock')).toBe('getblock blockhash ( verbosity )');
    expect(await client.call('help', 'nothing')).toBe('help: unknown command: nothing');
    expect(await client.call('uptime')).toBeTypeOf('number');
    expect(await client.call('stop')).toBe('Bitcoin Core stopping');
    await server.stopped;
  });
});

describe('client', () => {
  it('rpc-refused carries the code of the node', async () => {
    const client = new RpcClient({ url: `http://127.0.0.1:${server.port}`, cookieFile });
    await expect(client.call('getblockhash', 9)).rejects.toMatchObject({
      code: 'rpc-refused',
      rpcCode: -8,
      message: 'getblockhash: Block height out of range',
    });
  });

  it('rpc-unauthorized does not repeat the password', async () => {
    const url = `http://127.0.0.1:${server.port}`;
    const client = new RpcClient({ url, user: { name: 'alice', password: 'canary' } });
    const error: unknown = await client.call('uptime').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'rpc-unauthorized' });
    expect(JSON.stringify(error) + String(error)).not.toContain('canary');
  });

  it('rpc-unreachable', async () => {
    const url = `http://127.0.0.1:${server.port}`;
    await server.close();
    const client = new RpcClient({ url, user: { name: 'alice', password: 'x' } });
    await expect(client.call('uptime')).rejects.toMatchObject({ code: 'rpc-unreachable' });
    server = await RpcServer.start(chain, { port: 0 });
  });

  it('rpc-unreachable: a connection that ends without an answer is made once more, since an old one may have been closed for its age', async () => {
    let calls = 0;
    let broken = 1;
    const { client, close } = await calling((request, response) => {
      calls += 1;
      if (broken > 0) {
        broken -= 1;
        request.socket.destroy();
      } else {
        response.end('{"id":1,"result":7,"error":null}');
      }
    });
    expect(await client.call('uptime')).toBe(7);
    expect(calls).toBe(2);
    broken = 3;
    await expect(client.call('uptime')).rejects.toMatchObject({ code: 'rpc-unreachable' });
    expect(calls).toBe(4);
    await close();
  });

  it('eight requests at most are on their way at a time, and all get their answer', async () => {
    let [now, most] = [0, 0];
    const { client, close } = await calling((request, response) => {
      now += 1;
      most = Math.max(most, now);
      void (async () => {
        const { id } = JSON.parse(await text(request)) as { id: number };
        await delay(2);
        now -= 1;
        response.end(JSON.stringify({ id, result: id, error: null }));
      })();
    });
    const answers = await Promise.all(Array.from({ length: 500 }, () => client.call('uptime')));
    expect(new Set(answers).size).toBe(500);
    expect(most).toBe(8);
    await close();
  });

  it('rpc-unreachable: what waits for its turn behind requests that nobody answers does not wait for ever', async () => {
    let asked = 0;
    const { client, close } = await calling(() => {
      asked += 1;
    }, 50);
    const calls = Array.from({ length: 200 }, () => client.call('uptime'));
    const codes = (await Promise.allSettled(calls)).map(
      (call) => call.status === 'rejected' && call.reason.code,
    );
    expect(new Set(codes)).toEqual(new Set(['rpc-unreachable']));
    expect(asked).toBeLessThan(50);
    await close();
  });

  it('rpc-malformed', async () => {
    const { client, close } = await calling((_, response) => response.end('<html>'));
    await expect(client.call('uptime')).rejects.toMatchObject({ code: 'rpc-malformed' });
    await close();
  });
});
