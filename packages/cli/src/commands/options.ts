/** Options of `prometh run`, `plan` and `demo`, as commander gives them. */
export interface RunOptions {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly output?: string;
  readonly dataDir?: string;
  readonly yes?: boolean;
  readonly verbose?: boolean;
  /** What the Worker runs models on. */
  readonly engine?: 'kernels' | 'onnxruntime';
  /** The demo: everybody in this process, instead of a process for each. */
  readonly oneProcess?: boolean;
  /** The demo: path of the bitcoind that is its chain. */
  readonly bitcoind?: string;
  /** False after `--no-input`: never ask. */
  readonly input: boolean;
}
