import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { Devchain, RpcServer } from '../../src/index.ts';
import { keyOf } from '../differential/coins.ts';

const run = promisify(execFile);
/** `bitcoin-cli` lies beside the node that BITCOIND names. */
const program =
  process.env.BITCOIND === undefined ? undefined : join(dirname(process.env.BITCOIND), 'bitcoin-cli');

it.skipIf(program === undefined)(
  'the real bitcoin-cli talks to the development chain (needs BITCOIND)',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-'));
    const cookieFile = join(folder, '.cookie');
    const server = await RpcServer.start(new Devchain(), { port: 0, cookieFile });
    const cli = async (...words: string[]): Promise<string> => {
      const login = ['-regtest', `-rpcport=${server.port}`, `-rpccookiefile=${cookieFile}`];
      const { stdout } = await run(program!, [...login, ...words]);
      return stdout.trim();
    };
    try {
      const hashes = JSON.parse(await cli('generatetoaddress', '3', keyOf().address)) as string[];
      expect(await cli('getblockcount')).toBe('3');
      expect(await cli('getblockhash', '3')).toBe(hashes[2]);
      expect(
        JSON.parse(await cli('-named', 'getblock', `blockhash=${hashes[0]}`, 'verbosity=2')),
      ).toMatchObject({
        height: 1,
        tx: [{ vout: [{ value: 50, scriptPubKey: { address: keyOf().address } }, {}] }],
      });
      expect(await cli('-getinfo')).toContain('Blocks: 3');
      await expect(cli('getblockhash', '9')).rejects.toMatchObject({ code: 8 });
      expect(await cli('stop')).toBe('Bitcoin Core stopping');
      await server.stopped;
    } finally {
      await server.close();
      await rm(folder, { recursive: true });
    }
  },
);
