/** One request on its way through a simulator: over HTTP, or an item of a batch. */
export interface Incoming {
  readonly method: string;
  /** Path and query as sent, from the server's root: `/v1.0/users?$top=5`. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a handler answers with. A body of many buffers is sent one after the other. */
export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: readonly Buffer[];
  /** The JSON that `body` holds; kept for batches and observers. */
  readonly json?: unknown;
}

export interface Exchange {
  readonly request: Incoming;
  readonly reply: Reply;
}

export function noContent(status = 204, headers: Record<string, string> = {}): Reply {
  return { status, headers, body: [] };
}

export function bytesReply(contentType: string, body: readonly Buffer[], headers: Record<string, string> = {}): Reply {
  return { status: 200, headers: { 'content-type': contentType, ...headers }, body };
}
