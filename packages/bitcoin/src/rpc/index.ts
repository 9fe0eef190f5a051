export { startBitcoind } from './bitcoind.ts';
export {
  RpcClient,
  RpcClientError,
  type RpcClientErrorCode,
  type RpcClientOptions,
  satoshisFromAmount,
} from './client.ts';
export type { JsonObject, JsonValue } from './json.ts';
export { RpcServer, type RpcServerOptions } from './server.ts';
