/**
 * What Bitcoin Core says about the graph. The scenarios of this folder build a chain of their own, confirm T_P, the offers
 * and all coins on it, and visit every transaction of the graph: as it is, one block early, and with one thing changed.
 *
 * - `npm test -- test/graph` compares the development chain with the verdicts recorded in `fixtures/`;
 * - `BITCOIND=/path/to/bitcoind npm test -- test/graph` compares it with that node;
 * - `BITCOIND=/path/to/bitcoind RECORD=1 npm test -- test/graph` records what that node says.
 */
import { clock, type OutputPayee, slotsOwed, transactionOf } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { describeEveryTransaction } from './every-transaction.ts';
import { JudgedGraph } from './judged.ts';

const judged = new JudgedGraph(5);
const { graph } = judged;
const { parameters, contract } = graph.terms;
const times = clock(parameters, contract);
const NOT_YET = /non-BIP68-final/;
const NO_SUCH_OUTPUT = /missing-?inputs|bad-txns-inputs-missingorspent/;
const WRONG_SIGNATURE = /script-verify-flag-failed/;
const VERDICTS = ['TxV1', 'TxV0'] as const;
const FREE = [...VERDICTS, 'TxA', 'TxAc'] as const;
const arbiters = Array.from({ length: parameters.n }, (_, i) => i + 1);

describe('n = 5: every transaction of the graph and every variant with one mutation', () => {
  describeEveryTransaction(judged);
});

