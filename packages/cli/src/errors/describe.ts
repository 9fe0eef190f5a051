import { plainText } from '../output/terminal.ts';
import { CliError } from './cli-error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** What a person or a program is told about a failure. */
export interface Failure {
  readonly code: string;
  /** One sentence: what happened, to which thing. */
  readonly message: string;
  readonly remedy: string | undefined;
  /** Rule of the specification that was broken. */
  readonly rule: string | undefined;
  readonly exitCode: ExitCode;
}

/** Codes of the engine's errors after which running again is safe. */
const UNFINISHED_CODES: ReadonlySet<string> = new Set(['not-finished', 'no-result-yet', 'job-unfinished']);
/** Codes with which a daemon refuses what a command asks of it. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  'job-unknown',
  'job-exists',
  'job-over',
  'parameters-differ',
]);
/** Codes of the engine's refusals that carry no rule id. */
const REFUSAL_CODES: ReadonlySet<string> = new Set(['insufficient-funds']);
/** Errors of the node about what its operator gave: nothing was started. */
const USAGE_ERRORS: ReadonlySet<string> = new Set(['ConfigError', 'KeystoreError']);
const REFUSED_MODEL = 'Make the file again with `prometh model import`.';
/** What to do when the sandbox refuses a program, where its code says more than {@link REFUSED_PROGRAM}. */
const SANDBOX_REMEDIES: Readonly<Record<string, string>> = {
  'forbidden-import':
    'Build the program without it: it can use standard input and output, arguments, the clock (always 0) and random numbers of WASI preview 1, but no files, no network and no functions of its own host.',
  'memory-too-large':
    'Raise `program.limits.memoryPages`, or build the program with a smaller maximum of memory.',
  'limits-malformed': 'Correct `program.limits` in the job file.',
  'arguments-malformed': 'Correct `program.arguments` in the job file.',
  'model-malformed': REFUSED_MODEL,
  'model-too-large': REFUSED_MODEL,
  'accumulator-overflow': REFUSED_MODEL,
  'onnx-malformed': 'Check that the file is complete and that it is an ONNX file.',
  'onnx-too-large': 'Take a smaller network.',
  'onnx-unsupported':
    'Export the network with the operators that docs/model-import.md lists: simplified, in one file, in inference mode.',
  'engine-missing':
    'Install it in a folder of its own, `npm install --prefix FOLDER --ignore-scripts onnxruntime-node@1.30.0`, and name the folder in the environment variable ONNXRUNTIME; or run without `--engine`.',
  'engine-unusable':
    'Run without `--engine`. Where it is not exact, a model with weights of seven bits may do: `prometh model import --seven-bit`.',
  'calibration-unusable': 'Name rows that the network was trained on with --calibrate.',
};
/** How a refusal begins, by the first word of its code; a program otherwise. */
const SANDBOX_SUBJECTS: Readonly<Record<string, string>> = {
  model: 'The model is refused',
  accumulator: 'The model is refused',
  onnx: 'No model can be made of it',
  engine: 'The engine cannot be used',
  calibration: 'No model can be made of it',
};
const REFUSED_PROGRAM =
  'Build it as a WASI preview-1 command: it exports its memory as `memory` and a function `_start`.';

/**
 * Describes whatever was thrown. The engine's errors are recognised by their shape (`code`, `message`, `rule`,
 * `remedy`), so that the engine need not be loaded to report that something else went wrong.
 */
export function describeFailure(error: unknown): Failure {
  const name = error instanceof Error ? error.name : '';
  const code = refusalCode(error) ?? textField(error, 'code');
  const message = error instanceof Error ? error.message : String(error);
  const rule = textField(error, 'rule');
  const remedy = textField(error, 'remedy');
  if (code === 'interrupted' || name === 'AbortError') {
    return {
      code: 'interrupted',
      message: 'Interrupted. No result was written.',
      remedy: remedy ?? 'Run the same command again to start over.',
      rule: undefined,
      exitCode: EXIT.interrupted,
    };
  }
  if (error instanceof CliError || USAGE_ERRORS.has(name) || (code !== undefined && USAGE_CODES.has(code))) {
    return { code: code ?? 'usage', message, remedy, rule, exitCode: EXIT.usage };
  }
  if (code !== undefined && UNFINISHED_CODES.has(code)) {
    return {
      code,
      message,
      remedy: remedy ?? 'Run the same command again; it is safe.',
      rule,
      exitCode: EXIT.unfinished,
    };
  }
  if (name === 'SandboxError') {
    return {
      code: code ?? 'refused',
      message: `${SANDBOX_SUBJECTS[(code ?? '').split('-')[0]!] ?? 'The program is refused'}: ${message}`,
      remedy: remedy ?? SANDBOX_REMEDIES[code ?? ''] ?? REFUSED_PROGRAM,
      rule,
      exitCode: EXIT.refused,
    };
  }
  if (rule !== undefined || (code !== undefined && REFUSAL_CODES.has(code))) {
    return { code: code ?? 'refused', message, remedy, rule, exitCode: EXIT.refused };
  }
  if (remedy !== undefined && code !== undefined)
    return { code, message, remedy, rule, exitCode: EXIT.failed };
  return {
    code: code ?? 'internal',
    message: `Something inside Prometheus failed: ${message}`,
    remedy: 'Run again with --verbose for the details. If it stays, please report it with them.',
    rule: undefined,
    exitCode: EXIT.failed,
  };
}

/** One paragraph: what happened, the rule, what to do. */
export function failureText(failure: Failure): string {
  // A RuleError's own sentence already holds its rule.
  const showRule = failure.rule !== undefined && !failure.message.startsWith('Rule ');
  return plainText(
    [
      `prometh: ${failure.message.replace(/[.\s]*$/, '.')}`,
      showRule ? `Rule: ${failure.rule}.` : undefined,
      failure.remedy === undefined ? undefined : `What to do: ${failure.remedy}`,
    ]
      .filter((part) => part !== undefined)
      .join(' '),
  );
}

/** The error with its stack and causes, for `--verbose`. */
export function failureDetails(error: unknown): string {
  const lines: string[] = [];
  let current: unknown = error;
  for (let depth = 0; current !== undefined && depth < 10; depth++) {
    const prefix = depth === 0 ? '' : 'caused by: ';
    lines.push(prefix + (current instanceof Error ? (current.stack ?? current.message) : String(current)));
    current = current instanceof Error ? current.cause : undefined;
  }
  return lines.join('\n');
}

/** The code that a daemon gave for what it refused. */
function refusalCode(error: unknown): string | undefined {
  if (textField(error, 'code') !== 'call-refused') return undefined;
  return textField(Reflect.get(error as object, 'evidence'), 'code');
}

function textField(error: unknown, field: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : undefined;
}
