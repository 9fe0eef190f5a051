import { CodedError } from '@prometheus-compute/protocol';
import { z } from 'zod';
import type { Json } from './json.ts';
import type { ControlCall, ControlMethods } from './methods.ts';

/** Codes of JSON-RPC 2.0, and one of its range for servers: a method was carried out and failed. */
export const RPC_CODES = Object.freeze({
  parse: -32_700,
  request: -32_600,
  method: -32_601,
  params: -32_602,
  failed: -32_000,
});

const requestSchema = z.strictObject({
  jsonrpc: z.literal('2.0'),
  /** Notifications are refused: whoever asks wants to know whether it was done. */
  id: z.union([z.int(), z.string().max(64)]),
  method: z.string().max(64),
  params: z.record(z.string().max(64), z.unknown()).optional(),
});

/** The answer to one line, without its line break. Never throws: what goes wrong is in the answer. */
export async function answerLine(line: string, methods: ControlMethods, call: ControlCall): Promise<string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return failed(null, RPC_CODES.parse, 'this line is no JSON');
  }
  const request = requestSchema.safeParse(parsed);
  if (!request.success) return failed(null, RPC_CODES.request, firstIssue(request.error));
  const { id, params = {} } = request.data;
  const method = methods.get(request.data.method);
  if (method === undefined) {
    return failed(id, RPC_CODES.method, `there is no method ${request.data.method}`, {
      methods: methods.names,
    });
  }
  const given = method.params.safeParse(params);
  if (!given.success) return failed(id, RPC_CODES.params, firstIssue(given.error));
  try {
    return JSON.stringify({ jsonrpc: '2.0', id, result: await method.run(given.data, call) });
  } catch (cause) {
    return describeFailure(id, cause);
  }
}

/** An answer with an error that belongs to no request. */
export function failed(id: number | string | null, code: number, message: string, data?: Json): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    error: { code, message, ...(data === undefined ? {} : { data }) },
  });
}

/** Messages of coded errors hold no secrets; of others only that there was one is told, and the log has the rest. */
function describeFailure(id: number | string, cause: unknown): string {
  if (!(cause instanceof CodedError)) {
    return failed(id, RPC_CODES.failed, 'something inside the node failed; its log says what', {
      code: 'internal',
    });
  }
  const { code, rule, remedy } = cause as CodedError<string>;
  return failed(id, RPC_CODES.failed, cause.message, { code, rule: rule ?? null, remedy: remedy ?? null });
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  const place = issue!.path.map(String).join('.');
  return place === '' ? issue!.message : `${place}: ${issue!.message}`;
}
