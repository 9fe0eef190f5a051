import { stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { CodedError } from '@prometheus-compute/protocol';
import type { NodeConfig } from '../config/config.ts';
import { ControlClient } from '../control/client.ts';
import { inspectKeystore } from '../keystore/keystore.ts';
import { checkDataFolder } from './data-folder.ts';
import { examineChain } from './doctor-chain.ts';
import { bad, type Finding, good, ofError, warning } from './finding.ts';

/** Node.js from which on the sources run without a flag. */
const OLDEST_NODE = [22, 18] as const;
const GIB = 1_073_741_824;
/** Below, a node may not be able to store what it must publish. */
const LEAST_DISK = GIB / 4;
/** A batch's payload and records may take some GiB (docs/node.md, `policy`). */
const ENOUGH_DISK = 4 * GIB;

/**
 * Looks at everything that a node needs, without its passphrase and without changing anything. What cannot be looked at is a finding,
 * never an error.
 *
 * @param config - or the error with which it could not be read
 */
export async function examineNode(config: NodeConfig | CodedError<string>): Promise<readonly Finding[]> {
  const findings = [nodeVersion()];
  if (config instanceof CodedError) return [...findings, ofError('configuration', config)];
  findings.push(good('configuration', `${config.folders.config} and the defaults of ${config.network.name}`));
  findings.push(await dataFolder(config), await keystore(config));
  const running = await daemon(config);
  findings.push(running, await disk(config));
  findings.push(...(await ports(config, running.state === 'good')));
  findings.push(...(await examineChain(config)));
  return findings;
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [least, leastMinor] = OLDEST_NODE;
  const found = `Node.js ${process.versions.node}`;
  return major > least || (major === least && minor >= leastMinor)
    ? good('Node.js', found)
    : bad('Node.js', found, `Install Node.js ${OLDEST_NODE.join('.')} or later.`);
}

async function dataFolder({ folders: { node, database } }: NodeConfig): Promise<Finding> {
  try {
    await checkDataFolder(node);
    const mode = await stat(database).then(
      (found) => found.mode & 0o777,
      () => 0o600,
    );
    return (mode & 0o077) === 0
      ? good('data folder', `${node}, its owner's alone`)
      : bad('data folder', `others may read ${database}`, `Run: chmod 600 ${database}`);
  } catch (cause) {
    if (cause instanceof CodedError) return ofError('data folder', cause);
    return bad('data folder', `${node} is not there`, 'Make it with `prometh init`.');
  }
}

async function keystore({ folders }: NodeConfig): Promise<Finding> {
  try {
    const { log2N } = await inspectKeystore(folders.keystore);
    return good('keystore', `${folders.keystore}, scrypt N = 2^${log2N}`);
  } catch (cause) {
    if (cause instanceof CodedError) return ofError('keystore', cause);
    throw cause;
  }
}

/** Whether a daemon answers. None is no fault. */
async function daemon({ folders }: NodeConfig): Promise<Finding> {
  const client = await ControlClient.connect(folders.socket).catch(() => undefined);
  if (client === undefined) {
    return warning('daemon', 'none runs on this data folder', 'Start it with `prometh node`.');
  }
  try {
    const status = (await client.call('status')) as { readonly process?: number; readonly height?: number };
    return good('daemon', `runs as process ${status.process}, at height ${status.height}`);
  } catch (cause) {
    return bad('daemon', 'one listens, and does not answer', `Look into its log. (${nameOf(cause)})`);
  } finally {
    client.close();
  }
}

async function disk({ folders }: NodeConfig): Promise<Finding> {
  const found = await statfs(folders.node).catch(() => undefined);
  if (found === undefined)
    return warning('disk space', 'unknown', 'Make the data folder with `prometh init`.');
  const free = found.bavail * found.bsize;
  const text = `${(free / GIB).toFixed(1)} GiB free`;
  const remedy = 'Make room: a node that cannot store cannot publish.';
  if (free < LEAST_DISK) return bad('disk space', text, remedy);
  return free < ENOUGH_DISK ? warning('disk space', text, remedy) : good('disk space', text);
}

/** Whether what the daemon listens on is free; when it runs, it has them itself. */
async function ports({ values }: NodeConfig, running: boolean): Promise<readonly Finding[]> {
  if (running) return [];
  const wanted = values.p2p.listen.flatMap((address) => {
    const [, host, port] = /^\/ip[46]\/([^/]+)\/tcp\/(\d+)(?:\/|$)/.exec(address) ?? [];
    return host === undefined ? [] : [{ host, port: Number(port), setting: 'p2p.listen' }];
  });
  if (values.metrics.port !== 0) {
    wanted.push({ host: '127.0.0.1', port: values.metrics.port, setting: 'metrics.port' });
  }
  return Promise.all(
    wanted.map(async ({ host, port, setting }) => {
      const trouble = await whyTaken(host, port);
      return trouble === undefined
        ? good('port', `${host} port ${port} is free`)
        : bad('port', `${host} port ${port} cannot be used (${trouble})`, `Choose another for ${setting}.`);
    }),
  );
}

function whyTaken(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function nameOf(cause: unknown): string {
  return cause instanceof CodedError ? String(cause.code) : 'unknown';
}
