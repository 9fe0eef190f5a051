import { rewardOf, type ScenarioCoin, scriptOf } from '../coins.ts';
import { ScenarioBuilder } from '../scenario.ts';

/** Reward of the first 149 blocks, satoshis. */
export const REWARD = 5_000_000_000n;

/** A scenario with so many mature rewards of 50 bitcoin in the scenarios' wallet. */
export function fundedScenario(
  name: string,
  coins: number,
): { readonly s: ScenarioBuilder; readonly take: () => ScenarioCoin } {
  const s = new ScenarioBuilder(name);
  const rewards = s.mine(coins, scriptOf()).map((block) => rewardOf(block));
  s.mine(100);
  return {
    s,
    take: () => {
      const coin = rewards.shift();
      if (coin === undefined) throw new RangeError('the scenario has no further coins');
      return coin;
    },
  };
}
