import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { DemoError } from './errors.ts';

/** Roles of the demo's nodes, by their names. */
export type MemberRole = 'client' | 'worker' | 'verifier' | 'arbiter';

/** A node of the demo before it is started. */
export interface Member {
  readonly name: string;
  readonly role: MemberRole;
  /** Where its peers reach it, with its peer id. */
  readonly place: string;
}

/** Who takes part: one Client, two Workers, two Verifiers, five arbiters or as many as the job's P wants. */
export function memberNames(arbiters: number): readonly (readonly [name: string, role: MemberRole])[] {
  const several = (role: MemberRole, count: number): [string, MemberRole][] =>
    Array.from({ length: count }, (_, i) => [`${role}-${i + 1}`, role]);
  return [
    ['client', 'client'],
    ...several('worker', 2),
    ...several('verifier', 2),
    ...several('arbiter', arbiters),
  ];
}

/** What a node of the demo is told besides the defaults, as TOML. */
export function memberSettings(
  member: Member,
  others: readonly Member[],
  shared: {
    readonly rpcUrl: string;
    readonly cookieFile: string;
    readonly startHeight: number;
    readonly parametersTxid: string;
    readonly offers: number;
  },
): string {
  const [listen] = member.place.split('/p2p/');
  const partners = (role: 'worker' | 'verifier'): string[] =>
    others
      .filter((other) => other.role === role)
      .flatMap(({ place }) => ['', `[[${role}]]`, `address = ${quoted(place)}`, 'price_sat = 1']);
  return [
    'network = "dev"',
    `roles = [${quoted(member.role)}]`,
    '',
    '[chain]',
    `rpc_url = ${quoted(shared.rpcUrl)}`,
    `rpc_cookie_file = ${quoted(shared.cookieFile)}`,
    `start_height = ${shared.startHeight}`,
    '',
    '[p2p]',
    `listen = [${quoted(listen!)}]`,
    `bootstrap = [${others.map(({ place }) => quoted(place)).join(', ')}]`,
    '',
    '[arbiter]',
    `parameters_txid = ${quoted(shared.parametersTxid)}`,
    `offers = ${member.role === 'arbiter' ? shared.offers : 0}`,
    '',
    '[sandbox]',
    // Ten nodes share this machine.
    'processes = 1',
    ...(member.role === 'client' ? [...partners('worker'), ...partners('verifier')] : []),
    '',
  ].join('\n');
}

/** JSON's text is TOML's basic string. */
const quoted = (text: string): string => JSON.stringify(text);

/** Ports that no system hands out by itself: a connection that is made before a node listens could get one of the others. */
const [LOWEST_PORT, HIGHEST_PORT] = [10_000, 32_767];
/** Ports that are tried for each one that is wanted. */
const TRIES_PER_PORT = 100;

/** TCP ports of this machine that nobody uses now. @throws DemoError `no-port` */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count; tries++) {
    if (tries >= count * TRIES_PER_PORT)
      throw new DemoError('no-port', 'Nearly all TCP ports of this machine are in use.', {
        remedy: 'End other programs that listen, or run the demo with `--one-process`.',
      });
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT + 1);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  await new Promise((resolve) => probe.close(resolve));
  return true;
}
