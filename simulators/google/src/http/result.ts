/** What a handler answers with; the dispatcher applies `fields` and `prettyPrint`, and makes bytes of it. */
export type Result =
  | { readonly kind: 'json'; readonly status: number; readonly json: unknown; readonly headers: Record<string, string> }
  | {
      readonly kind: 'bytes';
      readonly status: number;
      readonly body: readonly Buffer[];
      readonly headers: Record<string, string>;
    };

export function json(value: unknown, more: { status?: number; headers?: Record<string, string> } = {}): Result {
  return { kind: 'json', status: more.status ?? 200, json: value, headers: more.headers ?? {} };
}

export function bytes(
  contentType: string,
  body: readonly Buffer[],
  more: { status?: number; headers?: Record<string, string> } = {},
): Result {
  return { kind: 'bytes', status: more.status ?? 200, body, headers: { 'content-type': contentType, ...more.headers } };
}

/** 204, as most deletions answer. */
export function empty(status = 204, headers: Record<string, string> = {}): Result {
  return { kind: 'bytes', status, body: [], headers };
}
