import { createHash } from 'node:crypto';
import {
  type Arbiter,
  bip86Script,
  type GraphTerms,
  publicKey,
  satoshi,
  secretScalar,
  txidFromInternal,
  type XOnlyKey,
} from '@prometheus-compute/protocol';
import { exampleJob } from '../example-job.ts';

const digest = (name: string): Uint8Array => new Uint8Array(createHash('sha256').update(name).digest());
const key = (name: string): XOnlyKey => publicKey(secretScalar(digest(name)));

/** Satoshis that Tx0 pays as fee: 2 sat/vB for one more arbiter's input and output. */
const FEE_PER_ARBITER = 202n;

function madeUpArbiter(index: number, amount: bigint): Arbiter {
  const offerKey = key(`offer ${index}`);
  return {
    key: key(`transactions ${index}`),
    messageKey: key(`messages ${index}`),
    stake: {
      kind: 'offer',
      coin: {
        outpoint: { txid: txidFromInternal(digest(`stake ${index}`)), vout: 0 },
        amount: satoshi(amount),
        script: bip86Script(offerKey),
      },
      offerKey,
    },
  };
}

/**
 * Terms for n arbiters from the terms of a contract that was really set up: the same C, W and V, the Client's coin as
 * much larger as more arbiters cost, and made-up arbiters with fresh offers.
 */
export function termsFor(n: number, { parameters, contract, arbiters }: GraphTerms): GraphTerms {
  const more = BigInt(n - arbiters.length);
  const settlementFee = satoshi(exampleJob(n).settlementFee);
  const [coin, ...others] = contract.client.funding;
  const added = more * (contract.retainer + FEE_PER_ARBITER) + settlementFee - contract.settlementFee;
  const funding = [{ ...coin!, amount: satoshi(coin!.amount + added) }, ...others];
  return {
    parameters: { ...parameters, n },
    contract: { ...contract, settlementFee, client: { ...contract.client, funding } },
    arbiters: Array.from({ length: n }, (_, i) => madeUpArbiter(i + 1, parameters.a)),
  };
}
