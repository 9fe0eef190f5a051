import { describe, it } from 'vitest';
import { expectSameVerdicts } from './compare.ts';
import { answersScenario } from './scenarios/answers.ts';
import { blocksScenario, subsidyScenario } from './scenarios/blocks.ts';
import { clustersScenario } from './scenarios/clusters.ts';
import { headersScenario, malformedScriptSigScenario, returningScenario } from './scenarios/found.ts';
import { locksScenario } from './scenarios/locks.ts';
import { anchorsScenario, packagesScenario } from './scenarios/packages.ts';
import {
  deepInvalidationScenario,
  expiryScenario,
  keptLocksScenario,
  reorganisationsScenario,
} from './scenarios/reorganisations.ts';
import { replacementScenario } from './scenarios/replacement.ts';
import { standardnessScenario } from './scenarios/standardness.ts';
import { trucScenario } from './scenarios/truc.ts';

describe('verdicts of the development chain are those of Bitcoin Core', () => {
  it('locks', () => expectSameVerdicts(locksScenario()));
  it('standardness', () => expectSameVerdicts(standardnessScenario()));
  it('replacement', () => expectSameVerdicts(replacementScenario()));
  it('truc', () => expectSameVerdicts(trucScenario()));
  it('anchors', () => expectSameVerdicts(anchorsScenario()));
  it('packages', () => expectSameVerdicts(packagesScenario()));
  it('clusters', () => expectSameVerdicts(clustersScenario()));
  it('blocks', () => expectSameVerdicts(blocksScenario()));
  it('subsidy', () => expectSameVerdicts(subsidyScenario()));
  it('reorganisations', () => expectSameVerdicts(reorganisationsScenario()));
  it('deep invalidation', () => expectSameVerdicts(deepInvalidationScenario()));
  it('kept locks', () => expectSameVerdicts(keptLocksScenario()));
  it('headers', () => expectSameVerdicts(headersScenario()));
  it('returning', () => expectSameVerdicts(returningScenario()));
  it('malformed scriptSig', () => expectSameVerdicts(malformedScriptSigScenario()));
  it('expiry', () => expectSameVerdicts(expiryScenario()));
  it('answers', () => expectSameVerdicts(answersScenario()));
});
