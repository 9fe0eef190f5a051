import type { SCENARIOS, ScenarioReport } from '@prometheus-compute/simulation';
import type { Json } from './json.ts';
import { jsonSatoshis } from './satoshis.ts';

/** The scenarios, as `prometh simulate --list --json` prints them (docs/job-report.md). */
export function scenarioListJson(topics: typeof SCENARIOS): Json {
  return {
    format: 'prometheus/scenarios/1',
    scenarios: topics.flatMap(({ topic, scenarios }) =>
      scenarios.map(({ name, about, court }) => ({
        name,
        topic,
        about,
        arbiters: court.n,
        quorum: court.k,
      })),
    ),
  };
}

/** How a scenario went, as `prometh simulate SCENARIO --json` prints it (docs/job-report.md). */
export function scenarioJson(report: ScenarioReport): Json {
  const { ending } = report;
  return {
    format: 'prometheus/scenario-report/1',
    name: report.scenario,
    about: report.about,
    seed: report.seed,
    blocks: report.blocks,
    ending: {
      kind: ending.kind,
      scheme: ending.kind === 'settled' ? `#${ending.scheme}` : null,
      settlement: ending.kind === 'settled' ? ending.settlement : null,
      height: ending.kind === 'settled' ? ending.height : null,
      reason:
        ending.kind === 'settled' ? null : ending.kind === 'refused' ? ending.reason : ending.fault.reason,
    },
    decrypted: report.decrypted,
    timeline: report.timeline.map(({ height, who, what, why, transaction }) => ({
      height,
      who,
      what,
      why,
      transaction: transaction === null ? null : { name: transaction.id, txid: transaction.txid },
    })),
    balances: report.balances.map(({ party, name, before, after, change, fees }) => ({
      party,
      name,
      before: jsonSatoshis(before),
      after: jsonSatoshis(after),
      change: jsonSatoshis(change),
      fees: {
        commitment: jsonSatoshis(fees.commitment),
        children: jsonSatoshis(fees.children),
        sweeps: jsonSatoshis(fees.sweeps),
      },
    })),
    fund: jsonSatoshis(report.fund),
    fees: report.fees.map(({ kind, txid, id, payer, fee }) => ({
      kind,
      txid,
      name: id ?? null,
      payer: payer ?? null,
      fee: jsonSatoshis(fee),
    })),
    observations: { ...report.observations },
  };
}
