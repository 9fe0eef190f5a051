import { describe, expect, it } from 'vitest';
import { graphOf } from '../../../src/channel/agreement.ts';
import { readInputWitnesses } from '../../../src/channel/setup/input-witness.ts';
import {
  buildGraph,
  type Graph,
  type InputWitness,
  inputSlotsOf,
  type Party,
  parties,
  type SignaturesStep,
  schnorrSignature,
  sighash,
  toInputWitness,
} from '../../../src/index.ts';
import { renewedStake } from '../../fixtures/renewed-stake.ts';
import { fixtureCoin, fixtureSecret, fixtureTerms, keyPathSecret } from '../../fixtures/terms.ts';
import type { Game } from '../play/game.ts';
import { otherHash, sign } from '../play/identity.ts';
import { ended, expectRows, firstIn, heard, type Row, saying, wholeSetup } from './steps.ts';

const ARBITERS = 3;
const SIGNATURE = schnorrSignature(new Uint8Array(64).fill(7));

/** The first arbiter's stake is a renewed one: its input of Tx0 is spent by a leaf. */
function withRenewedStake(): Graph {
  const terms = fixtureTerms(ARBITERS);
  const [first, ...rest] = terms.arbiters;
  const stake = renewedStake(1, terms.parameters.a);
  return buildGraph({ ...terms, arbiters: [{ ...first!, stake }, ...rest] });
}

/** C's input of Tx0, then W's, V's and those of the arbiters. */
const INPUTS: readonly Party[] = parties(ARBITERS);

const inputsOf = (game: Game) => heard(game, 'client', 'inputSignatures', 'worker');
/** C, before it has got any input signature. */
const waiting = (game: Game): SignaturesStep => firstIn(game, 'client', 'signatures');

/** W's message with other witnesses. */
const witnessed =
  (change: (own: InputWitness, game: Game) => readonly InputWitness[]): Row[1] =>
  (game) => {
    const event = inputsOf(game);
    return [waiting(game), saying(event, { inputs: change(event.message.inputs[0]!, game) })];
  };

const INVALID = 'over: input-signature-invalid, worker';
const ROWS: readonly Row[] = [
  ['as it should be', (game) => [waiting(game), inputsOf(game)], 'signatures'],
  [
    'twice',
    (game) => [{ ...waiting(game), inputs: { worker: inputsOf(game).message.inputs } }, inputsOf(game)],
    'ignored: out-of-place, worker',
  ],
  ['none', witnessed(() => []), INVALID],
  ['two for one input', witnessed((own) => [own, own]), INVALID],
  ['for the input of somebody else', witnessed((own) => [{ ...own, input: 2 }]), INVALID],
  ['without anything in it', witnessed((own) => [{ ...own, witness: [] }]), INVALID],
  [
    'with a signature of 63 bytes',
    witnessed((own) => [{ ...own, witness: [own.witness[0]!.subarray(1)] }]),
    INVALID,
  ],
  [
    'with something besides the signature',
    witnessed((own) => [{ ...own, witness: [...own.witness, new Uint8Array(1)] }]),
    INVALID,
  ],
  ['with a signature of something else', witnessed((own) => [{ ...own, witness: [SIGNATURE] }]), INVALID],
];

describe('T §Setup 5: the witnesses of a party are those of its own inputs of Tx0, each in the planned form', () => {
  it('the inputs of Tx0 are those of C, W, V and the arbiters, in this order', () => {
    const game = wholeSetup();
    const graph = graphOf(waiting(game).agreement);
    for (const [i, party] of INPUTS.entries())
      expect(inputSlotsOf(graph, party)).toEqual([
        { transaction: 'Tx0', input: i, signer: party, kind: 'plain' },
      ]);
    expect(inputsOf(game).message.inputs.map(({ input }) => input)).toEqual([1]);
    expect(ended(game, 'verifier', 'inputs-signed').witnesses.map(({ input }) => input)).toEqual([2]);
  });

  it('what is not in this form is the fault of who sent it', () => expectRows(ROWS));

  it('a key path shows the signature alone, the leaf of a renewed stake its script and control block too', () => {
    const graph = withRenewedStake();
    const { leafScript, controlBlock } = renewedStake(1, graph.terms.parameters.a);
    const [leaf] = inputSlotsOf(graph, 'arbiter:1');
    const [key] = inputSlotsOf(graph, 'arbiter:2');
    const ofLeaf = toInputWitness(graph, leaf!, SIGNATURE);
    expect(ofLeaf).toEqual({ input: 3, witness: [SIGNATURE, leafScript, controlBlock] });
    expect(toInputWitness(graph, key!, SIGNATURE)).toEqual({ input: 4, witness: [SIGNATURE] });

    expect(readInputWitnesses(graph, 'arbiter:1', [ofLeaf])).toEqual([{ slot: leaf, signature: SIGNATURE }]);
    const otherScript = [SIGNATURE, otherHash('script'), controlBlock];
    const otherBlock = [SIGNATURE, leafScript, otherHash('control block')];
    for (const witness of [[SIGNATURE], [SIGNATURE, leafScript], otherScript, otherBlock])
      expect(readInputWitnesses(graph, 'arbiter:1', [{ ...ofLeaf, witness }])).toBeUndefined();
  });

  it('of several inputs each needs its own signature', () => {
    const game = wholeSetup();
    const state = waiting(game);
    const { agreement } = state;
    const [coin] = agreement.contract.worker.funding;
    const funding = [coin!, fixtureCoin('worker funding 2', 1_000n)];
    const change = agreement.contract.worker.change;
    const worker = {
      ...agreement.contract.worker,
      funding,
      change: change && { ...change, amount: (change.amount + 1_000n) as typeof change.amount },
    };
    const both = { ...agreement, contract: { ...agreement.contract, worker } };
    const graph = graphOf(both);
    const labels = ['worker funding', 'worker funding 2'];
    const inputs = inputSlotsOf(graph, 'worker').map((slot, i) =>
      toInputWitness(
        graph,
        slot,
        sign(sighash(graph, 'Tx0', slot.input), keyPathSecret(fixtureSecret(labels[i]!))),
      ),
    );
    expect(inputs.map(({ input }) => input)).toEqual([1, 2]);
    const [first, second] = inputs;
    const sent =
      (...witnesses: readonly InputWitness[]): Row[1] =>
      () => [{ ...state, agreement: both }, saying(inputsOf(game), { inputs: witnesses })];
    expectRows(
      [
        ['both', sent(first!, second!), 'signatures'],
        ['in another order', sent(second!, first!), INVALID],
        ['the second is of nothing', sent(first!, { input: 2, witness: [SIGNATURE] }), INVALID],
        ['the first is of nothing', sent({ input: 1, witness: [SIGNATURE] }, second!), INVALID],
      ],
      game,
    );
  });
});
