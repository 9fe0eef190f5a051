/** Who may import whom. ARCHITECTURE.md explains the table; this is what holds it. */
export interface PackageRule {
  /** Packages of this repository, without the scope. */
  readonly packages: readonly string[];
  /** Packages that may only be loaded by `import()`, at most one kind of them in a file. */
  readonly lazily: readonly string[];
  /** Packages from outside: a name, or a scope that ends in `/`. `null`: whatever its package.json declares. */
  readonly external: readonly string[] | null;
  /** Modules of Node.js, without `node:`. `null`: any. */
  readonly builtins: readonly string[] | null;
  /** Folders of `src` and the folders beside them that they may import. Files directly in `src` see everything. */
  readonly folders?: Readonly<Record<string, readonly string[]>>;
}

export const SCOPE = '@prometheus-compute/';

export const DIRECTIONS: Readonly<Record<string, PackageRule>> = {
  protocol: { packages: [], lazily: [], external: ['@noble/', '@scure/', '@ipld/dag-cbor'], builtins: [] },
  kernels: { packages: [], lazily: [], external: [], builtins: ['fs', 'path'] },
  sandbox: { packages: ['kernels'], lazily: [], external: null, builtins: null },
  proofs: {
    packages: ['protocol', 'sandbox', 'kernels'],
    lazily: [],
    external: ['@noble/'],
    builtins: ['crypto'],
  },
  bitcoin: { packages: ['protocol'], lazily: [], external: null, builtins: null },
  node: {
    packages: ['protocol', 'proofs', 'sandbox', 'bitcoin'],
    lazily: [],
    external: null,
    builtins: null,
    // Adapters know the ports and never one another; `local` and `jobs` put everything together, as files in src do.
    folders: {
      ports: [],
      snapshot: [],
      engine: ['ports', 'snapshot'],
      roles: ['ports', 'engine'],
      node: ['ports', 'engine', 'roles'],
      store: ['ports', 'files'],
      net: ['ports'],
      signer: ['ports'],
      wallet: ['ports'],
      files: [],
      keystore: ['files'],
      config: ['engine', 'roles', 'files'],
      tower: ['ports', 'engine'],
      backup: ['ports', 'engine', 'snapshot', 'tower', 'files'],
      control: [],
      telemetry: [],
      daemon: [
        'ports',
        'engine',
        'roles',
        'node',
        'snapshot',
        'store',
        'net',
        'signer',
        'wallet',
        'files',
        'keystore',
        'config',
        'control',
        'telemetry',
        'jobs',
        'tower',
        'backup',
      ],
      local: ['ports', 'engine', 'roles', 'node', 'store', 'net', 'signer', 'wallet'],
      jobs: ['ports', 'engine', 'roles', 'node', 'local', 'snapshot', 'control'],
    },
  },
  simulation: {
    packages: ['protocol', 'proofs', 'sandbox', 'bitcoin', 'node'],
    lazily: [],
    external: null,
    builtins: null,
  },
  cli: {
    packages: ['protocol'],
    lazily: ['node', 'bitcoin', 'sandbox', 'simulation'],
    external: null,
    builtins: null,
  },
};
