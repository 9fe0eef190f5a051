import type { LocalNetworkOptions } from '../../src/index.ts';

/** The adapters of a party. */
export type Ports = Parameters<NonNullable<LocalNetworkOptions['ports']>>[1];

/** A miner who takes nothing below a rate that can be changed. */
export function choosyMiner() {
  const price = { rate: 1n };
  const miner: LocalNetworkOptions['miner'] = (chain, reward) => {
    chain.mine(1, reward, { minimumFeeRate: price.rate });
  };
  return { price, miner };
}

/** A backend that does not know what miners ask for. */
export const uninformed = (_: string, real: Ports): Ports => ({
  ...real,
  chain: {
    tip: () => real.chain.tip(),
    blockAt: (height) => real.chain.blockAt(height),
    output: (outpoint) => real.chain.output(outpoint),
    transaction: (txid) => real.chain.transaction(txid),
    waiting: (txid) => real.chain.waiting(txid),
    spender: (outpoint) => real.chain.spender(outpoint),
    feeRate: async () => 100n,
    submit: (bytes) => real.chain.submit(bytes),
    submitPackage: (list) => real.chain.submitPackage(list),
  },
});
