import { detectionProbability, withheldCount } from '@prometheus-compute/proofs';
import {
  checkParameters,
  clock,
  MAX_CONTENT_BYTES,
  netChanges,
  type Parameters,
  quorum,
  ROLES,
  type SettlementId,
  satoshi,
} from '@prometheus-compute/protocol';
import { inspectProgram, loadModel, MODEL_PROFILE } from '@prometheus-compute/sandbox';
import { EngineError } from '../engine/errors.ts';
import { requireCovered, worstCaseFee } from '../engine/fees/worst-case.ts';
import type { NodePolicy } from '../engine/tasks/context.ts';
import { DEVELOPMENT_POLICY } from '../roles/policy.ts';
import { excessOf } from '../roles/terms-limits.ts';
import { exampleContract } from './example-contract.ts';
import { checkModel, withLimits } from './limits.ts';
import { checkContractTerms, commitmentFee } from './money.ts';
import type {
  Detection,
  JobPlan,
  JobSpecification,
  LimitedSpecification,
  ProjectionPlan,
} from './specification.ts';

/**
 * What a job costs, every exit of its contracts with amounts and dates, what is locked, and who sees the data. Nothing
 * is signed or sent.
 *
 * @param policy - of the Client's node
 * @throws RuleError for P or C out of bounds; SandboxError for a program that is refused; EngineError
 */
export function planJob(given: JobSpecification, policy: NodePolicy = DEVELOPMENT_POLICY): JobPlan {
  const specification = withLimits(given);
  const { parameters, sampled, batches } = specification;
  checkSpecification(specification, policy);
  const perBatch = {
    reward: specification.reward,
    settlementFee: specification.settlementFee,
    retainers: BigInt(parameters.n) * specification.retainer,
    bond: specification.bond,
    tx0FeeEstimate: commitmentFee(parameters.n),
  };
  const { reward, settlementFee, retainers, tx0FeeEstimate } = perBatch;
  return {
    parameters,
    quorum: quorum(parameters),
    batches: batches.map(({ inputs }) => ({
      chunks: inputs.length,
      sampled,
      detection: detections(inputs.length, sampled),
      projection: projectionOf(specification, inputs),
    })),
    cost: { perBatch, total: BigInt(batches.length) * (reward + settlementFee + retainers + tx0FeeEstimate) },
    exits: exits(specification),
    disclosure: disclosure(specification),
    locked: locked(specification),
    feeReserve: {
      amount: policy.feeReserve,
      reason: `for each batch, one confirmed coin of its own: it pays for a challenge and its last transaction at up to ${policy.maxFeeRate / 1_000n} sat/vB, if it comes to that, and is free again afterwards`,
    },
  };
}

/** @throws RuleError, SandboxError, EngineError: the first thing that makes the job impossible */
export function checkSpecification(
  specification: LimitedSpecification,
  policy: NodePolicy = DEVELOPMENT_POLICY,
): void {
  const { parameters, program, profile, batches } = specification;
  checkParameters(parameters);
  for (const { inputs } of batches) checkContractTerms(specification, inputs.length, policy);
  checkInputSizes(specification);
  checkPolicy(specification, policy);
  if (profile === MODEL_PROFILE) checkModel(specification, policy);
  else inspectProgram(program);
}

/** What no Worker or Verifier of the same policy takes part in. */
function checkPolicy(
  { batches, limits, program, parameters, settlementFee }: LimitedSpecification,
  policy: NodePolicy,
): void {
  for (const role of ROLES) requireCovered(worstCaseFee(role, parameters, settlementFee, policy), policy);
  const allowed = policy.limits;
  const largest = Math.max(
    ...batches.map(({ inputs }) => inputs.reduce((sum, { length }) => sum + length, program.length)),
  );
  const excess = excessOf({ limits, payloadBytes: largest }, allowed);
  if (excess === undefined) return;
  throw new EngineError('too-large', excess, {
    remedy: 'Lower the limits of the program, or make smaller batches, of fewer chunks.',
  });
}

/** What a claim shows to arbiters has to fit into its message; C21 looks after what is opened. */
function checkInputSizes({ batches }: JobSpecification): void {
  const largest = Math.max(...batches.flatMap(({ inputs }) => inputs.map((input) => input.length)));
  if (largest <= MAX_CONTENT_BYTES) return;
  throw new EngineError(
    'too-large',
    `an input of ${largest} bytes cannot be shown to arbiters in a dispute`,
    {
      rule: 'M §Claims',
      remedy: `Make chunks of at most ${MAX_CONTENT_BYTES} bytes.`,
    },
  );
}

/** By the largest chunks that a sample could draw: how many rows are opened, and how many of them V infers. */
function projectionOf(
  { scheme, program, sampled }: LimitedSpecification,
  inputs: readonly Uint8Array[],
): ProjectionPlan | null {
  if (scheme !== 'freivalds') return null;
  const { inputBytes } = loadModel(program);
  const opened = inputs
    .map(({ length }) => Math.floor(length / inputBytes))
    .sort((a, b) => b - a)
    .slice(0, sampled);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const rows = sum(opened);
  const withheld = sum(opened.map(withheldCount));
  const enforced = COUNTS.filter((badRows) => badRows <= rows).map((badRows) => ({
    badRows,
    probability: detectionProbability(rows, withheld, badRows),
  }));
  return { rows, withheld, enforced };
}

const COUNTS = [1, 2, 5, 10, 50, 100];

/** Chances to catch 1, 2, 5, … bad chunks. */
export function detections(chunks: number, sampled: number): readonly Detection[] {
  return COUNTS.filter((badChunks) => badChunks <= chunks).map((badChunks) => ({
    badChunks,
    probability: detectionProbability(chunks, sampled, badChunks),
  }));
}

interface ExitRow {
  readonly id: SettlementId;
  readonly after: (p: Parameters, waits: ReturnType<typeof clock>) => string;
  readonly blocks: (p: Parameters, waits: ReturnType<typeof clock>) => number | null;
}

/** T §The tree, in the order in which things can happen. S = all stands for the decisions. */
function exitRows(p: Parameters): readonly ExitRow[] {
  const all = Array.from({ length: p.n }, (_, i) => i + 1).join('.');
  return [
    { id: 'Tx4', after: () => 'verdict and release', blocks: () => null },
    { id: 'Tx3', after: ({ t1 }) => `Tx0 + ${t1} blocks`, blocks: ({ t1 }) => t1 },
    { id: 'Tx1', after: ({ t3 }) => `Tx0 + ${t3} blocks`, blocks: ({ t3 }) => t3 },
    {
      id: "Tx4'",
      after: (_, { appeal }) => `TxV1 + ${appeal} blocks`,
      blocks: (_, { verdict, appeal }) => verdict + appeal,
    },
    {
      id: "Tx1'",
      after: (_, waits) => `TxV1 + ${waits.timeoutAfterVerdict} blocks`,
      blocks: (_, { verdict, timeoutAfterVerdict }) => verdict + timeoutAfterVerdict,
    },
    {
      id: 'Tx5',
      after: (_, { appeal }) => `TxV0 + ${appeal} blocks`,
      blocks: (_, { verdict, appeal }) => verdict + appeal,
    },
    {
      id: 'Tx6',
      after: (_, { arbitrationTimeout }) => `TxA + ${arbitrationTimeout} blocks`,
      blocks: (_, { verdict, arbitrationTimeout }) => verdict + 1 + arbitrationTimeout,
    },
    {
      id: `Tx7:${all}`,
      after: () => 'TxA and the arbiters’ decision',
      blocks: (_, { verdict }) => verdict + 1,
    },
    {
      id: `Tx8:${all}`,
      after: () => 'TxA and the arbiters’ decision',
      blocks: (_, { verdict }) => verdict + 1,
    },
    {
      id: 'Tx6c',
      after: (_, { arbitrationTimeout }) => `TxAc + ${arbitrationTimeout} blocks`,
      blocks: (_, { verdict, arbitrationTimeout }) => verdict + 1 + arbitrationTimeout,
    },
    {
      id: `Tx7c:${all}`,
      after: () => 'TxAc and the arbiters’ decision',
      blocks: (_, { verdict }) => verdict + 1,
    },
    {
      id: `Tx9c:${all}`,
      after: () => 'TxAc and the arbiters’ decision',
      blocks: (_, { delta2, verdict }) => verdict + 1 + delta2,
    },
    {
      id: `Tx8c:${all}`,
      after: () => 'TxAc and the arbiters’ decision',
      blocks: (_, { verdict }) => verdict + 1,
    },
  ];
}

