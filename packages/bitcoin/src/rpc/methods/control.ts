import { INCREMENTAL_RELAY_FEE, MIN_RELAY_FEE } from '../../devchain/mempool/limits.ts';
import { perThousand } from '../../devchain/money.ts';
import { INT64 } from '../arguments.ts';
import { RpcCode, RpcError } from '../errors.ts';
import { amount } from '../json.ts';
import type { RpcMethod } from '../method.ts';

/** Version of Bitcoin Core whose rules and answers these are. */
const CORE_VERSION = 319900;
/** Largest time that a block can have. */
const MAX_TIME = 0xffff_ffff;

const ESTIMATE_MODES: readonly string[] = ['unset', 'economical', 'conservative'];

/** Methods about the server and its surroundings. */
export const CONTROL_METHODS: readonly RpcMethod[] = [
  {
    name: 'getnetworkinfo',
    parameters: [],
    required: 0,
    run: () => ({
      version: CORE_VERSION,
      subversion: '/Prometheus-devchain:0.1.0/',
      protocolversion: 70017,
      localservices: '0000000000000009',
      localservicesnames: ['NETWORK', 'WITNESS'],
      localrelay: true,
      timeoffset: 0,
      networkactive: false,
      connections: 0,
      connections_in: 0,
      connections_out: 0,
      networks: [],
      relayfee: amount(perThousand(MIN_RELAY_FEE)),
      incrementalfee: amount(perThousand(INCREMENTAL_RELAY_FEE)),
      localaddresses: [],
      warnings: [],
    }),
  },
  {
    name: 'estimatesmartfee',
    parameters: ['conf_target:number', 'estimate_mode:string'],
    required: 1,
    run: (args, { chain }) => {
      const target = args.integer(0);
      if (target < 1 || target > 1008) {
        const message = 'Invalid conf_target, must be between 1 and 1008';
        throw new RpcError(RpcCode.INVALID_PARAMETER, message);
      }
      const mode = args.optional(1) === undefined ? 'unset' : args.text(1).toLowerCase();
      if (!ESTIMATE_MODES.includes(mode)) {
        const names = ESTIMATE_MODES.map((name) => `"${name}"`).join(', ');
        const message = `Invalid estimate_mode parameter, must be one of: ${names}`;
        throw new RpcError(RpcCode.INVALID_PARAMETER, message);
      }
      // A miner that asks for more than what is relayed anyway is all there is to learn from.
      if (chain.minimumFeeRate > perThousand(MIN_RELAY_FEE))
        return { feerate: amount(chain.minimumFeeRate), blocks: target };
      // A chain without strangers has no fee market to learn from; Core says the same on a young regtest.
      return { errors: ['Insufficient data or no feerate found'], blocks: 0 };
    },
  },
  {
    name: 'uptime',
    parameters: [],
    required: 0,
    run: (_, { uptime }) => uptime(),
  },
  {
    name: 'stop',
    parameters: ['wait:number'],
    required: 0,
    run: (_, { stop }) => {
      stop();
      return 'Bitcoin Core stopping';
    },
  },
  {
    name: 'setmocktime',
    parameters: ['timestamp:number'],
    required: 1,
    run: (args, { chain }) => {
      const time = args.integer(0, undefined, INT64);
      if (time < 0 || time > MAX_TIME) {
        const message = `Mocktime must be in the range [0, ${MAX_TIME}], not ${time}.`;
        throw new RpcError(RpcCode.INVALID_PARAMETER, message);
      }
      chain.setTime(time === 0 ? undefined : time);
      return null;
    },
  },
];
