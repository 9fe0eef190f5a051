import { type Txid, txidFromDisplay } from '@prometheus-compute/protocol';
import { type Chunk, chunksOf } from '../../devchain/mempool/chunks.ts';
import type { MempoolEntry } from '../../devchain/mempool/entry.ts';
import {
  INCREMENTAL_RELAY_FEE,
  MAX_CLUSTER_COUNT,
  MAX_CLUSTER_WEIGHT,
  MAX_DATA_CARRIER_BYTES,
  MIN_RELAY_FEE,
} from '../../devchain/mempool/limits.ts';
import type { Mempool } from '../../devchain/mempool/pool.ts';
import { perThousand } from '../../devchain/money.ts';
import { Arguments, hash, isObject, typeMessage, typeName } from '../arguments.ts';
import { RpcCode, RpcError } from '../errors.ts';
import { type Answer, type AnswerObject, amount, type JsonValue } from '../json.ts';
import type { RpcMethod } from '../method.ts';

/** Methods that look at the mempool. */
export const MEMPOOL_METHODS: readonly RpcMethod[] = [
  {
    name: 'getrawmempool',
    parameters: ['verbose:bool', 'mempool_sequence:bool'],
    required: 0,
    run: (args, { chain }) => {
      const verbose = args.flag(0, false);
      const chunks = chunksOf(chain.mempool.entries());
      if (!verbose) return chunks.flatMap(({ entries }) => ids(entries));
      const answers: Record<string, Answer> = {};
      for (const chunk of chunks) {
        for (const entry of chunk.entries) {
          answers[entry.loaded.txid] = entryAnswer(entry, chunk, chain.mempool);
        }
      }
      return answers;
    },
  },
  {
    name: 'getmempoolentry',
    parameters: ['txid:string'],
    required: 1,
    run: (args, { chain }) => {
      const entry = chain.mempool.entry(args.txid(0, 'txid'));
      if (entry === undefined)
        throw new RpcError(RpcCode.INVALID_ADDRESS_OR_KEY, 'Transaction not in mempool');
      const chunks = chunksOf(chain.mempool.clusters([entry]));
      return entryAnswer(entry, chunks.find(({ entries }) => entries.includes(entry))!, chain.mempool);
    },
  },
  {
    name: 'gettxspendingprevout',
    parameters: ['outputs:array'],
    required: 1,
    run: (args, { chain }) => {
      const outputs = args.list(0);
      if (outputs.length === 0)
        throw new RpcError(RpcCode.INVALID_PARAMETER, 'Invalid parameter, outputs are missing');
      const outpoints = outputs.map(outpoint);
      return outpoints.map(({ txid, vout }) => ({
        txid,
        vout,
        spendingtxid: chain.mempoolSpender(txid, vout),
      }));
    },
  },
  {
    name: 'getmempoolinfo',
    parameters: [],
    required: 0,
    run: (_, { chain }) => {
      const entries = [...chain.mempool.entries()];
      return {
        loaded: true,
        size: entries.length,
        bytes: sum(entries, (entry) => entry.vsize),
        usage: sum(entries, (entry) => entry.loaded.bytes.length),
        total_fee: amount(totalFee(entries)),
        maxmempool: 300_000_000,
        mempoolminfee: amount(perThousand(MIN_RELAY_FEE)),
        minrelaytxfee: amount(perThousand(MIN_RELAY_FEE)),
        incrementalrelayfee: amount(perThousand(INCREMENTAL_RELAY_FEE)),
        unbroadcastcount: 0,
        permitbaremultisig: true,
        maxdatacarriersize: MAX_DATA_CARRIER_BYTES,
        limitclustercount: MAX_CLUSTER_COUNT,
        limitclustersize: MAX_CLUSTER_WEIGHT / 4,
        optimal: true,
      };
    },
  },
];

/** An object with txid and vout, and nothing else. */
function outpoint(value: JsonValue): { readonly txid: Txid; readonly vout: number } {
  if (!isObject(value)) throw new RpcError(RpcCode.TYPE, typeMessage(value, 'object'));
  const { txid = null, vout = null, ...others } = value;
  const [other] = Object.keys(others);
  if (typeof txid !== 'string') throw wrongMember(txid, 'txid', 'string');
  if (typeof vout !== 'number') throw wrongMember(vout, 'vout', 'number');
  if (other !== undefined) throw new RpcError(RpcCode.TYPE, `Unexpected key ${other}`);
  const index = new Arguments([vout]).integer(0);
  if (index < 0) throw new RpcError(RpcCode.INVALID_PARAMETER, 'Invalid parameter, vout cannot be negative');
  return { txid: txidFromDisplay(hash(txid, 'txid')), vout: index };
}

function wrongMember(value: JsonValue, name: string, expected: string): RpcError {
  if (value === null) return new RpcError(RpcCode.TYPE, `Missing ${name}`);
  return new RpcError(
    RpcCode.TYPE,
    `JSON value of type ${typeName(value)} for field ${name} is not of expected type ${expected}`,
  );
}

/** @param chunk - that the entry is in */
function entryAnswer(entry: MempoolEntry, chunk: Chunk, pool: Mempool): AnswerObject {
  const ancestors = [...pool.ancestors(entry)];
  const descendants = [...pool.descendants(entry)];
  return {
    vsize: entry.vsize,
    weight: entry.loaded.weight,
    time: entry.time,
    height: entry.height,
    descendantcount: descendants.length,
    descendantsize: sum(descendants, ({ vsize }) => vsize),
    ancestorcount: ancestors.length,
    ancestorsize: sum(ancestors, ({ vsize }) => vsize),
    wtxid: entry.loaded.wtxid,
    chunkweight: chunk.size,
    fees: {
      base: amount(entry.fee),
      modified: amount(entry.fee),
      ancestor: amount(totalFee(ancestors)),
      descendant: amount(totalFee(descendants)),
      chunk: amount(chunk.fee),
    },
    // Core orders these two differently: by the displayed text, and by internal bytes as the pool does.
    depends: ids(pool.parents(entry.loaded)).toSorted(),
    spentby: ids(pool.children(entry.loaded)),
    unbroadcast: false,
  };
}

function ids(entries: readonly MempoolEntry[]): readonly string[] {
  return entries.map((entry) => entry.loaded.txid);
}

function sum(entries: readonly MempoolEntry[], of: (entry: MempoolEntry) => number): number {
  return entries.reduce((total, entry) => total + of(entry), 0);
}

function totalFee(entries: readonly MempoolEntry[]): bigint {
  return entries.reduce((total, entry) => total + entry.fee, 0n);
}
