/** Error codes of Bitcoin Core's RPC (rpc/protocol.h). */
export const RpcCode = Object.freeze({
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  PARSE: -32700,
  /** Anything that has no code of its own. */
  MISC: -1,
  /** A parameter has the wrong JSON type. */
  TYPE: -3,
  INVALID_ADDRESS_OR_KEY: -5,
  INVALID_PARAMETER: -8,
  /** Bytes that do not parse. */
  DESERIALIZATION: -22,
  /** A transaction or block that could not be taken. */
  VERIFY: -25,
  /** A transaction that the mempool's rules refuse. */
  VERIFY_REJECTED: -26,
  ALREADY_IN_UTXO_SET: -27,
  /** The node has been started, and still reads what it has. */
  IN_WARMUP: -28,
});

/** An answer with `error` instead of `result`. */
export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
  }
}
