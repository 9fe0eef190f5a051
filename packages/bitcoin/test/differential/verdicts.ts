import { type JsonValue, type RpcClient, RpcClientError } from '../../src/index.ts';
import type { Scenario, Step } from './scenario.ts';

/** Verdict of each step by its label. Accepted blocks of a run of plain blocks are left out to keep fixtures small. */
export type Verdicts = Readonly<Record<string, JsonValue>>;

/** Makes every call of a scenario in turn. */
export async function runScenario(client: RpcClient, scenario: Scenario): Promise<Verdicts> {
  const verdicts: Record<string, JsonValue> = {};
  for (const step of scenario.steps) {
    const verdict = await verdictOf(client, step);
    if (step.method === 'submitblock' && step.label.startsWith('block ') && verdict === 'connected') continue;
    verdicts[step.label] = verdict;
  }
  return verdicts;
}

async function verdictOf(client: RpcClient, step: Step): Promise<JsonValue> {
  try {
    return condense(step, await client.call(step.method, ...step.params));
  } catch (error) {
    if (!(error instanceof RpcClientError) || error.rpcCode === undefined) throw error;
    return `error ${error.rpcCode}: ${error.message.slice(step.method.length + 2)}`;
  }
}

/** The parts of an answer that are a verdict, readable in a fixture. */
function condense(step: Step, answer: JsonValue): JsonValue {
  switch (step.method) {
    case 'submitblock':
      return answer ?? 'connected';
    case 'testmempoolaccept':
      return (answer as unknown as readonly TestAnswer[]).map(testVerdict);
    case 'submitpackage':
      return packageVerdict(answer as unknown as PackageAnswer);
    case 'getrawmempool':
      return Array.isArray(answer) ? [...answer].sort() : answer;
    default:
      return pick(answer, step.pick);
  }
}

interface Fees {
  readonly base: number;
  readonly 'effective-feerate'?: number;
  readonly 'effective-includes'?: readonly string[];
}

interface TestAnswer {
  readonly allowed?: boolean;
  readonly vsize?: number;
  readonly fees?: Fees;
  readonly 'package-error'?: string;
  readonly 'reject-reason'?: string;
  readonly 'reject-details'?: string;
}

function testVerdict(answer: TestAnswer): string {
  const wholly = answer['package-error'] === undefined ? '' : `package: ${answer['package-error']}; `;
  if (answer.allowed === undefined) return `${wholly}not validated`;
  if (answer.allowed) return `${wholly}allowed, ${answer.vsize} vB, ${feesText(answer.fees!)}`;
  return `${wholly}refused, ${answer['reject-reason']} / ${answer['reject-details']}`;
}

function feesText(fees: Fees): string {
  const rate = fees['effective-feerate'];
  if (rate === undefined) return `${fees.base.toFixed(8)}`;
  return `${fees.base.toFixed(8)}, ${rate.toFixed(8)}/kvB over ${fees['effective-includes']!.length}`;
}

interface PackageAnswer {
  readonly package_msg: string;
  readonly 'tx-results': Readonly<
    Record<
      string,
      {
        readonly error?: string;
        readonly vsize?: number;
        readonly fees?: Fees;
        readonly 'other-wtxid'?: string;
      }
    >
  >;
  readonly 'replaced-transactions': readonly string[];
}

function packageVerdict(answer: PackageAnswer): JsonValue {
  const members = Object.values(answer['tx-results']).map((member) => {
    if (member.error !== undefined) return `refused, ${member.error}`;
    if (member['other-wtxid'] !== undefined) return `other witness ${member['other-wtxid']}`;
    return `in, ${member.vsize} vB, ${feesText(member.fees!)}`;
  });
  return { message: answer.package_msg, members, replaced: [...answer['replaced-transactions']] };
}

function pick(answer: JsonValue, names: readonly string[] | undefined): JsonValue {
  if (names === undefined || typeof answer !== 'object' || answer === null || Array.isArray(answer))
    return answer;
  return Object.fromEntries(Object.entries(answer).filter(([name]) => names.includes(name)));
}
