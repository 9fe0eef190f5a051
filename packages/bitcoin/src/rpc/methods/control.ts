import { INCREMENTAL_RELAY_FEE, MIN_RELAY_FEE } from '../../devchain/mempool/limits.ts';
import { perThousand } from '../../devchain/money.ts';
import { RpcCode, RpcError } from '../errors.ts';
import { amount } from '../json.ts';
import type { RpcMethod } from '../method.ts';

/** Version of Bitcoin Core whose rules and answers these are. */
const CORE_VERSION = 319900;
/** Largest time that a block can have. */
const MAX_TIME = 0xffff_ffff;

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
    parameters: ['conf_target', 'estimate_mode'],
    required: 1,
    run: (args) => {
      const target = args.integer(0);
      if (target < 1 || target > 1008) {
        const message = 'Invalid conf_target, must be between 1 and 1008';
        throw new RpcError(RpcCode.INVALID_PARAMETER, message);
      }
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
    parameters: ['wait'],
    required: 0,
    run: (_, { stop }) => {
      stop();
      return 'Bitcoin Core stopping';
    },
  },
  {
    name: 'setmocktime',
    parameters: ['timestamp'],
    required: 1,
    run: (args, { chain }) => {
      const time = args.integer(0);
      if (time < 0 || time > MAX_TIME) {
        const message = `Mocktime must be in the range [0, ${MAX_TIME}], not ${time}.`;
        throw new RpcError(RpcCode.INVALID_PARAMETER, message);
      }
      chain.setTime(time === 0 ? undefined : time);
      return null;
    },
  },
];
