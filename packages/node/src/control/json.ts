/** What a request's parameters and an answer consist of. Satoshis are text, since they may exceed 2^53. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };
