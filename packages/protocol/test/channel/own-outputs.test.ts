import { describe, expect, it } from 'vitest';
import { UNRELEASED } from '../../src/channel/closing/clean-end.ts';
import { spendReleased } from '../../src/channel/closing/release-transaction.ts';
import { onCommitmentConfirmed } from '../../src/channel/setup/commitment.ts';
import {
  type ChannelState,
  clock,
  type OpenState,
  ownPayouts,
  type Party,
  releasesOf,
  secretScalar,
  spendBond,
  spendFeeOutput,
  spendPayout,
  spendStake,
  type TransactionId,
  timelyOutputs,
  transactionOf,
} from '../../src/index.ts';
import { fixtureHash } from '../fixtures/terms.ts';
import { agreed, BLANK } from './arbitration/setting.ts';

const { agreement, graph } = agreed(3);
const { parameters, contract } = agreement;
const { feeWindow } = clock(parameters, contract);
const PARTIES = ['client', 'worker', 'verifier', 'arbiter:1', 'arbiter:2', 'arbiter:3'] as const;
/** H0, and the height of the settlement. */
const [H0, H] = [100, 150];

const setup = (self: Party): Extract<ChannelState, { step: 'signatures' }> => ({
  name: 'setup',
  step: 'signatures',
  role: self === 'client' ? 'client' : 'arbiter',
  self,
  parameters,
  tip: H0 - 1,
  deadline: H0 + 10,
  agreement,
  signatures: { plain: {}, adaptor: {} },
  signed: true,
  guaranteed: [],
  committed: true,
  inputs: {},
  commitment: null,
  announced: null,
});

function open(self: Party, changes: Partial<OpenState> = {}): OpenState {
  const blockHash = fixtureHash('block');
  const step = onCommitmentConfirmed(setup(self), {
    kind: 'confirmed',
    transaction: 'Tx0',
    height: H0,
    blockHash,
    bytes: new Uint8Array(0),
  });
  if (step.kind !== 'moved') throw new RangeError('not open');
  return { ...(step.state as OpenState), ...changes } as OpenState;
}

type Settled = Extract<ChannelState, { how: 'settled' }>;

const settled = (self: Party, transaction: TransactionId, changes: Partial<OpenState> = {}): Settled => ({
  name: 'closed',
  how: 'settled',
  tip: H,
  transaction,
  height: H,
  revealed: null,
  failures: null,
  cleanEnd: UNRELEASED,
  before: open(self, changes),
});

const abandoned = (self: Party): ChannelState => ({
  name: 'closed',
  how: 'abandoned',
  tip: H,
  fault: { code: 'setup-timeout', culprit: null, reason: 'the setup was not finished' },
  channel: fixtureHash('channel'),
  drawn: false,
  suspects: [],
  before: setup(self),
});

describe('T §The tree: what a settlement pays to one party alone', () => {
  it('is nothing before there is one', () => {
    for (const state of [setup('client'), open('client'), abandoned('client')])
      expect(ownPayouts(state)).toEqual([]);
  });

  it.each(['Tx1', 'Tx3', 'Tx4', "Tx4'", 'Tx6', 'Tx7:1.2.3'] as const)(
    '%s: every output with one key is of one party, and no other output is of anybody',
    (id) => {
      const found = PARTIES.flatMap((self) => ownPayouts(settled(self, id)));
      const plain = transactionOf(graph, id).outputs.flatMap(({ payee, leaves }, vout) =>
        leaves.length === 0 && PARTIES.some((party) => party === payee) ? [vout] : [],
      );
      expect(plain.length).toBeGreaterThan(0);
      expect(found.map(({ spend }) => spend.outpoint.vout).sort()).toEqual(plain);
      for (const { spend, ...rest } of found) {
        expect(spend).toEqual(spendPayout(graph, id, spend.outpoint.vout));
        expect(rest).toEqual({ from: H, by: null, lockSecret: null });
      }
    },
  );

  it('what C and W signed free is of its owner too, by its own key', () => {
    const bond = releasesOf(graph, 'Tx3').find(({ owner }) => owner === 'client')!;
    const state = settled('client', 'Tx3');
    const released = ownPayouts({
      ...state,
      cleanEnd: { own: 'signed', client: {}, worker: { [bond.output]: BLANK } },
    });
    expect(released.at(-1)).toEqual({
      spend: spendReleased(bond),
      from: H,
      by: null,
      lockSecret: null,
    });
    expect(released).toHaveLength(ownPayouts(state).length + 1);
  });
});

