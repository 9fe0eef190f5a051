import { randomBytes } from 'node:crypto';
import { signSchnorr, verifySchnorr } from '@prometheus-compute/bitcoin';
import { txidFromDisplay } from '@prometheus-compute/protocol';
import { SandboxPool } from '@prometheus-compute/sandbox';
import packageFile from '../../package.json' with { type: 'json' };
import { type NodeConfig, policyOf } from '../config/config.ts';
import { ControlMethods } from '../control/methods.ts';
import { ControlServer } from '../control/server.ts';
import { dropCheckpoint } from '../engine/checkpoint.ts';
import { dropIndex } from '../engine/offer-index-state.ts';
import { startLibp2p } from '../net/libp2p-transport.ts';
import { Node } from '../node/node.ts';
import type { Entropy } from '../ports/entropy.ts';
import { createLocalSigner } from '../signer/local-signer.ts';
import { folderBlobs } from '../store/folder-blobs.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { errorFields } from '../telemetry/fields.ts';
import { limitedLog } from '../telemetry/limited-log.ts';
import type { Log } from '../telemetry/log.ts';
import { MetricsServer } from '../telemetry/metrics.ts';
import { checkAgainstBackup, keepBackups } from './backups.ts';
import { openChain } from './chain.ts';
import { type ClientJobs, openJobs } from './client-jobs.ts';
import { Closing } from './closing.ts';
import { makeDataFolder } from './data-folder.ts';
import { daemonMethods } from './methods.ts';
import { isCausedByPeer, logDuty, logEngineNotice, logNetNotice } from './notices.ts';
import { holdStoredOffers, OfferKeeper } from './offers.ts';
import { openWallet } from './open-wallet.ts';
import { Partners } from './partners.ts';
import { paymentMethods } from './payment-methods.ts';
import { holdStoredPayments, PaymentKeeper } from './payments.ts';
import { TipLoop } from './tip-loop.ts';
import { towerMethods } from './tower-methods.ts';
import { unlock } from './unlock.ts';
import { channelsByState, type DaemonView } from './view.ts';

/** What a daemon is started with. */
export interface DaemonOptions {
  readonly config: NodeConfig;
  readonly log: Log;
  /** Asked for once the data folder is this process's alone; wiped after use. */
  readonly passphrase: () => Promise<Uint8Array>;
  /** Reads the chain from its start height again. */
  readonly rescan: boolean;
  /** Ends the daemon in good order. */
  readonly signal: AbortSignal;
  /** Called when the daemon answers on its control socket. */
  readonly onUp: (up: DaemonUp) => void;
}

/** Where a daemon is reached. */
export interface DaemonUp {
  readonly peerId: string;
  readonly addresses: readonly string[];
  readonly socket: string;
  /** Port of the metrics; null: off. */
  readonly metricsPort: number | null;
}

const entropy: Entropy = (length) => new Uint8Array(randomBytes(length));

/**
 * Runs a node until it is told to stop: the one place that sees every adapter. The data folder is locked before the passphrase is asked
 * for, so that a second process is refused at once.
 *
 * @throws DaemonError, StoreError `locked`, KeystoreError, ControlError, MetricsError, NetError, and what the Bitcoin node is refused for
 */
