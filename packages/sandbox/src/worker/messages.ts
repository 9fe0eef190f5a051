import type { SandboxErrorCode } from '../errors.ts';
import type { ModelInspection } from '../model/chunk.ts';
import type { EngineChoice } from '../model/engine/engine.ts';
import type { FailureKind } from '../outcome/failure.ts';
import type { Profile } from '../program/program.ts';

/** What the pool asks of a child process (headers of frames), one at a time. */
export type Request =
  /** Body: the capped module, or the model file. It is made ready and kept under `key`; the program `forget` is dropped. */
  | {
      readonly type: 'load';
      readonly profile: Profile;
      readonly key: string;
      readonly forget: string | undefined;
      /** The contract's limit. */
      readonly memoryPages: number;
      /** What runs it, if it is a model. */
      readonly engine: EngineChoice;
    }
  /** Body: the chunk. `seed` is hexadecimal. */
  | {
      readonly type: 'run';
      readonly key: string;
      readonly seed: string;
      readonly arguments: readonly string[];
      readonly outputBytes: number;
    }
  /** Body: what the module takes. It examines the loaded model. */
  | {
      readonly type: 'examine';
      readonly key: string;
      readonly module: string;
      readonly request: unknown;
    };

/** What a child process answers. */
export type Answer =
  | { readonly type: 'ready' }
  | { readonly type: 'loaded'; readonly model?: ModelInspection }
  /** The program is none: what the engine, or the loader of models, says. */
  | {
      readonly type: 'refused';
      readonly code: SandboxErrorCode;
      readonly message: string;
      readonly evidence: Readonly<Record<string, string | number>>;
    }
  /** Body: globals of the trace, then the output (empty for a failure, whose record the pool writes). */
  | {
      readonly type: 'outcome';
      readonly failure: FailureKind | undefined;
      readonly exitCode: number;
      readonly memoryPages: number;
      readonly memoryDigest: string;
      readonly globalsBytes: number;
    }
  /** Body: row records, then the output (empty for a failure). */
  | {
      readonly type: 'rows';
      readonly failure: FailureKind | undefined;
      readonly rows: number;
      readonly recordsBytes: number;
    }
  /** Body: what the module gave. */
  | { readonly type: 'examined'; readonly answer: unknown }
  /** The host failed: no result. */
  | { readonly type: 'fault'; readonly message: string };