describe('T §The tree: what a party must take itself, and when', () => {
  const from = H0 + parameters.t4 - 1;
  const bond = { spend: spendBond(graph, 'client'), from, by: null, lockSecret: null };

  it('is nothing without Tx0', () => {
    for (const self of PARTIES) {
      expect(timelyOutputs(setup(self))).toEqual([]);
      expect(timelyOutputs(abandoned(self))).toEqual([]);
      expect(timelyOutputs(open(self, { commitmentHeight: null }))).toEqual([]);
    }
  });

  it('stake and bond from t4 on, also while the contract is open; W and V have none', () => {
    for (const state of [open('client'), settled('client', 'Tx3')])
      expect(timelyOutputs(state)).toEqual([bond]);
    for (const index of [1, 2, 3]) {
      const stake = { ...bond, spend: spendStake(graph, index, 'arbiter') };
      expect(timelyOutputs(open(`arbiter:${index}`))).toEqual([stake]);
      expect(timelyOutputs(settled(`arbiter:${index}`, 'Tx4'))).toEqual([stake]);
    }
    for (const self of ['worker', 'verifier'] as const) {
      expect(timelyOutputs(open(self))).toEqual([]);
      expect(timelyOutputs(settled(self, 'Tx4'))).toEqual([]);
    }
  });

  describe.each(['Tx4', "Tx4'"] as const)('D4: the fee output of %s', (id) => {
    const lockSecret = secretScalar(new Uint8Array(32).fill(7));

    it('V takes it with u_p, when it is final, and 2Δ before C may', () => {
      expect(timelyOutputs(settled('verifier', id, { checked: { r: 1, lockSecret } }))).toEqual([
        {
          spend: spendFeeOutput(graph, id, 'verifier'),
          from: H + 5,
          by: H + feeWindow - 2 * contract.confirmationBlocks,
          lockSecret,
        },
      ]);
    });

    it('V cannot without u_p: it found none, it found a fault, or it never looked', () => {
      const fault = { r: 0, chunk: 1, fault: 'output' } as const;
      for (const checked of [null, fault, { r: 1, lockSecret: null } as const])
        expect(timelyOutputs(settled('verifier', id, { checked }))).toEqual([]);
    });

    it('C takes it after the window; to nobody else is it anything, whatever it knows', () => {
      const [fee, ...others] = timelyOutputs(settled('client', id));
      const spend = spendFeeOutput(graph, id, 'client');
      expect(fee).toEqual({ spend, from: H + feeWindow - 1, by: null, lockSecret: null });
      expect(others).toEqual([bond]);
      const knows = { checked: { r: 1, lockSecret } } as const;
      expect(timelyOutputs(settled('worker', id, knows))).toEqual([]);
      expect(timelyOutputs(settled('arbiter:1', id, knows))).toHaveLength(1);
    });
  });

  it('no other settlement has a fee output', () => {
    const checked = { r: 1, lockSecret: secretScalar(new Uint8Array(32).fill(7)) } as const;
    for (const id of ['Tx1', 'Tx3', 'Tx5', 'Tx6'] as const) {
      expect(timelyOutputs(settled('client', id))).toEqual([bond]);
      expect(timelyOutputs(settled('verifier', id, { checked }))).toEqual([]);
    }
  });
});
