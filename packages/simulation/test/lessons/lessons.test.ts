import { describe, expect, it } from 'vitest';
import { LESSONS } from '../../src/lessons/catalogue.ts';
import { RULES, type Rule } from '../../src/model/rules.ts';
import { shows } from './teach.ts';

describe('without its rule the search finds the loss (balances in satoshis)', () => {
  shows(
    'D1: after an honest verdict that nobody sees on the chain W takes Tx3',
    LESSONS.verdictOnChain,
    'Tx3',
    -100_000n,
  );
  shows('D1: a silent Verifier takes Tx5 before Tx3', LESSONS.orderOfTimeouts, 'Tx5', -290_000n);
  shows('D2: V says r = 1 so late that Tx4′ is valid at once', LESSONS.lateVerdict, "Tx4'", -100_000n);
  shows(
    'D3: without a lawful r = 0 for it, a Worker that opened nothing takes Tx3',
    LESSONS.lawfulFault,
    'Tx3',
    -100_000n,
  );
  shows('D3: with βv < σc a sleeping Verifier costs the Client', LESSONS.sleepingVerifier, 'Tx3', -89_950n);
  shows(
    'D4: without the verification lock a Verifier is paid for a check that it did not do',
    LESSONS.verificationLock,
    'Tx4',
    -100_000n,
  );
  shows('D4: without a challenge W = V sell garbage', LESSONS.challenge, "Tx4'", -100_000n);
  shows('D5: what unlocks Tx7 unlocks Tx8', LESSONS.signaturesNotSecrets, 'Tx8:1.2.3', -500_000n);
  shows(
    'D6: without NA the coalition takes the stakes of the others',
    LESSONS.everybodySigns,
    'taken',
    -5_000_000n,
  );
  shows(
    'D7: an arbiter spends its stake, and there is no appeal',
    LESSONS.stakesInCommitment,
    'Tx5',
    -290_000n,
  );
  shows('D8: a set S that leaves an honest arbiter out', LESSONS.stagesOfSets, 'Tx8c:1.2', -5_000_000n);
  shows('D9: without the point lock the Client pays and has no h_p', LESSONS.pointLock, 'Tx4', -100_000n);
  shows('D10: W grinds a sample that misses its bad chunk', LESSONS.groundSample, 'Tx4', -100_000n);
  shows(
    'D11: arbiters with a sample of their own slash a Verifier that was right',
    LESSONS.judgedClaim,
    'Tx8:1.2.3',
    -500_000n,
  );
  shows(
    'D12: the Worker withholds h_p after d = 0, and innocent arbiters pay',
    LESSONS.otherDecision,
    'Tx6',
    -999_000n,
  );
  shows(
    'D12: a few arbiters withhold their signature and turn d = 0 around',
    LESSONS.heldDecision,
    'Tx9c:1.2.3',
    -400_000n,
  );
  shows(
    'D12: signatures that come when W shows h_p no more turn d = 0 around',
    LESSONS.decisionInTime,
    'Tx9c:1.2.3',
    -400_000n,
  );
  shows('D13: the only party that can finish an exit vanishes', LESSONS.completeExits, 'frozen', -500_000n);
  shows('D14: r = 0 before the Worker could open', LESSONS.earlyFault, 'Tx7:1.2.3', -400_000n);
  shows('D14: r = 1 before there is anything to judge', LESSONS.earlyConfirmation, "Tx4'", -100_000n);
  shows('D16: TxV1 does not confirm with the fee of yesterday', LESSONS.fixedFee, 'Tx3', -100_000n);
  shows("D17: the sampled share is the Worker's share", LESSONS.sampledShare, 'Tx4', 25_000n);
  shows('D20: the Client withholds its input', LESSONS.inputsFirst, 'Tx5', -290_000n);
  shows('D23: two of five arbiters decide', LESSONS.largeQuorum, 'Tx7:1.2', -400_000n);
  shows(
    'D24: Tx4 is signed before the Client has seen anything',
    LESSONS.releaseAfterAudit,
    'Tx4',
    -100_000n,
  );
  shows(
    'D26: C = W reach the Verifier alone, and C challenges what nobody else has seen',
    LESSONS.postedOpening,
    'Tx7c:1.2.3',
    -500_000n,
  );
  shows('D26: a party says that it got nothing', LESSONS.postedDelivery, 'Tx7:1.2.3', -400_000n);
  shows('D27: nobody looks at what W = V confirm', LESSONS.clientsPart, 'Tx4', -100_000n);
  shows('D28: whoever owns F gains by causing #5', LESSONS.unspendableFund, 'Tx6c', -2_001_000n);
  shows(
    'D29: a claim shown to some arbiters only excludes honest ones',
    LESSONS.postedClaims,
    'Tx8c:2.3',
    -5_000_000n,
  );
  shows('D31: C = W challenge with another opening', LESSONS.namedOpening, 'Tx7c:1.2.3', -500_000n);
  shows(
    'D32: C = W challenge without a claim and withhold h_p',
    LESSONS.withheldAfterChallenge,
    'Tx6c',
    -100_000n,
  );
  shows('D33: W = V appeal without a claim', LESSONS.clientsClaim, 'Tx8:1.2.3', -100_000n);
  shows('D34: TxV1 in the block in which Tx3 becomes valid', LESSONS.confirmedBefore, 'Tx3', -100_000n);
  shows('D35: Tx5 after TxV1', LESSONS.differentTxids, 'Tx5', -290_000n);
  shows('D36: one arbiter keeps the others from Tx9c_S after Δ_2', LESSONS.repeatedStages, 'Tx6c', -100_000n);
  shows('D37: V withholds s_V, nothing can be opened', LESSONS.replacedSeed, 'Tx7c:1.2.3', -400_000n);
  shows('D37: V withholds s_V, nothing has to be opened', LESSONS.openingNotOwed, 'Tx8c:1.2.3', -120_000n);
  shows('D37: V shows s_V to W alone', LESSONS.realSeed, 'Tx7c:1.2.3', -400_000n);
  shows(
    'D38: C gives the program to some arbiters only, and an honest claim is not confirmed',
    LESSONS.programFirst,
    'Tx8:1.2.3',
    -500_000n,
  );

  it('every rule that the model can do without has its loss here', () => {
    const shown = new Set(Object.values(LESSONS).flatMap(({ off }): readonly Rule[] => off));
    expect([...shown].toSorted()).toEqual([...RULES].toSorted());
  });
});
