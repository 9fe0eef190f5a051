import { isList, isObject } from './arguments.ts';
import { RpcCode, RpcError } from './errors.ts';
import { type Answer, type AnswerObject, type JsonObject, type JsonValue, writeAnswer } from './json.ts';
import type { MethodContext } from './method.ts';
import { callMethod } from './method-table.ts';

/** What goes back over HTTP; no body where there is nothing to say. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string | undefined;
}

/** Requests of one batch: bounds the work that one HTTP request can ask for. */
const MAX_BATCH = 1000;
/** Nesting of the lists and objects of a request. */
const MAX_DEPTH = 512;

/** Versions of JSON-RPC: 1.0 tells errors by the HTTP status too, 2.0 only in the body. */
type Version = 'legacy' | '2.0';

/** Answers the body of an HTTP request: one call or a batch, as Bitcoin Core does. */
export function dispatch(body: string, context: MethodContext): HttpAnswer {
  let parsed: JsonValue;
  try {
    parsed = JSON.parse(body) as JsonValue;
    checkDepth(parsed, 0);
  } catch {
    return failure(new RpcError(RpcCode.PARSE, 'Parse error'), null, 'legacy');
  }
  if (isList(parsed)) return dispatchBatch(parsed, context);
  if (!isObject(parsed)) {
    return failure(new RpcError(RpcCode.PARSE, 'Top-level object parse error'), null, 'legacy');
  }
  const call = readCall(parsed);
  if (call instanceof RpcError) return failure(call, parsed.id, versionOf(parsed));
  const reply = run(call, context);
  if (call.version === '2.0') {
    return call.notification ? { status: 204, body: undefined } : success(replyObject(reply, call));
  }
  return reply.error === undefined
    ? success(replyObject(reply, call))
    : failure(reply.error, call.id, call.version);
}

function dispatchBatch(calls: readonly JsonValue[], context: MethodContext): HttpAnswer {
  if (calls.length > MAX_BATCH) {
    const message = `Batch of ${calls.length} requests is over the limit of ${MAX_BATCH}`;
    return failure(new RpcError(RpcCode.INVALID_REQUEST, message), null, 'legacy');
  }
  const replies: AnswerObject[] = [];
  let last: Pick<Call, 'id' | 'version'> = { id: null, version: 'legacy' };
  for (const value of calls) {
    const call = isObject(value)
      ? readCall(value)
      : new RpcError(RpcCode.INVALID_REQUEST, 'Invalid Request object');
    if (call instanceof RpcError) {
      // Core answers what it cannot read with the id of the request before it.
      if (isObject(value)) last = { id: value.id, version: versionOf(value) };
      replies.push(replyObject({ result: null, error: call }, last));
      continue;
    }
    last = call;
    const reply = run(call, context);
    if (!call.notification) replies.push(replyObject(reply, call));
  }
  if (replies.length === 0 && calls.length > 0) return { status: 204, body: undefined };
  return success(replies);
}

interface Call {
  readonly method: string;
  readonly params: JsonValue | undefined;
  readonly id: JsonValue | undefined;
  readonly version: Version;
  /** A 2.0 call without id: it is run, and not answered. */
  readonly notification: boolean;
}

interface Reply {
  readonly result: Answer;
  readonly error: RpcError | undefined;
}

function versionOf(call: JsonObject): Version {
  return call.jsonrpc === '2.0' ? '2.0' : 'legacy';
}

function readCall(call: JsonObject): Call | RpcError {
  const invalid = (message: string): RpcError => new RpcError(RpcCode.INVALID_REQUEST, message);
  const { jsonrpc, method, params, id } = call;
  if (jsonrpc !== undefined && jsonrpc !== null) {
    if (typeof jsonrpc !== 'string') return invalid('jsonrpc field must be a string');
    if (jsonrpc !== '1.0' && jsonrpc !== '2.0') return invalid('JSON-RPC version not supported');
  }
  if (method === undefined || method === null) return invalid('Missing method');
  if (typeof method !== 'string') return invalid('Method must be a string');
  if (params !== undefined && params !== null && typeof params !== 'object') {
    return invalid('Params must be an array or object');
  }
  const version = versionOf(call);
  return { method, params, id, version, notification: version === '2.0' && id === undefined };
}

function run(call: Call, context: MethodContext): Reply {
  try {
    return { result: callMethod(call.method, call.params, context), error: undefined };
  } catch (error) {
    if (error instanceof RpcError) return { result: null, error };
    const message = error instanceof Error ? error.message : 'unknown failure';
    return { result: null, error: new RpcError(RpcCode.MISC, message) };
  }
}

function replyObject(reply: Reply, { id, version }: Pick<Call, 'id' | 'version'>): AnswerObject {
  const error = reply.error === undefined ? null : { code: reply.error.code, message: reply.error.message };
  const answerId = id as Answer | undefined;
  if (version === 'legacy') return { result: error === null ? reply.result : null, error, id: answerId };
  return error === null
    ? { jsonrpc: '2.0', result: reply.result, id: answerId }
    : { jsonrpc: '2.0', error, id: answerId };
}

function success(answer: Answer): HttpAnswer {
  return { status: 200, body: `${writeAnswer(answer)}\n` };
}

function failure(error: RpcError, id: JsonValue | undefined, version: Version): HttpAnswer {
  const body = `${writeAnswer(replyObject({ result: null, error }, { id, version }))}\n`;
  const status =
    error.code === RpcCode.INVALID_REQUEST ? 400 : error.code === RpcCode.METHOD_NOT_FOUND ? 404 : 500;
  return { status, body };
}

function checkDepth(value: JsonValue, depth: number): void {
  if (depth > MAX_DEPTH) throw new RpcError(RpcCode.PARSE, 'Parse error');
  if (typeof value === 'string' && !value.isWellFormed()) throw new RpcError(RpcCode.PARSE, 'Parse error');
  if (typeof value !== 'object' || value === null) return;
  for (const member of Object.values(value) as JsonValue[]) checkDepth(member, depth + 1);
}