export async function composeDaemon(options: DaemonOptions): Promise<void> {
  const { config, log, signal } = options;
  const { folders, values, network } = config;
  const closing = new Closing(log);
  const peerLog = limitedLog(log);
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  log.info('starting', {
    version: packageFile.version,
    network: network.name,
    roles: values.roles.join(' '),
    folder: folders.node,
  });
  try {
    await makeDataFolder(folders.node);
    const store = openSqliteStore(folders.database);
    const storeOpen = closing.add(() => store.close());
    if (options.rescan) await Promise.all([dropCheckpoint(store), dropIndex(store)]);
    const keys = await unlock(config, options.passphrase);
    log.info('unlocked');
    await checkAgainstBackup(values.backup.file, keys.master, store);

    const { chain, genesis, alarm, close } = await openChain(config, { store, log, signal: ended });
    closing.add(close);
    const wallet = await openWallet(keys, { store, entropy }, values.chain.start_height, (cause) =>
      log.error('failed', { task: 'storing an address', ...errorFields(cause) }),
    );
    const pool = new SandboxPool(
      values.sandbox.processes === 0 ? {} : { processes: values.sandbox.processes },
    );
    closing.add(() => pool.close());
    await holdStoredOffers({ store, wallet: wallet.wallet });
    await holdStoredPayments({ store, wallet: wallet.wallet });
    const transport = await startLibp2p({
      seed: keys.identity,
      listen: values.p2p.listen,
      bootstrap: values.p2p.bootstrap,
      mdns: values.p2p.mdns,
      genesis,
      verify: verifySchnorr,
      onNotice: (notice) => logNetNotice(peerLog, notice),
    });
    const transportOpen = closing.add(async () => {
      transport.close();
      await transport.closed;
    });
    let jobs: ClientJobs | undefined;
    const node = new Node(
      {
        chain,
        genesis,
        store,
        blobs: folderBlobs(folders.blobs),
        signer: createLocalSigner(keys.master, entropy, signSchnorr),
        wallet: wallet.wallet,
        transport,
        entropy,
        verify: verifySchnorr,
      },
      {
        roles: values.roles,
        policy: policyOf(config),
        executor: pool,
        reading: wallet.reading,
        onDuty: (notice) => logDuty(log, notice),
        onProgress: (progress) => jobs?.runner.onTask('client', progress),
      },
    );
    // The node closes its transport and store itself, after what runs has ended.
    storeOpen.drop();
    transportOpen.drop();
    closing.add(async () => {
      await node.close();
      await transport.closed;
    });
    const partners = new Partners(node);
    transport.trust((peer) => partners.has(peer));
    node.engine.watch((notice) => {
      logEngineNotice(isCausedByPeer(notice) ? peerLog : log, notice);
      if (notice.kind === 'refused-envelope' && !notice.opened) transport.refuse(notice.from, notice.reason);
    });
    await node.resume();
    const backups = await keepBackups(values.backup.file, { master: keys.master, store, node, entropy, log });
    if (backups !== undefined) closing.add(() => backups.update());

    const { parameters_txid, offers: wanted } = values.arbiter;
    const payments = await PaymentKeeper.load(node, wallet, log);
    const parametersTxid = parameters_txid === '' ? undefined : txidFromDisplay(parameters_txid);
    const offers = values.roles.includes('arbiter')
      ? new OfferKeeper(node, payments, { parametersTxid, wanted, log })
      : undefined;
    await offers?.load();
    const attempt = async (task: string, work: () => Promise<void> | undefined): Promise<void> => {
      // It is done again in the next round; nothing else waits for it.
      await work()?.catch((cause: unknown) => log.warn('failed', { task, ...errorFields(cause) }));
    };
    const loop = new TipLoop(node, {
      pollSeconds: values.chain.poll_seconds,
      log,
      onRound: async (why) => {
        await attempt('offers', () => offers?.follow());
        await attempt('payments', () => payments.follow());
        if (backups?.behind) await backups.update();
        if (why !== 'retry' && transport.peers.length > 0) await attempt('offers', () => offers?.announce());
        await attempt('jobs', () => jobs?.runner.follow());
      },
    });
    transport.onConnected(() => loop.nudge());
    jobs = await openJobs(node, config, transport, () => loop.nudge());
    const view: DaemonView = {
      config,
      node,
      wallet,
      network: transport,
      offers,
      loop,
      alarm,
      backups,
      stop: () => stop.abort(),
    };
    const methods = new ControlMethods().add(
      ...daemonMethods(view, log),
      ...towerMethods(node),
      ...paymentMethods(payments, config.network.addresses),
      ...(jobs?.methods ?? []),
    );
    const control = await ControlServer.start(folders.socket, methods);
    closing.add(() => control.close());
    const metrics = values.metrics.port === 0 ? undefined : await startMetrics(view);
    if (metrics !== undefined) closing.add(() => metrics.close());
    loop.start();
    closing.add(() => loop.stop());
    log.info('started', { peer: transport.self, port: metrics?.port });
    options.onUp({
      peerId: transport.self,
      addresses: transport.addresses,
      socket: folders.socket,
      metricsPort: metrics?.port ?? null,
    });
    await untilAborted(ended);
    log.info('stopping', { busy: node.busy });
  } finally {
    await closing.run();
    log.info('stopped');
  }
}

function startMetrics({ config, node, network, wallet, alarm, backups }: DaemonView): Promise<MetricsServer> {
  return MetricsServer.start(config.values.metrics.port, {
    height: () => node.watcher.height,
    channels: () => channelsByState(node),
    peers: () => network.peers.length,
    outbox: () => node.ports.store.pendingCount(),
    balance: () => wallet.wallet.balance(),
    halted: () => node.watcher.halted,
    alarmed: () => alarm() !== undefined,
    backupBehind: () => backups?.behind ?? false,
  });
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
