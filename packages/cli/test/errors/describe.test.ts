import { CodedError, RuleError } from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { CliError } from '../../src/errors/cli-error.ts';
import { describeFailure, failureDetails, failureText } from '../../src/errors/describe.ts';

class EngineError extends CodedError<string> {}
class SandboxError extends CodedError<string> {}

describe('describeFailure', () => {
  it.each([
    ['a wrong job file', new CliError('field-wrong', 'x', { remedy: 'y' }), 2],
    ['a broken rule', new RuleError('P6', 'w ≤ v < a', { w: 3n, v: 2n, a: 5n }, 'Choose another P.'), 3],
    ['a forbidden import', new SandboxError('forbidden-import', 'x', { remedy: 'y' }), 3],
    ['too little money', new EngineError('insufficient-funds', 'x', { remedy: 'y' }), 3],
    ['a time-out', new EngineError('not-finished', 'x'), 4],
    ['an engine that is not installed', new SandboxError('engine-missing', 'x'), 3],
    ['a chunk without result', new SandboxError('no-result-yet', 'x'), 4],
    ['Ctrl-C', new CliError('interrupted', 'x'), 130],
    ['an aborted signal', new DOMException('x', 'AbortError'), 130],
    ['a failure that the engine explains', new EngineError('store-broken', 'x', { remedy: 'y' }), 1],
    ['a bug', new TypeError('x is not a function'), 1],
    ['something that is no error', 'x', 1],
  ])('%s has its exit code', (_, error, exitCode) => {
    expect(describeFailure(error).exitCode).toBe(exitCode);
  });

  it('shows a broken rule with its id, values and remedy, once', () => {
    const error = new RuleError('P6', 'w ≤ v < a', { w: 3n, v: 2n, a: 5n }, 'Choose another P.');
    expect(failureText(describeFailure(error))).toBe(
      'prometh: Rule P6 is broken: w ≤ v < a (w = 3, v = 2, a = 5). What to do: Choose another P.',
    );
  });

  it('shows the rule of other errors behind their sentence', () => {
    const error = new EngineError('insufficient-funds', 'The Client has too little', {
      rule: 'C20',
      remedy: 'Add coins.',
    });
    expect(failureText(describeFailure(error))).toBe(
      'prometh: The Client has too little. Rule: C20. What to do: Add coins.',
    );
  });

  it('says of a refused program what to do', () => {
    const text = failureText(
      describeFailure(new SandboxError('forbidden-import', 'the program imports env.log')),
    );
    expect(text).toMatch(
      /^prometh: The program is refused: the program imports env\.log\. What to do: Build /,
    );
  });

  it('keeps to one paragraph without a stack trace, and shows causes in the details', () => {
    const error = new CliError('file-missing', 'Outer.', { remedy: 'Look.', cause: new Error('inner') });
    expect(failureText(describeFailure(error))).not.toMatch(/\n| at /);
    expect(failureDetails(error)).toMatch(/Outer\.[\s\S]*caused by: Error: inner/);
  });
});