const SCHEMES: Readonly<Record<string, string>> = {
  Tx1: '#1',
  Tx3: '#2',
  Tx4: '#3',
  Tx5: '#4',
  Tx6: '#5',
  Tx7: '#6',
  Tx9: '#6',
  Tx8: '#7',
};

function exits(specification: LimitedSpecification): JobPlan['exits'] {
  const { parameters, settlementFee, retainer } = specification;
  const contract = exampleContract(specification, specification.batches[0]?.inputs.length ?? 1);
  const waits = clock(parameters, contract);
  const stakes = Array.from({ length: parameters.n }, () => satoshi(parameters.a));
  const onTop = settlementFee + BigInt(parameters.n) * retainer;
  return exitRows(parameters).map(({ id, after, blocks }) => {
    const net = netChanges(parameters, contract, id, stakes);
    const arbiters = Object.entries(net).filter(([party]) => party.startsWith('arbiter:'));
    return {
      scheme: SCHEMES[id.slice(0, 3)]!,
      transaction: id.split(':')[0]!,
      after: after(parameters, waits),
      blocks: blocks(parameters, waits),
      changes: {
        client: net.client - onTop,
        worker: net.worker,
        verifier: net.verifier,
        arbiters: arbiters.reduce((sum, [, amount]) => sum + amount, 0n),
        fund: net.fund,
      },
    };
  });
}

function disclosure({ sampled, batches }: JobSpecification): readonly string[] {
  const chunks = batches[0]?.inputs.length ?? 0;
  return [
    'The Worker and the Verifier see the program and all inputs.',
    `The Verifier and the Client see the results of ${sampled} of ${chunks} chunks before the Worker is paid.`,
    'In a dispute, arbiters see the program and the chunk that is claimed to be wrong; if a party gives no receipt, the opened results too.',
    'Everybody sees on the chain that a contract exists, its parameters and its amounts; nobody sees program, data or results.',
  ];
}

function locked({ parameters, reward, settlementFee, retainer, bond }: JobSpecification): JobPlan['locked'] {
  const { w, v, a, n, t1, t2, t4 } = parameters;
  // The longest way: a verdict on the chain by t3, an appeal within t2 − t1, and no decision for t4 − t3.
  const longest = t4 + (t2 - t1);
  return [
    {
      party: 'client',
      amount: reward + settlementFee + BigInt(n) * retainer,
      blocks: longest,
      note: 'reward, fee of the last transaction and retainers of the arbiters',
    },
    {
      party: 'client',
      amount: bond,
      blocks: longest,
      note: `challenge bond; free after ${t4} blocks unless it is used`,
    },
    { party: 'worker', amount: w, blocks: longest, note: 'stake' },
    { party: 'verifier', amount: v, blocks: longest, note: 'stake' },
    {
      party: 'arbiter',
      amount: a,
      blocks: longest,
      note: `stake of each of the ${n} arbiters; free after ${t4} blocks unless there is a dispute`,
    },
  ].filter(({ amount }) => amount > 0n) as JobPlan['locked'];
}
