import type { Sample } from './cpu-profile.ts';

interface Rule {
  readonly category: string;
  /** In the address of a module on the stack. */
  readonly path: RegExp;
  readonly name?: RegExp;
}

/** The first rule that any function on the stack fits decides: special work stands before what calls it. */
const RULES: readonly Rule[] = [
  { category: 'waiting for nothing in particular', path: /^$/, name: /^\(idle\)$/ },
  { category: 'garbage collection', path: /^$/, name: /^\(garbage collector\)$/ },
  { category: 'adaptor signatures: making', path: /primitives\/adaptor\.ts$/, name: /^adaptorSign/ },
  { category: 'adaptor signatures: checking', path: /primitives\/adaptor\.ts$/, name: /^adaptorVerify$/ },
  { category: 'signing messages', path: /signer\/local-signer\.ts$/, name: /^signMessage$/ },
  { category: 'signing transactions', path: /signer\/local-signer\.ts$/, name: /^signTransaction$/ },
  { category: 'signing with the wallet', path: /wallet\/local-wallet\.ts$/, name: /^sign/ },
  { category: 'deriving keys and seeds', path: /signer\/local-signer\.ts$/ },
  { category: 'building the graph', path: /transactions\/build-graph\.ts$/ },
  {
    category: 'embedded chain and block following',
    path: /bitcoin\/src\/devchain\/|wallet\/local-wallet|offer-index/,
  },
  { category: 'checking signatures, accelerated', path: /bitcoin\/src\/crypto\// },
  {
    category: 'checking signatures, in JavaScript',
    path: /primitives\/schnorr\.ts$/,
    name: /^schnorrVerify$/,
  },
  { category: 'signature hashes', path: /transactions\/(sighash|unsigned)\.ts$/ },
  { category: 'SQLite', path: /store\/sqlite\.ts$/ },
  { category: 'files of content by hash', path: /store\/folder-blobs\.ts$/ },
  { category: 'snapshots of states and events', path: /store\/snapshot\.ts$|engine\/channel-record\.ts$/ },
  { category: 'message codec and hashes', path: /protocol\/src\/(wire|primitives)\/|cborg|dag-cbor/ },
  { category: 'ceremony, without its signatures', path: /protocol\/src\/ceremony\/|setup\/ceremony\.ts$/ },
  { category: 'contract rules and channel logic', path: /protocol\/src\/|proofs\/src\// },
];
const OTHER = 'engine, event loop, everything else';

/** Milliseconds by category, largest first. */
export function byCategory(
  samples: readonly Sample[],
): readonly (readonly [category: string, milliseconds: number])[] {
  const times = new Map<string, number>();
  for (const { stack, milliseconds } of samples) {
    const rule = RULES.find(({ path, name }) =>
      stack.some(
        ({ url, functionName }) => path.test(url) && (name === undefined || name.test(functionName)),
      ),
    );
    const category = rule?.category ?? OTHER;
    times.set(category, (times.get(category) ?? 0) + milliseconds);
  }
  return [...times].sort(([, a], [, b]) => b - a);
}

/** Milliseconds in which `inner` ran inside of `outer`, both names of functions. */
export function within(samples: readonly Sample[], outer: string, inner: string): number {
  return samples
    .filter(({ stack }) => {
      const outermost = stack.findLastIndex(({ functionName }) => functionName === outer);
      return outermost > 0 && stack.slice(0, outermost).some(({ functionName }) => functionName === inner);
    })
    .reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}
