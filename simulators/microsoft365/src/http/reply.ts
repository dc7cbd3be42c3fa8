/** What a handler answers with. A body of many buffers is sent one after the other. */
export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: readonly Buffer[];
  /** The JSON that `body` holds; kept for batches and observers. */
  readonly json?: unknown;
}

export function jsonReply(status: number, json: unknown, headers: Record<string, string> = {}): Reply {
  const body = Buffer.from(JSON.stringify(json));
  return {
    status,
    headers: {
      'content-type':
        'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
      ...headers,
    },
    body: [body],
    json,
  };
}

export function noContent(status = 204, headers: Record<string, string> = {}): Reply {
  return { status, headers, body: [] };
}

export function bytesReply(contentType: string, body: readonly Buffer[], headers: Record<string, string> = {}): Reply {
  return { status: 200, headers: { 'content-type': contentType, ...headers }, body };
}

/** One entity or complex value, with its `@odata.context`. */
export function entityReply(
  call: { readonly base: string; readonly contextPath: string },
  entity: Record<string, unknown>,
  more: { status?: number; headers?: Record<string, string> } = {},
): Reply {
  const context = `${call.base}/$metadata#${call.contextPath}/$entity`;
  return jsonReply(more.status ?? 200, { '@odata.context': context, ...entity }, more.headers);
}
