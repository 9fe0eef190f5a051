/**
 * Rules that script verification can be asked to enforce, as bits. Each is a soft fork: turning one on can only make
 * more scripts invalid. The names are Bitcoin Core's SCRIPT_VERIFY_*.
 */
export const ScriptFlag = Object.freeze({
  /** BIP16: run the script that a script hash commits to. */
  P2SH: 1 << 0,
  /** Strict DER, defined hash types, and keys of the two usual forms. Policy only. */
  STRICTENC: 1 << 1,
  /** BIP66: strict DER. */
  DERSIG: 1 << 2,
  /** BIP146: S in the lower half. Policy only. */
  LOW_S: 1 << 3,
  /** BIP147: the extra item that CHECKMULTISIG pops is empty. */
  NULLDUMMY: 1 << 4,
  /** BIP62: scriptSig only pushes. Policy only, except for P2SH. */
  SIGPUSHONLY: 1 << 5,
  /** BIP62: shortest pushes and numbers. Policy only. */
  MINIMALDATA: 1 << 6,
  /** NOPs that may get a meaning are refused. Policy only. */
  DISCOURAGE_UPGRADABLE_NOPS: 1 << 7,
  /** BIP62: one item is left, no more. Policy for legacy scripts. */
  CLEANSTACK: 1 << 8,
  /** BIP65. */
  CHECKLOCKTIMEVERIFY: 1 << 9,
  /** BIP112. */
  CHECKSEQUENCEVERIFY: 1 << 10,
  /** BIP141 and BIP143. */
  WITNESS: 1 << 11,
  /** Unknown witness programs are refused. Policy only. */
  DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM: 1 << 12,
  /** OP_IF's argument is empty or exactly 01, in witness v0. Policy only there, consensus in tapscript. */
  MINIMALIF: 1 << 13,
  /** BIP146: a signature that fails is empty. Policy only. */
  NULLFAIL: 1 << 14,
  /** Keys in witness v0 are compressed. Policy only. */
  WITNESS_PUBKEYTYPE: 1 << 15,
  /** No OP_CODESEPARATOR and no signature to delete in legacy scripts. Policy only. */
  CONST_SCRIPTCODE: 1 << 16,
  /** BIP341 and BIP342. */
  TAPROOT: 1 << 17,
  /** Unknown leaf versions are refused. Policy only. */
  DISCOURAGE_UPGRADABLE_TAPROOT_VERSION: 1 << 18,
  /** OP_SUCCESS is refused. Policy only. */
  DISCOURAGE_OP_SUCCESS: 1 << 19,
  /** Unknown key types in tapscript are refused. Policy only. */
  DISCOURAGE_UPGRADABLE_PUBKEYTYPE: 1 << 20,
});

/** Bits of {@link ScriptFlag}. */
export type ScriptFlags = number;
/** Name of one flag. */
export type ScriptFlagName = keyof typeof ScriptFlag;

/** Rules that every block obeys since all soft forks are active, as on a regtest chain from its first block. */
export const CONSENSUS_FLAGS: ScriptFlags =
  ScriptFlag.P2SH |
  ScriptFlag.DERSIG |
  ScriptFlag.NULLDUMMY |
  ScriptFlag.CHECKLOCKTIMEVERIFY |
  ScriptFlag.CHECKSEQUENCEVERIFY |
  ScriptFlag.WITNESS |
  ScriptFlag.TAPROOT;

/** Rules that a transaction obeys to be relayed. */
export const STANDARD_FLAGS: ScriptFlags =
  CONSENSUS_FLAGS |
  ScriptFlag.STRICTENC |
  ScriptFlag.MINIMALDATA |
  ScriptFlag.DISCOURAGE_UPGRADABLE_NOPS |
  ScriptFlag.CLEANSTACK |
  ScriptFlag.MINIMALIF |
  ScriptFlag.NULLFAIL |
  ScriptFlag.LOW_S |
  ScriptFlag.DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM |
  ScriptFlag.WITNESS_PUBKEYTYPE |
  ScriptFlag.CONST_SCRIPTCODE |
  ScriptFlag.DISCOURAGE_UPGRADABLE_TAPROOT_VERSION |
  ScriptFlag.DISCOURAGE_OP_SUCCESS |
  ScriptFlag.DISCOURAGE_UPGRADABLE_PUBKEYTYPE;
