import { fixed, type Hash32, taggedHash, text, u32 } from '@prometheus-compute/protocol';
import type { Program } from '@prometheus-compute/sandbox';
import { contentHash } from './content-hash.ts';

/**
 * What the contract's program hash commits to: H("program", profile, H("wasm", module), number of arguments, each
 * argument). The arguments belong to it, since they change the results as much as the module does.
 */
export function programHash(program: Program): Hash32 {
  return taggedHash(
    'program',
    text(program.profile),
    fixed(contentHash('wasm', program.code)),
    u32(program.arguments.length),
    ...program.arguments.map((argument) => text(argument)),
  );
}
