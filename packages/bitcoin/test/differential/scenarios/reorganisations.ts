import { parseBlock } from '../../../src/index.ts';
import { outputOf, rewardOf, scriptOf, spend } from '../coins.ts';
import type { Scenario, ScenarioBlock } from '../scenario.ts';
import { fundedScenario, REWARD } from './funded.ts';

/** Competing branches and invalidated blocks, one to six blocks deep: what returns to the mempool and what does not. */
export function reorganisationsScenario(): Scenario {
  const { s, take } = fundedScenario('reorganisations', 40);
  let nonce = 1;
  for (const depth of [1, 2, 3, 4, 5, 6]) {
    const fork = s.tip;
    const payments = Array.from({ length: depth }, () => spend({ from: [take()], to: [REWARD - 1000n] }));
    const twice = take();
    const here = spend({ from: [twice], to: [REWARD - 1500n] });
    const there = spend({ from: [twice], to: [REWARD - 9000n] });
    // First branch: a payment in every block, and one side of a double spend.
    const first: ScenarioBlock[] = [];
    for (const [index, payment] of payments.entries()) {
      const transactions = index === 0 ? [payment, here] : [payment];
      first.push(s.block({ label: `depth ${depth}: branch 1, ${index}`, transactions, script: scriptOf() }));
    }
    const child = spend({ from: [outputOf(here, 0)], to: [REWARD - 3000n] });
    s.send(`depth ${depth}: child of the double spend`, child);
    // Second branch: the other side, the first payment too, one block more.
    s.continueFrom(fork);
    for (let index = 0; index <= depth; index++) {
      s.call(`depth ${depth}: tip before block ${index}`, 'getbestblockhash', []);
      const transactions = index === 0 ? [there] : index === 1 ? [payments[0]!] : [];
      s.block({ label: `depth ${depth}: branch 2, ${index}`, transactions, extraNonce: nonce++ });
    }
    s.call(`depth ${depth}: tip`, 'getbestblockhash', []);
    s.mempool(`depth ${depth}: returned`);
    s.test(`depth ${depth}: loser of the double spend`, [here]);
    s.call(
      `depth ${depth}: output of the winner`,
      'gettxout',
      [outputOf(there, 0).txid, 0],
      ['value', 'confirmations'],
    );
    s.call(`depth ${depth}: output of the loser`, 'gettxout', [outputOf(here, 0).txid, 0]);
    // The first branch again, when the second is invalidated from its first block on.
    const branch2 = s.tip;
    s.call(`depth ${depth}: invalidate`, 'invalidateblock', [ancestor(branch2, first.length, s.finish())]);
    s.call(`depth ${depth}: tip of branch 1`, 'getbestblockhash', []);
    s.mempool(`depth ${depth}: after branch 1 came back`);
    s.call(`depth ${depth}: reconsider`, 'reconsiderblock', [ancestor(branch2, first.length, s.finish())]);
    s.call(`depth ${depth}: tip of branch 2`, 'getbestblockhash', []);
    s.mempool(`depth ${depth}: after branch 2 came back`);
    s.block({
      label: `depth ${depth}: clears the mempool`,
      transactions: payments.slice(1),
      extraNonce: nonce++,
    });
    s.mempool(`depth ${depth}: empty`);
  }
  return s.finish();
}

/** Hash of the block `depth` below `block`, found among the blocks that the scenario submitted. */
function ancestor(block: ScenarioBlock, depth: number, scenario: Scenario): string {
  const headers = new Map(
    scenario.steps
      .filter(({ method }) => method === 'submitblock')
      .map(({ params }) => {
        const parsed = parseBlock(Uint8Array.from(Buffer.from(params[0] as string, 'hex')));
        return [parsed.hash as string, parsed.header.previous as string];
      }),
  );
  let hash: string = block.block.hash;
  for (let i = 0; i < depth; i++) hash = headers.get(hash)!;
  return hash;
}

