import { z } from 'zod';
import { NETWORK_NAMES } from './networks.ts';

/** How a value is written in the environment and behind `--set`. */
export type SettingKind = 'text' | 'integer' | 'share' | 'flag' | 'list';

/** What a setting is, for its reader. */
interface SettingFacts {
  readonly kind: SettingKind;
  /** One sentence, and the unit where there is one. */
  readonly what: string;
}

/** What every setting says of itself: the file that `prometh init` writes and docs/node.md are made of it. */
export const SETTINGS = z.registry<SettingFacts>();

const DAY_SECONDS = 86_400;
const MONEY = 2_100_000_000_000_000;

const LINE = z.string().max(1_024);
const text = (what: string) => choice(what, LINE.clone());
const choice = <Schema extends z.ZodType<string>>(what: string, schema: Schema): Schema => {
  SETTINGS.add(schema, { kind: 'text', what });
  return schema;
};
const integer = (what: string, least: number, most: number) =>
  z.int().min(least).max(most).register(SETTINGS, { kind: 'integer', what });
const flag = (what: string) => z.boolean().register(SETTINGS, { kind: 'flag', what });
const list = <Item extends z.ZodType>(what: string, item: Item, most: number) =>
  z.array(item).max(most).register(SETTINGS, { kind: 'list', what });

const multiaddr = z
  .string()
  .max(256)
  .regex(/^\/[\x21-\x7e]+$/, 'must be a multiaddr like /ip4/203.0.113.7/tcp/8733');
const peerAddress = multiaddr.regex(/\/p2p\/[1-9A-HJ-NP-Za-km-z]{20,}$/, 'must end in /p2p/ and the peer id');
const txidOrNothing = z
  .string()
  .regex(/^(?:[0-9a-f]{64})?$/, 'must be a txid, 64 hexadecimal digits in lower case, or empty');

/** A Worker or Verifier that the Client may choose. */
const partner = (role: string) =>
  z.strictObject({
    address: choice(
      `The ${role}'s address with its peer id, as its \`prometh node\` prints it.`,
      peerAddress.clone(),
    ),
    price_sat: integer(`What it gets for one batch, in satoshis.`, 1, MONEY),
  });

/** Every setting of a node. All of them have a value: what nobody gives is the network's default. */
export const configSchema = z.strictObject({
  network: choice('The network that this file is for; another one is refused.', z.enum(NETWORK_NAMES)),
  allow_mainnet: flag('Whether this node may use real bitcoin. `--mainnet` is needed besides.'),
  roles: list(
    'What this node does: any of client, worker, verifier, arbiter.',
    z.enum(['client', 'worker', 'verifier', 'arbiter']),
    4,
  ),
  chain: z.strictObject({
    rpc_url: choice(
      'JSON-RPC of the Bitcoin node: Bitcoin Core 28 or later, or `prometh devchain`.',
      z
        .url({ protocol: /^https?$/ })
        .max(1_024)
        // It is shown and logged, and nothing secret stands in a setting.
        .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), {
          message: 'must name no user and no password: rpc_user and rpc_password_file do',
        }),
    ),
    rpc_cookie_file: text('Its cookie file; not used where rpc_user is given.'),
    rpc_user: text('User for JSON-RPC; empty: log in with the cookie file.'),
    rpc_password_file: text(
      'File whose first line is the password of rpc_user; its owner alone may read it.',
    ),
    start_height: integer(
      'First block that this node reads. No later than the first payment to this wallet and than the T_P that it uses.',
      0,
      100_000_000,
    ),
    poll_seconds: integer('Seconds between two looks at the tip of the chain.', 1, 600),
    timeout_seconds: integer('Seconds that the Bitcoin node may take for an answer.', 1, 3_600),
    stall_minutes: integer(
      'Minutes without a new block after which the Bitcoin node counts as stalled; 0: never.',
      0,
      DAY_SECONDS / 60,
    ),
  }),
  p2p: z.strictObject({
    listen: list(
      'Addresses on which peers reach this node, as multiaddrs; none: it only calls others.',
      multiaddr,
      16,
    ),
    bootstrap: list(
      'Peers through which it finds others: multiaddrs with /p2p/ and the peer id.',
      peerAddress,
      64,
    ),
    mdns: flag('Whether it looks for peers on the local network by mDNS, and is seen there.'),
  }),
  arbiter: z.strictObject({
    parameters_txid: choice('Txid of the T_P for which an arbiter offers its stakes.', txidOrNothing.clone()),
    offers: integer(
      'Stakes that an arbiter keeps on offer, each of a satoshis of that P; 0: none. What is too many is taken back.',
      0,
      2_000,
    ),
  }),
  policy: z.strictObject({
    verify_blocks: integer('Blocks that checking an opening may take (C8).', 1, 1_000),
    audit_blocks: integer("Blocks that a Client's audit may take (C9).", 1, 1_000),
    minimum_offer_age_blocks: integer(
      'Age in blocks from which an offer of an arbiter counts (Y §Snapshot).',
      1,
      10_000,
    ),
    audit_rate: z.number().min(0).max(1).register(SETTINGS, {
      kind: 'share',
      what: 'Client: probability, 0 to 1, of checking an opening itself before it pays.',
    }),
    minimum_reward_sat: integer('Worker, Verifier: the least reward of a batch in satoshis.', 0, MONEY),
    fee_rate_sat_per_kvb: integer(
      'Where the fee of what must be published begins, in satoshis per 1000 virtual bytes.',
      1_000,
      100_000_000,
    ),
    maximum_fee_rate_sat_per_kvb: integer(
      'The highest rate at which a transaction must still reach a block, in satoshis per 1000 virtual bytes (D16).',
      1_000,
      100_000_000,
    ),
    fee_reserve_sat: integer(
      'Satoshis of the coin that each contract sets aside for the fees of its transactions (D16).',
      330,
      MONEY,
    ),
    payload_mib: integer(
      'Largest program and inputs of a batch together, in MiB; all of it is in memory at once.',
      1,
      65_536,
    ),
    records_mib: integer('Largest row records of a batch under model-1, in MiB.', 1, 1_048_576),
    memory_mib: integer('Memory that one chunk may use, in MiB.', 1, 4_096),
    chunk_seconds: integer('Seconds that one chunk may run.', 1, DAY_SECONDS),
    setups_per_peer: integer(
      'Setups that one peer may have open: each holds coins of this node.',
      1,
      100_000,
    ),
    pledges_per_peer: integer('Arbiter: stakes that may be pledged at the request of one peer.', 1, 100_000),
  }),
  sandbox: z.strictObject({
    processes: integer('Chunks that run at a time; 0: as many as this machine has cores.', 0, 1_024),
  }),
  backup: z.strictObject({
    file: text(
      'File that always holds the newest backup of contracts, best on another disk (docs/backup.md); empty: none is kept.',
    ),
  }),
  metrics: z.strictObject({
    port: integer(
      'Port of http://127.0.0.1:PORT/metrics in the text format of Prometheus; 0: off.',
      0,
      65_535,
    ),
  }),
  log: z.strictObject({
    level: choice(
      'The least that is logged: trace, debug, info, warn, error.',
      z.enum(['trace', 'debug', 'info', 'warn', 'error']),
    ),
    format: choice(
      'json: one document a line; text: for people; auto: text on a terminal.',
      z.enum(['auto', 'json', 'text']),
    ),
  }),
  worker: z.array(partner('Worker')).max(256),
  verifier: z.array(partner('Verifier')).max(256),
});

/** Settings of a node as they stand in its file. */
export type ConfigValues = z.infer<typeof configSchema>;
