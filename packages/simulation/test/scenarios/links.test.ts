import { describe, expect, it } from 'vitest';
import type { LinkTerms } from '../../src/network/postman.ts';
import { findScenario } from '../../src/scenarios/catalogue.ts';
import type { Scenario } from '../../src/scenarios/scenario.ts';
import { playedAs, tableOf } from './play.ts';

/** Blocks of a relay round: what the contract allows, and what the network keeps to. */
const RELAY = 3;
/** Every third message is lost, every third comes again, some take two blocks and are overtaken, and links break. */
const ROUGH: LinkTerms = { loss: 0.3, delay: 2, repeat: 0.3, cut: 0.15, within: RELAY - 1 };
/** How many networks each story is played on; `npm run soak` sets more. */
const SEEDS = Number(process.env.LINK_SEEDS ?? 1);
const FIRST = Number(process.env.LINK_FIRST ?? 1);

/** The ends of the stories on a perfect network. */
const ENDINGS = [
  ['lossy-network', 'Tx4'],
  ['client-refuses-to-release', "Tx4'"],
  ['bad-chunk-appealed', 'Tx7:1.2.3.4.5'],
  ['lying-verifier', 'Tx8:1.2.3.4.5'],
  ['audit-finds-garbage', 'Tx7c:1.2.3.4.5'],
] as const;

const overRough = (name: string): Scenario => {
  const scenario = findScenario(name);
  return { ...scenario, links: ROUGH, offered: { ...scenario.offered, relayBlocks: RELAY } };
};

const networks = Array.from({ length: SEEDS }, (_, i) => `network ${FIRST + i}`);

describe.each(ENDINGS)(
  '%s, when messages are lost, late, overtaken, repeated, and links break',
  (name, settlement) => {
    it.each(networks)('ends as it does on a perfect network, to the satoshi: %s', async (seed) => {
      const report = await playedAs(overRough(name), seed);
      expect(report.ending).toMatchObject({ kind: 'settled', settlement });
      expect(report.changes).toEqual(tableOf(name, settlement));
    });
  },
);
