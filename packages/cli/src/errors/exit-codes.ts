/** Exit codes of `prometh` (docs/job-report.md). Scripts rely on them: never renumber. */
export const EXIT = Object.freeze({
  done: 0,
  /** It did not work, and running it again would not help by itself. */
  failed: 1,
  /** Wrong arguments, or a job file or input that is not right. Nothing was started. */
  usage: 2,
  /** A rule of the protocol, or of the sandbox, forbids it. Nothing was signed. */
  refused: 3,
  /** Not finished; running it again is safe. */
  unfinished: 4,
  interrupted: 130,
});

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
