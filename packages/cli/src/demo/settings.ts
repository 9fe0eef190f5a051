import { createServer } from 'node:net';

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

/** TCP ports of this machine that nobody uses now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports: number[] = [];
  for (const probe of probes) {
    if (!probe.listening) await new Promise((resolve) => probe.once('listening', resolve));
    ports.push((probe.address() as { port: number }).port);
  }
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return ports;
}
