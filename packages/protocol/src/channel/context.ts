import type { SchnorrVerify } from '../primitives/schnorr.ts';

/** What a transition may use besides state and event; pure like itself. */
export interface ChannelContext {
  /** BIP340 verification; an accelerated one may be injected. */
  readonly verify: SchnorrVerify;
  readonly policy: {
    /** Blocks that checking an opening takes (C8). */
    readonly verifyBlocks: number;
    /** Blocks that a Client's audit takes (C9). */
    readonly auditBlocks: number;
  };
}
