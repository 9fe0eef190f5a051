import { utf8 } from '@prometheus-compute/protocol';
import fc from 'fast-check';
import { parseLaxDer } from '../src/crypto/der.ts';
import { parseBlock, serializeBlock } from '../src/devchain/blocks/block.ts';
import { encodePartialTree, readPartialTree } from '../src/devchain/blocks/partial-merkle-tree.ts';
import { ADDRESS_NETWORKS, Devchain, parseTransaction, serializeTransaction } from '../src/index.ts';
import { dispatch } from '../src/rpc/dispatch.ts';
import { parseControlBlock } from '../src/script/taproot.ts';
import { addressOf, scriptOfAddress } from '../src/wallet/address.ts';
import { scriptOf } from './differential/coins.ts';
import { arbitraryTransaction } from './transaction/arbitrary-transaction.ts';

const chain = new Devchain();
chain.mine(2, scriptOf());
const { block } = chain.tip();
const context = { chain, network: ADDRESS_NETWORKS.regtest, uptime: () => 0, stop: () => {} };
const transactions = fc
  .sample(arbitraryTransaction, { numRuns: 12, seed: 1 })
  .map((each) => serializeTransaction(each));
const legacy = fc
  .sample(arbitraryTransaction, { numRuns: 12, seed: 1 })
  .map(({ inputs, ...rest }) =>
    serializeTransaction({ ...rest, inputs: inputs.map((input) => ({ ...input, witness: [] })) }),
  );
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const leaves = Array.from({ length: 5 }, (_, index) => new Uint8Array(32).fill(index));
const address = addressOf(scriptOf(), ADDRESS_NETWORKS.regtest)!;

const CALLS = [
  ['getblockheader', [block.hash, true]],
  ['getblock', [block.hash, 2]],
  ['gettxout', ['00'.repeat(32), 0, true]],
  ['testmempoolaccept', [['00']]],
  ['submitpackage', [['00', '01'], 0.1]],
  ['decoderawtransaction', [Buffer.from(transactions[0]!).toString('hex')]],
  ['scantxoutset', ['start', [`addr(${address})`]]],
  ['getmempoolentry', ['00'.repeat(32)]],
] as const;

/** Everything here that reads bytes from outside, with bytes that it accepts. */
export const DECODERS = [
  {
    name: 'transaction',
    decode: (bytes: Uint8Array) => parseTransaction(bytes),
    encode: serializeTransaction,
    samples: transactions,
  },
  {
    name: 'transaction of before BIP144',
    decode: (bytes: Uint8Array) => parseTransaction(bytes, { witness: false }),
    samples: legacy,
  },
  {
    name: 'transaction for the mempool',
    decode: (bytes: Uint8Array) => chain.submitTransaction(bytes),
    samples: transactions,
  },
  {
    name: 'block',
    decode: (bytes: Uint8Array) => parseBlock(bytes),
    encode: serializeBlock,
    samples: [serializeBlock(block)],
  },
  {
    name: 'partial Merkle tree',
    decode: readPartialTree,
    samples: [
      encodePartialTree(leaves, [true, false, true, false, true]),
      encodePartialTree(
        leaves,
        leaves.map(() => false),
      ),
    ],
  },
  {
    name: 'DER signature',
    decode: parseLaxDer,
    samples: [Uint8Array.of(0x30, 8, 2, 2, 1, 1, 2, 2, 1, 1), Uint8Array.of(0x30, 0x81, 6, 2, 1, 1, 2, 1, 1)],
  },
  {
    name: 'control block',
    decode: parseControlBlock,
    samples: [new Uint8Array(33), new Uint8Array(97).fill(0xc0)],
  },
  {
    name: 'address',
    decode: (bytes: Uint8Array) => scriptOfAddress(text(bytes), ADDRESS_NETWORKS.regtest),
    samples: [utf8(address)],
  },
  {
    name: 'request by JSON-RPC',
    decode: (bytes: Uint8Array) => dispatch(text(bytes), context),
    samples: CALLS.map(([method, params]) => utf8(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))),
  },
] as const;
