import { fixed, type Hash32, taggedHash, text, u8, u32, variable } from '@prometheus-compute/protocol';
import { FAILURE_CODES, PROFILE, type WasiOutcome } from '@prometheus-compute/sandbox';

/**
 * A digest over the trace of profile `wasi-0`, with these fields in this order:
 *
 * 1. profile, length-prefixed text: `wasi-0`;
 * 2. outcome, u8: 0 done, else the code of the failure (1 trap, 2 stack, 3 exit, 4 output-limit, 5 reserved-output);
 * 3. exit code, u32: that of a program that exits with another code than 0, else 0;
 * 4. pages of the exported memory at the end, u32;
 * 5. SHA-256 of the exported memory at the end, 32 bytes;
 * 6. exported globals at the end, length-prefixed, in the encoding of the sandbox's `WasiTrace`.
 *
 * Field 5 is a digest so that a memory never has to leave the process it was in. It is never sent, and both digests
 * hide it, so τ_i does not help anybody to D_i.
 *
 * @param name - `trace` for τ_i, `lock` for D_i
 */
export function wasiDigest(name: 'trace' | 'lock', outcome: WasiOutcome): Hash32 {
  const failure = outcome.kind === 'failed' ? outcome.failure : undefined;
  return taggedHash(
    name,
    text(PROFILE),
    u8(failure === undefined ? 0 : FAILURE_CODES[failure.kind]),
    u32(failure?.exitCode ?? 0),
    u32(outcome.trace.memoryPages),
    fixed(outcome.trace.memoryDigest),
    variable(outcome.trace.globals),
  );
}