/** One block too many invalidated at once: its transaction is forgotten, and what spends it goes too. */
export function deepInvalidationScenario(): Scenario {
  const { s, take } = fundedScenario('deep-invalidation', 13);
  const before = s.tip;
  const payments = Array.from({ length: 12 }, () => spend({ from: [take()], to: [REWARD - 1000n] }));
  const children = payments.map((payment) => spend({ from: [outputOf(payment, 0)], to: [REWARD - 3000n] }));
  const [first, second] = payments.map((payment, index) =>
    s.block({ label: `payment ${index}`, transactions: [payment] }),
  );
  for (const [index, child] of children.entries()) s.send(`child ${index}`, child);
  s.invalidate('eleven blocks', second!);
  s.mempool('payment 1 is forgotten, and its child');
  s.invalidate('one block more', first!);
  s.mempool('payment 0 is back');
  s.reconsider('the first block again', first!);
  s.mempool('payment 0 is confirmed');
  s.reconsider('all blocks again', s.tip);
  s.mempool('all payments are confirmed');
  s.call('tip', 'getbestblockhash', []);
  s.invalidate('twelve blocks', first!);
  s.mempool('payments 0 and 1 are forgotten');
  s.call('tip again', 'getbestblockhash', []);
  s.continueFrom(before);
  s.send('payment 0 sent again', payments[0]!);
  return s.finish();
}

/** Locks of zero blocks over an unconfirmed parent: Core keeps them as they were when the child came in. */
export function keptLocksScenario(): Scenario {
  const { s, take } = fundedScenario('kept-locks', 4);
  const fork = s.mine(2).at(0)!;
  const parent = spend({ from: [take()], to: [REWARD - 1000n] });
  s.send('parent', parent);
  const locked = spend({ from: [outputOf(parent, 0)], to: [REWARD - 2000n], sequence: 0 });
  s.send('child with a lock of zero blocks', locked);
  s.invalidate('two blocks less', fork);
  s.mempool('the child is gone');
  s.test('it could come in again', [locked]);
  s.send('it comes in again', locked);
  s.reconsider('two blocks more', fork);
  s.mempool('it stays on a longer chain');
  // Parent and child return from one block, and the block below goes too.
  const both = [parent, locked];
  const below = s.block({ label: 'below' });
  s.block({ label: 'parent and child', transactions: both });
  s.mempool('empty');
  s.invalidate('both blocks', below);
  s.mempool('the child came back too high');
  return s.finish();
}

/** What a disconnected block makes invalid: rewards that are no longer mature, locks that are no longer met. */
export function expiryScenario(): Scenario {
  const { s, take } = fundedScenario('expiry', 6);
  const locked = take();
  const plain = take();
  const parent = spend({ from: [plain], to: [REWARD - 1000n] });
  const confirmed = s.block({ label: 'parent', transactions: [parent], script: scriptOf() });
  s.mine(2);
  const waits = spend({ from: [outputOf(parent, 0)], to: [REWARD - 2000n], sequence: 3 });
  s.send('relative lock that is just met', waits);
  const grandchild = spend({ from: [outputOf(waits, 0)], to: [REWARD - 3000n], sequence: 0 });
  s.send('its child', grandchild);
  const dated = spend({ from: [locked], to: [REWARD - 1000n], lockTime: s.tip.height });
  s.send('lock time that is just met', dated);
  const youngest = { height: s.tip.height + 1 - 100 };
  s.mempool('before');
  s.invalidate('one block less', s.tip);
  s.mempool('one block less: locks are no longer met');
  s.reconsider('back', s.tip);
  s.mempool('they do not come back by themselves');
  s.send('sent again', waits);
  s.invalidate('parent gone', confirmed);
  s.mempool('parent returns, the locked child goes');
  s.reconsider('parent confirmed again', confirmed);
  s.mempool('empty');
  // A reward that is mature by one block.
  const reward = blockAt(s.finish(), youngest.height);
  const mature = spend({ from: [rewardOf(reward)], to: [1000n] });
  s.test('reward of another', [mature]);
  return s.finish();
}

function blockAt(scenario: Scenario, height: number): ScenarioBlock {
  const blocks = scenario.steps.filter(({ method }) => method === 'submitblock');
  const block = parseBlock(Uint8Array.from(Buffer.from(blocks[height - 1]!.params[0] as string, 'hex')));
  return { block, height };
}
