import type { FailureKind } from '../outcome/failure.ts';

/** What the pool asks of a child process (headers of frames), one at a time. */
export type Request =
  /** Body: the capped module. It is compiled and kept under `key`; the module `forget` is dropped. */
  | { readonly type: 'load'; readonly key: string; readonly forget: string | undefined }
  /** Body: the chunk. `seed` is hexadecimal. */
  | {
      readonly type: 'run';
      readonly key: string;
      readonly seed: string;
      readonly arguments: readonly string[];
      readonly outputBytes: number;
    };

/** What a child process answers. */
export type Answer =
  | { readonly type: 'ready' }
  | { readonly type: 'loaded' }
  /** The engine refuses the module. */
  | { readonly type: 'refused'; readonly message: string }
  /** Body: globals of the trace, then the output (empty for a failure, whose record the pool writes). */
  | {
      readonly type: 'outcome';
      readonly failure: FailureKind | undefined;
      readonly exitCode: number;
      readonly memoryPages: number;
      readonly memoryDigest: string;
      readonly globalsBytes: number;
    }
  /** The host failed: no result. */
  | { readonly type: 'fault'; readonly message: string };
