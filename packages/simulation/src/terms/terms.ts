import {
  type Arbiter,
  arbiterParty,
  type Contract,
  clock,
  DEFAULT_PARAMETERS,
  type GraphTerms,
  type Parameters,
  type PartyTerms,
  pointOf,
  quorum,
  type Role,
  satoshi,
  seedHash,
  txidFromInternal,
} from '@prometheus-compute/protocol';
import { labelCoin, labelHash, labelKey, labelSecret } from './labels.ts';

/** A court: how many arbiters there are and how many must agree. */
export interface Court {
  readonly n: number;
  readonly k: number;
}

/** What the Client adds for the fee of Tx0, in satoshis. */
const COMMITMENT_FEE = 5_000n;
/** A fraction μ that gives k of n: n·μ rounds up to k (D23). */
const fractionFor = ({ n, k }: Court): number => Math.floor((k * 10_000) / n);

/** Amounts of the default contract (T §Default P). */
const AMOUNTS = {
  reward: satoshi(100_000n),
  settlementFee: satoshi(3_000n),
  retainer: satoshi(1_000n),
  bond: satoshi(20_000n),
};

const partyTerms = (role: Role, owes: bigint): PartyTerms => ({
  messageKey: labelKey(`${role} message`),
  transactionKey: labelKey(role),
  funding: [labelCoin(`${role} funding`, owes)],
  change: null,
});

type Times = Pick<Contract, 'deliveryBlocks' | 'confirmationBlocks' | 'stageBlocks' | 'arbitrationBlocks'>;

function contractOf(p: Parameters, times: Times): Contract {
  const { reward, settlementFee, retainer, bond } = AMOUNTS;
  const seed = (label: string) => seedHash(labelHash(label));
  return {
    ...AMOUNTS,
    ...times,
    parametersTxid: txidFromInternal(labelHash('T_P')),
    client: partyTerms('client', reward + settlementFee + BigInt(p.n) * retainer + bond + COMMITMENT_FEE),
    worker: partyTerms('worker', p.w),
    verifier: partyTerms('verifier', p.v),
    relayBlocks: 1,
    scheme: 'replay',
    profile: 'wasi-0',
    programHash: labelHash('program'),
    limits: { memoryPages: 256, outputBytes: 65_536, milliseconds: 30_000 },
    chunks: 20,
    sampled: 5,
    inputRoot: labelHash('inputs'),
    pointLock: pointOf(labelSecret('point lock')),
    verificationLock: labelKey('verification lock'),
    seedHashes: {
      challengeClient: seed('s_C'),
      challengeVerifier: seed('s_V'),
      ceremonyClient: seed("s'_C"),
      ceremonyVerifier: seed("s'_V"),
      ceremonyWorker: seed("s'_W"),
    },
    snapshotHeight: 1_000,
  };
}

function arbiterOf(index: number, amount: bigint): Arbiter {
  const name = arbiterParty(index);
  return {
    key: labelKey(name),
    messageKey: labelKey(`${name} message`),
    stake: {
      kind: 'offer',
      coin: labelCoin(`${name} funding`, amount),
      offerKey: labelKey(`${name} funding`),
    },
  };
}

/**
 * Terms with the amounts of the default P and short legal times (P9, C7 to C13, C22, C23), so that few blocks are needed. t0 exceeds
 * t2 − t1: a verdict in block 1 would leave nobody the time to have delivered (D14).
 */
export function shortTerms(court: Court, changes: Partial<Parameters> = {}): GraphTerms {
  const { n, k } = court;
  const draft: Parameters = { ...DEFAULT_PARAMETERS, n, mu: fractionFor(court) };
  // B = k + 2 (ℓ = 1), and two blocks more (C7); C22, C23.
  const delta = quorum(draft) + 4;
  const stageBlocks = delta - 1;
  const arbitrationBlocks = 2 * stageBlocks;
  const deliveryBlocks = 4 * delta + 4;
  const t1 = deliveryBlocks + 5 * delta;
  const t2 = t1 + 4 * delta;
  const t3 = t2 + 2 * delta;
  const contract = contractOf(draft, {
    deliveryBlocks,
    confirmationBlocks: delta,
    stageBlocks,
    arbitrationBlocks,
  });
  const { delta2 } = clock({ ...draft, t1, t2, t3 }, contract);
  // C11; C12.
  const arbitration = Math.max(delta2 + (n - k) * contract.stageBlocks + 2 * delta, 6 * delta);
  const parameters: Parameters = { ...draft, t1, t2, t3, t4: t3 + arbitration, ...changes };
  return {
    parameters,
    contract,
    arbiters: Array.from({ length: n }, (_, i) => arbiterOf(i + 1, parameters.a)),
  };
}
