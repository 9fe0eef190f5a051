import { addressOf } from '@prometheus-compute/bitcoin';
import { outpointKey } from '@prometheus-compute/protocol';
import { z } from 'zod';
import packageFile from '../../package.json' with { type: 'json' };
import type { Json } from '../control/json.ts';
import { type ControlMethod, controlMethod } from '../control/methods.ts';
import type { Log } from '../telemetry/log.ts';
import { DaemonError } from './errors.ts';
import { channelsByState, type DaemonView } from './view.ts';

const nothing = z.strictObject({});
/** Addresses in a row that nobody has paid. A recovered wallet gives up after 60; contracts need some of them. */
const MOST_UNPAID = 40;

/** The control methods that every daemon has (docs/node.md). */
export function daemonMethods(view: DaemonView, log: Log): readonly ControlMethod[] {
  const { node, wallet } = view;
  return [
    controlMethod('status', nothing, () => statusOf(view)),
    controlMethod('address', z.strictObject({ fresh: z.boolean().default(false) }), async ({ fresh }) => {
      refuseGap(wallet.wallet.unpaid, fresh);
      const script = wallet.wallet.receiveScript(fresh);
      // Nobody is told an address that a killed process would not find again.
      await wallet.stored();
      return { address: addressOf(script, view.config.network.addresses)! };
    }),
    controlMethod('balance', nothing, async () => ({
      confirmed_sat: wallet.wallet.balance().toString(),
      height: node.watcher.height,
    })),
    controlMethod('busy', nothing, async () => ({ busy: node.busy })),
    // For whoever has just made a block, or knows that a peer is back: it would happen by itself some seconds later.
    controlMethod('retry', nothing, async () => {
      view.loop.nudge();
      return { height: node.watcher.height };
    }),
    controlMethod('publishing.resume', nothing, async () => {
      const halted = node.watcher.halted;
      await node.watcher.resumePublishing();
      if (halted) log.warn('resumed');
      return { was_halted: halted };
    }),
    controlMethod('stop', nothing, async () => {
      // The answer leaves first.
      setImmediate(view.stop);
      return { stopping: true };
    }),
  ];
}

/** @throws DaemonError `too-many-addresses` */
function refuseGap(unpaid: number, fresh: boolean): void {
  if (!fresh || unpaid < MOST_UNPAID) return;
  throw new DaemonError(
    'too-many-addresses',
    `${unpaid} addresses in a row were handed out and never paid; a recovery from the words would not look further`,
    { remedy: 'Use one that was handed out: `prometh node address` names the last one.' },
  );
}

async function statusOf(view: DaemonView): Promise<Json> {
  const { node, wallet, config, network, offers, loop } = view;
  const { watcher } = node;
  return {
    format: 'prometheus/status/1',
    version: packageFile.version,
    network: config.network.name,
    roles: [...config.values.roles],
    process: process.pid,
    peer_id: node.ports.transport.self,
    addresses: [...network.addresses],
    peers: network.peers.length,
    height: watcher.height,
    current: !loop.troubled && (await watcher.isCurrent().catch(() => false)),
    halted: watcher.halted,
    alarm: view.alarm() ?? null,
    backup: backupState(view),
    channels: Object.fromEntries(channelsByState(node)),
    busy: node.busy,
    outbox: await node.ports.store.pendingCount(),
    balance_sat: wallet.wallet.balance().toString(),
    offers: offers === undefined ? null : { live: offers.live.map(outpointKey), waiting: offers.waiting },
  };
}

/** Null: none is kept. */
function backupState({ backups }: DaemonView): Json {
  if (backups === undefined) return null;
  return backups.behind ? 'behind' : 'current';
}
