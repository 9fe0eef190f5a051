import { sha256 } from '@noble/hashes/sha2.js';
import { P2A_SCRIPT, toHex } from '@prometheus-compute/protocol';
import { keyOf, outputOf, scriptOf, spend } from '../coins.ts';
import type { Scenario } from '../scenario.ts';
import { fundedScenario, REWARD } from './funded.ts';

const KEY = '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';

/** Answers of the RPC, member by member, and its errors. */
export function answersScenario(): Scenario {
  const { s, take } = fundedScenario('answers', 6);
  const hash20 = new Array<number>(20).fill(9);
  const scripts: readonly (readonly number[])[] = [
    [...scriptOf()],
    [0x00, 0x14, ...hash20],
    [0x00, 0x20, ...sha256(Uint8Array.of(0x51))],
    [0x76, 0xa9, 0x14, ...hash20, 0x88, 0xac],
    [0xa9, 0x14, ...hash20, 0x87],
    [...P2A_SCRIPT],
    [0x21, 0x02, ...Buffer.from(KEY, 'hex'), 0xac],
    [0x51, 0x21, 0x02, ...Buffer.from(KEY, 'hex'), 0x51, 0xae],
    [0x6a, 0x04, 1, 2, 3, 4],
    [0x6a, 0x24, ...new Array<number>(36).fill(0xaa)],
    [0x51, 0x02, 0xff],
    [0x05, 1, 2, 3],
    [0x4f, 0x60, 0x61, 0xb1, 0xb2, 0x7e, 0xff, 0x04, 0xff, 0xff, 0xff, 0xff],
    [],
  ];
  const kinds = spend({
    from: [take()],
    to: [
      ...scripts.map((script) => ({ amount: 10_000n, script: Uint8Array.from(script) })),
      REWARD - 1_000_000n,
    ],
  });
  s.call('every kind of output', 'decoderawtransaction', [toHex(kinds)]);
  const block = s.block({ label: 'holds every kind', transactions: [kinds], script: scriptOf() });
  const { hash } = block.block;
  const txid = outputOf(kinds, 0).txid;
  for (const verbosity of [0, 1, 2, 3]) s.call(`getblock ${verbosity}`, 'getblock', [hash, verbosity]);
  s.call('getblock true', 'getblock', [hash, true]);
  s.call('getblockheader', 'getblockheader', [hash]);
  s.call('getblockheader false', 'getblockheader', [hash, false]);
  s.call('getblock of the genesis', 'getblock', [
    '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
    2,
  ]);
  for (const verbosity of [0, 1, 2]) {
    s.call(`getrawtransaction ${verbosity}`, 'getrawtransaction', [txid, verbosity]);
    s.call(`getrawtransaction ${verbosity} in its block`, 'getrawtransaction', [txid, verbosity, hash]);
    const coinbase = block.block.transactions[0]!.txid;
    s.call(`getrawtransaction ${verbosity} of a coinbase`, 'getrawtransaction', [coinbase, verbosity]);
  }
  s.call('gettxout', 'gettxout', [txid, 0]);
  s.call('gettxout of nothing', 'gettxout', [txid, 99]);
  s.call('gettxout of data', 'gettxout', [txid, 8]);
  s.call('gettxoutproof', 'gettxoutproof', [[txid]]);
  s.call('gettxoutproof of both', 'gettxoutproof', [[block.block.transactions[0]!.txid, txid], hash]);
  s.call(
    'scantxoutset',
    'scantxoutset',
    ['start', [`addr(${keyOf().address})`]],
    ['success', 'height', 'bestblock', 'total_amount'],
  );
  s.call(
    'scantxoutset of a script',
    'scantxoutset',
    ['start', ['raw(51024e73)']],
    ['success', 'height', 'bestblock', 'unspents', 'total_amount'],
  );
  s.call(
    'getblockchaininfo',
    'getblockchaininfo',
    [],
    [
      'chain',
      'blocks',
      'headers',
      'bestblockhash',
      'bits',
      'target',
      'difficulty',
      'time',
      'mediantime',
      'chainwork',
      'pruned',
    ],
  );
  s.call(
    'getnetworkinfo',
    'getnetworkinfo',
    [],
    ['version', 'protocolversion', 'relayfee', 'incrementalfee'],
  );
  s.call('estimatesmartfee', 'estimatesmartfee', [6]);

  // In the mempool.
  const parent = spend({ from: [take()], to: [REWARD / 2n, REWARD / 2n - 500n] });
  const child = spend({ from: [outputOf(parent, 0)], to: [REWARD / 2n - 9000n] });
  s.send('parent', parent);
  s.send('child', child);
  const entry = [
    'vsize',
    'weight',
    'height',
    'time',
    'descendantcount',
    'descendantsize',
    'ancestorcount',
    'ancestorsize',
    'chunkweight',
    'wtxid',
    'fees',
    'depends',
    'spentby',
  ];
  const parentId = outputOf(parent, 0).txid;
  s.call('getmempoolentry of the parent', 'getmempoolentry', [parentId], entry);
  s.call('getmempoolentry of the child', 'getmempoolentry', [outputOf(child, 0).txid], entry);
  s.call('getrawtransaction of the mempool', 'getrawtransaction', [parentId, 2]);
  s.call('gettxout of the mempool', 'gettxout', [parentId, 1]);
  s.call('gettxout of the mempool, excluded', 'gettxout', [parentId, 1, false]);
  s.call('gettxout spent in the mempool', 'gettxout', [parentId, 0]);
  s.call(
    'gettxout spent in the mempool, confirmed only',
    'gettxout',
    [loadInput(parent), 0, false],
    ['value', 'coinbase'],
  );
  s.call('generateblock', 'generateblock', [keyOf().address, [parentId], false], ['hex']);
  s.call('generateblock with an orphan', 'generateblock', [`raw(51)`, [toHex(child)], false]);
  s.call(
    'generateblock submitted',
    'generateblock',
    [`addr(${keyOf().address})`, [parentId, toHex(child)]],
    ['hash'],
  );
  s.mempool('after generateblock');

  // Errors.
  s.call('unknown method', 'getsomething', []);
  s.call('height too high', 'getblockhash', [5000]);
  s.call('height negative', 'getblockhash', [-1]);
  s.call('height as text', 'getblockhash', ['1']);
  s.call('height not whole', 'getblockhash', [1.5]);
  s.call('hash too short', 'getblock', ['ab']);
  s.call('hash not hexadecimal', 'getblock', ['zz'.repeat(32)]);
  s.call('unknown block', 'getblock', ['ab'.repeat(32)]);
  s.call('unknown block header', 'getblockheader', ['ab'.repeat(32)]);
  s.call('unknown block invalidated', 'invalidateblock', ['ab'.repeat(32)]);
  s.call('unknown transaction', 'getrawtransaction', ['ab'.repeat(32)]);
  s.call('unknown transaction in a block', 'getrawtransaction', ['ab'.repeat(32), 0, hash]);
  s.call('transaction in an unknown block', 'getrawtransaction', [txid, 0, 'ab'.repeat(32)]);
  s.call('genesis transaction', 'getrawtransaction', [
    '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
  ]);
  s.call('unknown entry', 'getmempoolentry', ['ab'.repeat(32)]);
  s.call('no transaction', 'decoderawtransaction', ['00']);
  s.call('no transaction sent', 'sendrawtransaction', ['00']);
  s.call('no transaction tested', 'testmempoolaccept', [['00']]);
  s.call('empty list tested', 'testmempoolaccept', [[]]);
  s.call('list of 26 tested', 'testmempoolaccept', [new Array<string>(26).fill('00')]);
  s.call('empty package', 'submitpackage', [[]]);
  s.call('burn', 'sendrawtransaction', [
    toHex(spend({ from: [take()], to: [{ amount: 1n, script: Uint8Array.of(0x6a) }, REWARD - 9000n] })),
  ]);
  s.call('fee rate too high', 'sendrawtransaction', [toHex(child), 1]);
  s.call('fee rate negative', 'sendrawtransaction', [toHex(child), -1]);
  s.call('no address', 'generatetoaddress', [1, 'nonsense']);
  s.call('no address for a block', 'generateblock', ['nonsense', []]);
  s.call('transaction not in the mempool', 'generateblock', ['raw(51)', ['ab'.repeat(32)]]);
  s.call('action of a scan', 'scantxoutset', ['begin']);
  s.call('scan without objects', 'scantxoutset', ['start']);
  s.call('proof of nothing', 'gettxoutproof', [[]]);
  s.call('proof of an unknown transaction', 'gettxoutproof', [['ab'.repeat(32)]]);
  s.call('target of an estimate', 'estimatesmartfee', [0]);
  s.call('two arguments of wrong types', 'gettxout', [1, 'a']);
  s.call('wrong type of an optional argument', 'submitblock', ['00', 1]);
  s.call('verbosity of a wrong type', 'getblock', [hash, 'a']);
  s.call('wrong length before verbosity', 'getblock', ['ab', 'a']);
  s.call('number above 32 bits', 'getblockhash', [2_147_483_648]);
  s.call('output number negative', 'gettxout', [txid, -1]);
  s.call('header hash too short', 'getblockheader', ['ab']);
  s.call('amount below a satoshi', 'sendrawtransaction', [toHex(child), 1e-9]);
  s.call('mode of an estimate', 'estimatesmartfee', [6, 'best']);
  s.call('proof of a short id', 'gettxoutproof', [['ab']]);
  s.call('proof of the same twice', 'gettxoutproof', [[txid, txid]]);
  s.call('no proof', 'verifytxoutproof', ['']);
  s.call('scan of a number', 'scantxoutset', ['start', [1]]);
  s.call('time before 1970', 'setmocktime', [-1]);
  return s.finish();
}

function loadInput(bytes: Uint8Array): string {
  return toHex(bytes.slice(7, 39).reverse());
}
