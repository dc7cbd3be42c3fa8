import { transcode } from 'node:buffer';
import type { Reply } from '@sterna/simulator-kit';

export { bytesReply, noContent, type Reply } from '@sterna/simulator-kit';

export function jsonReply(status: number, json: unknown, headers: Record<string, string> = {}): Reply {
  // As Buffer.from(text), which takes four times as long with text beyond Latin letters.
  const body = transcode(Buffer.from(JSON.stringify(json), 'utf16le'), 'utf16le', 'utf8');
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

/** One entity or complex value, with its `@odata.context`. */
export function entityReply(
  call: { readonly base: string; readonly contextPath: string },
  entity: Record<string, unknown>,
  more: { status?: number; headers?: Record<string, string> } = {},
): Reply {
  const context = `${call.base}/$metadata#${call.contextPath}/$entity`;
  return jsonReply(more.status ?? 200, { '@odata.context': context, ...entity }, more.headers);
}
