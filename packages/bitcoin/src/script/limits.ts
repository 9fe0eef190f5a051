/** Bytes of a script before tapscript: bounds the work of one script. */
export const MAX_SCRIPT_SIZE = 10_000;
/** Bytes of a stack item: bounds memory. */
export const MAX_ELEMENT_SIZE = 520;
/** Operations of a script before tapscript that are no pushes. */
export const MAX_OPERATIONS = 201;
/** Items on stack and alternative stack together. */
export const MAX_STACK_SIZE = 1_000;
/** Keys of one CHECKMULTISIG; each may cost a signature check. */
export const MAX_MULTISIG_KEYS = 20;
