import { SimulationError } from '../stage/errors.ts';
import { ACCUSATIONS } from './accusations.ts';
import { AMOUNTS } from './amounts.ts';
import { ARBITERS } from './arbiters.ts';
import { CHALLENGES } from './challenges.ts';
import { COOPERATION } from './cooperation.ts';
import { REFUSALS } from './refusals.ts';
import type { Scenario } from './scenario.ts';
import { SETUPS } from './setups.ts';
import { SILENCE } from './silence.ts';
import { STAKES } from './stakes.ts';

/** Every scenario, by what it is about. */
export const SCENARIOS: readonly { readonly topic: string; readonly scenarios: readonly Scenario[] }[] = [
  { topic: 'Tx4 pays', scenarios: COOPERATION },
  { topic: 'somebody is silent', scenarios: SILENCE },
  { topic: 'a verdict r = 1 on the chain', scenarios: REFUSALS },
  { topic: 'a verdict r = 0 on the chain', scenarios: ACCUSATIONS },
  { topic: 'the Client challenges', scenarios: CHALLENGES },
  { topic: 'arbiters', scenarios: ARBITERS },
  { topic: 'stakes of arbiters', scenarios: STAKES },
  { topic: 'setups that fail', scenarios: SETUPS },
  { topic: 'amounts and bounds', scenarios: AMOUNTS },
];

/** The scenario of this name. @throws SimulationError `scenario-unknown` */
export function findScenario(name: string): Scenario {
  const all = SCENARIOS.flatMap(({ scenarios }) => scenarios);
  const found = all.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  const near = all.map((scenario) => scenario.name).filter((known) => sharesWord(known, name));
  throw new SimulationError('scenario-unknown', `there is no scenario "${name}"`, {
    evidence: { name },
    remedy:
      near.length === 0
        ? '`prometh simulate --list` shows all of them.'
        : `Perhaps one of these: ${near.slice(0, 5).join(', ')}. \`prometh simulate --list\` shows all.`,
  });
}

/** Words of a name that say something: *tx0* does, *a* does not. */
const LEAST_WORD = 3;

const sharesWord = (known: string, name: string): boolean =>
  name.split('-').some((word) => word.length >= LEAST_WORD && known.split('-').includes(word));
