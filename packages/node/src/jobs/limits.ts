import { loadModel, MODEL_PROFILE } from '@prometheus-compute/sandbox';
import { EngineError } from '../engine/errors.ts';
import { excessOfRecords, recordsOf } from '../engine/records-limit.ts';
import type { NodePolicy } from '../engine/tasks/context.ts';
import type { JobSpecification, LimitedSpecification } from './specification.ts';

/** Milliseconds that a chunk of a model may take, unless the job says otherwise: far more than any honest machine needs. */
const MODEL_MILLISECONDS = 60_000;

/**
 * The job with limits of its program: those that it gives, or for a model what the model needs for the job's largest chunk.
 *
 * @throws SandboxError for a model that is refused; EngineError `limits-missing` for another program without limits
 */
export function withLimits(specification: JobSpecification): LimitedSpecification {
  const { limits, profile, program, batches } = specification;
  if (limits !== null) return { ...specification, limits };
  if (profile !== MODEL_PROFILE) {
    throw new EngineError('limits-missing', 'the job does not say what its program may use', {
      remedy: 'Give the limits of the program: only a model says by itself what it needs.',
    });
  }
  const { inputBytes, outputBytes, memoryPages } = loadModel(program);
  const largest = Math.max(0, ...batches.flatMap(({ inputs }) => inputs.map(({ length }) => length)));
  const rows = Math.ceil(largest / inputBytes);
  return {
    ...specification,
    limits: { memoryPages, outputBytes: rows * outputBytes, milliseconds: MODEL_MILLISECONDS },
  };
}

/**
 * What `freivalds` has to have: a layer to check, or the lock hides nothing; and row records that partners have room for.
 *
 * @throws SandboxError for a model that is refused; EngineError `nothing-to-check`, `too-large`
 */
export function checkModel({ program, scheme, batches }: LimitedSpecification, policy: NodePolicy): void {
  const model = loadModel(program);
  if (scheme === 'freivalds' && model.rowTraceBytes === 0) {
    throw new EngineError(
      'nothing-to-check',
      'no layer of this model is large enough to be checked by projections',
      {
        rule: 'F §Verification lock',
        remedy: 'Name `replay` as the scheme: running so small a model again costs no more.',
      },
    );
  }
  const most = Math.max(
    ...batches.map(({ inputs }) =>
      recordsOf(
        model,
        inputs.map(({ length }) => length),
      ),
    ),
  );
  const excess = excessOfRecords(most, policy.limits);
  if (excess !== undefined)
    throw new EngineError('too-large', excess, { remedy: 'Make batches of fewer rows.' });
}
