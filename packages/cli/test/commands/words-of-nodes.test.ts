import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@prometheus-compute/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { tellTrouble } from '../../src/output/trouble.ts';
import { Running, secretFile } from './processes.ts';

/** Clears the screen and sets the terminal's title. */
const HOSTILE = '\u001b[2J\u001b]0;mine\u0007';

afterEach(() => vi.restoreAllMocks());

describe('words of a hostile Bitcoin node move no cursor', () => {
  it('in what the doctor finds', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prometh-words-'));
    const cookie = secretFile(join(folder, 'cookie'), 'me:secret');
    const server = createServer((request, response) => {
      request.resume();
      const result = {
        chain: HOSTILE,
        blocks: 1,
        headers: 1,
        bestblockhash: '00'.repeat(32),
        initialblockdownload: false,
      };
      response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const set = [`chain.rpc_url=http://127.0.0.1:${port}`, `chain.rpc_cookie_file=${cookie}`];
    try {
      const doctor = Running.prometh(
        'doctor',
        '--data-dir',
        folder,
        ...set.flatMap((each) => ['--set', each]),
      );
      const text = await doctor.until(({ stdout }) => (/it is on .*\n/.test(stdout) ? stdout : undefined));
      expect(text).toContain('it is on ?[2J?]0;mine?, and this node is for dev');
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('in the trouble that a tower tells', () => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    tellTrouble(new CodedError('wrong-answer', `getblockhash: ${HOSTILE}`));
    expect(written.mock.calls).toEqual([
      ['getblockhash: ?[2J?]0;mine?. It is asked again until it answers.\n'],
    ]);
  });
});