describe('what the design claims, as the nodes see it (n = 5)', () => {
  it('D1: Tx3 waits until t1, and there is time before for a verdict on the chain, which ends Tx3', async () => {
    await judged.expectRefused(NOT_YET, 'Tx3 / one block early', 'Tx3 / on Tx0 in the mempool');
    await judged.expectAllowed('Tx3 / valid');
    expect(transactionOf(graph, 'Tx3').wait).toBe(parameters.t1);
    expect(times.verdict + contract.confirmationBlocks).toBeLessThan(parameters.t1);
    await judged.expectRefused(
      NO_SUCH_OUTPUT,
      'Tx3 / on TxV0',
      'Tx3 / on TxV1',
      'Tx1 / on TxV0',
      'Tx4 / on TxV0',
    );
  });

  it('D1: Tx5 waits t2 − t1 after TxV0, in which W can appeal', async () => {
    await judged.expectRefused(NOT_YET, 'Tx5 / one block early');
    await judged.expectAllowed('Tx5 / valid', 'TxA / valid, with the least fee');
    expect(transactionOf(graph, 'Tx5').wait).toBe(parameters.t2 - parameters.t1);
  });

  it('D4: V takes its fee with u_p at once, nobody without it; C only after the window', async () => {
    await judged.expectAllowed('fee output, Verifier / valid', 'fee output, Client / valid');
    await judged.expectAllowed('Tx4 / with the fee output taken', "Tx4' / with the fee output taken");
    await judged.expectRefused(
      NOT_YET,
      'fee output, Client / at once',
      'fee output, Client / one block early',
    );
    await judged.expectRefused(
      WRONG_SIGNATURE,
      'fee output, Verifier / without verificationLock',
      'fee output, Verifier / signed by verifier and client',
      'fee output, Verifier / signed by verifier and verifier',
      'fee output, Verifier / signed by client and verificationLock',
    );
  });

  it('D6: no leaf moves the money of an arbiter that did not sign', () => {
    const mine = (payee: OutputPayee, vout: number, index: number): boolean =>
      payee === 'shared' ? vout === 0 : payee === `arbiter:${index}`;
    for (const id of ['Tx0', 'TxA', 'TxAc'] as const) {
      for (const index of arbiters) {
        // Tx0:0 holds nothing of the arbiters'.
        const outputs = transactionOf(graph, id).outputs.filter(
          ({ payee }, vout) => mine(payee, vout, index) && !(id === 'Tx0' && vout === 0),
        );
        expect([id, outputs.length]).toEqual([id, 1]);
        const [{ leaves } = { leaves: [] }] = outputs;
        expect(leaves.length).toBeGreaterThan(0);
        for (const { signers } of leaves) expect(signers).toContain(`arbiter:${index}`);
      }
    }
  });

  it.each(['TxA', 'TxAc'] as const)(
    'D6: C = W = V with k arbiters cannot move the stake of an outsider from %s',
    async (id) => {
      const group = `theft from ${id}`;
      await judged.expectAllowed(`${group} / everybody agrees`);
      await judged.expectRefused(
        WRONG_SIGNATURE,
        `${group} / nobody signs for arbiter:5`,
        `${group} / client signs for arbiter:5`,
        `${group} / arbiter:1 signs for arbiter:5`,
        `${group} / a signature of arbiter:5 on another decision`,
      );
    },
  );

  it('D6: C, W and V cannot move a stake from Tx0', async () => {
    for (const i of arbiters) {
      await judged.expectAllowed(`stake ${i} together / valid`);
      await judged.expectRefused(
        WRONG_SIGNATURE,
        ...['client', 'worker', 'verifier'].map(
          (role) => `stake ${i} together / ${role} signs for its arbiter`,
        ),
        `stake ${i} / signed by the Worker`,
      );
    }
  });

  it('D7: an arbiter cannot spend its stake while the contract runs', async () => {
    await judged.expectRefused(
      NOT_YET,
      'stake 1 / arbiter, on Tx0 in the mempool',
      'stake 1 / one block early',
    );
    await judged.expectRefused(
      WRONG_SIGNATURE,
      'stake 1 / one block early, nSequence one less',
      'stake 1 together / without client',
      'stake 1 together / without worker',
      'stake 1 together / key path',
      'stake 1 together / the other leaf',
    );
  });

  it('D7: stakes and bond free themselves at t4, not one block before, and stakes can be staked again', async () => {
    const freed = [...arbiters.map((i) => `stake ${i}`), 'bond', 'renewal'];
    await judged.expectRefused(NOT_YET, ...freed.map((name) => `${name} / one block early`));
    await judged.expectAllowed(...freed.map((name) => `${name} / valid`));
  });

  it('D8: a decision by all is valid at once, one by four only after Δ_S', async () => {
    expect(transactionOf(graph, 'Tx7:1.2.3.4.5').wait).toBe(0);
    expect(transactionOf(graph, 'Tx7:1.2.3.4').wait).toBe(contract.stageBlocks);
    await judged.expectAllowed('Tx7:1.2.3.4.5 / valid', 'Tx7:1.2.3.4 / valid');
    await judged.expectRefused(NOT_YET, 'Tx7:1.2.3.4 / one block early');
  });

  it("D9: C's adaptor signatures are no signatures until they are completed with h_p", async () => {
    const completed = [...graph.transactions.keys()].filter((id) => /^(?:Tx3|Tx4|Tx8)/.test(id));
    expect(completed).toHaveLength(3 + 12);
    for (const id of completed) {
      await judged.expectRefused(
        WRONG_SIGNATURE,
        `${id} / adaptor signature as it is`,
        `${id} / adaptor signature completed with another secret`,
      );
    }
  });

  it('D14: neither verdict can confirm before t0 + 2Δ', async () => {
    for (const id of VERDICTS) {
      expect(transactionOf(graph, id).wait).toBe(contract.deliveryBlocks + 2 * contract.confirmationBlocks);
      await judged.expectRefused(NOT_YET, `${id} / one block early`);
      await judged.expectRefused(WRONG_SIGNATURE, `${id} / one block early, nSequence one less`);
      await judged.expectAllowed(`${id} / valid, with the least fee`);
    }
  });

  it('D16: a transaction without fee goes in only with a version 3 child that takes the anchor and pays', async () => {
    for (const id of FREE) {
      await judged.expectRefused(
        /min relay fee not met/,
        `${id} / without a child`,
        `${id} / package without a child`,
        `${id} / child without fee`,
        `${id} / child one satoshi below the least fee`,
      );
      await judged.expectRefused(/unspent-dust/, `${id} / child that does not spend the anchor`);
      await judged.expectRefused(
        /TRUC-violation/,
        `${id} / child of version 2`,
        `${id} / child of more than 1,000 vB`,
        `${id} / version 2, with a child of version 3`,
        `${id} / a child of its child`,
      );
      await judged.expectRefused(/package topology disallowed/, `${id} / two children`);
      await judged.expectAllowed(`${id} / valid, with the least fee`);
    }
  });

  it('D16: settlements share φ, so only a child decides a conflict between them', async () => {
    const group = 'settlements in conflict';
    await judged.expectRefused(/insufficient fee/, `${group} / Tx1 afterwards`, `${group} / Tx4 afterwards`);
    await judged.expectAllowed(`${group} / Tx4 with a child`);
  });

  it('D30: C that refuses its release costs V one transaction and its child, 344 vB, and gains nothing', async () => {
    const members = await judged.verdict('TxV1 / valid, with the least fee');
    const sizes = [...members.matchAll(/in, (\d+) vB/g)].map(([, vsize]) => Number(vsize));
    expect(sizes).toEqual([191, 153]);
    // With it or without: the same payouts, of the same size, to the same parties.
    const paid = (id: 'Tx4' | "Tx4'") =>
      transactionOf(graph, id).outputs.map(({ payee, amount }) => [payee, amount]);
    expect(paid("Tx4'")).toEqual(paid('Tx4'));
    expect(transactionOf(graph, "Tx4'").parent).toBe('TxV1');
    expect(await judged.vsize("Tx4' / valid")).toBe(await judged.vsize('Tx4 / valid'));
    // The Client signs nothing for it that it had not given before Tx0.
    const owed = slotsOwed(graph, 'client').map(({ transaction }) => transaction);
    expect(owed).toContain("Tx4'");
    expect(owed).not.toContain('Tx4');
  });

  it('TxV1 and TxV0 are two transactions: they differ by lock time, and nothing that follows one fits the other', async () => {
    const [one, zero] = VERDICTS.map((id) => transactionOf(graph, id));
    expect([one!.lockTime, zero!.lockTime]).toEqual([1, 0]);
    expect(one!.txid).not.toBe(zero!.txid);
    expect(one!.outputs).toEqual(zero!.outputs);
    await judged.expectRefused(NO_SUCH_OUTPUT, 'Tx5 / on TxV1', 'TxA / on TxV1');
    await judged.expectRefused(NO_SUCH_OUTPUT, "Tx4' / on TxV0", "Tx1' / on TxV0", 'TxAc / on TxV0');
    await judged.expectRefused(NO_SUCH_OUTPUT, 'TxV0 / on TxV1', 'TxV1 / on TxV0');
  });

  it('Tx0 and Tx4 together take at most 1,250 vB', async () => {
    expect((await judged.vsize('Tx0 / valid')) + (await judged.vsize('Tx4 / valid'))).toBeLessThanOrEqual(
      1_250,
    );
  });

  it('a complete dispute, Tx0, TxV0, TxA and Tx7, takes less than 2,600 vB', async () => {
    const labels = ['Tx0 / valid', 'TxV0 / valid, with the least fee', 'TxA / valid, with the least fee'];
    const sizes = await Promise.all([...labels, 'Tx7:1.2.3.4.5 / valid'].map((label) => judged.vsize(label)));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_600);
  });
});
