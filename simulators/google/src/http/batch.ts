import { bytesReply, type Incoming, type Reply } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { badRequest, GoogleError } from './errors.ts';
import { FAMILIES, type Family, familyOf } from './families.ts';
import { boundaryOf, type Part, parsePart, splitMultipart } from './multipart.ts';

interface Item {
  readonly contentId: string | undefined;
  readonly incoming: Incoming;
}

/** The API whose batches go to this path; `/batch` alone is any API's, on its own host. Undefined: no batch's path. */
export function batchOf(path: string): 'any' | Family | undefined {
  if (path === '/batch') return 'any';
  return FAMILIES.find(({ batchPath }) => path === `/batch${batchPath}`);
}

/**
 * A batch: a multipart/mixed body of requests, each answered on its own; the batch itself is 200. All belong to one
 * API, and none is an upload. Source: developers.google.com/workspace/gmail/api/guides/batch.
 *
 * @param answer answers one request as if it had come alone
 */
export async function batchReply(
  cloud: Cloud,
  family: 'any' | Family,
  batch: Incoming,
  answer: (item: Incoming) => Promise<Reply>,
): Promise<Reply> {
  const boundary = boundaryOf(batch.headers['content-type']);
  const parts = boundary === undefined ? undefined : splitMultipart(batch.body, boundary);
  if (parts === undefined || parts.length === 0) throw badRequest('Failed to parse batch request, error: no boundary.');
  const items = parts.map((part) => itemOf(batch, part));
  const of = familyOf(items[0]?.incoming.target ?? '');
  const limit = (family === 'any' ? of : family)?.batch ?? 100;
  if (items.length > limit) {
    throw badRequest(`The batch request has ${items.length} calls, exceeding the maximum of ${limit}.`);
  }
  if (
    of === undefined ||
    (family !== 'any' && of !== family) ||
    items.some((item) => familyOf(item.incoming.target) !== of)
  ) {
    throw new GoogleError(404, 'notFound', 'A batch may only hold calls of its own API, and no uploads.');
  }
  const own = `batch_${cloud.ids.token(24)}`;
  const body: Buffer[] = [];
  for (const item of items) {
    const reply = await answer(item.incoming);
    const id = item.contentId === undefined ? '' : `Content-ID: ${responseId(item.contentId)}\r\n`;
    const head = `HTTP/1.1 ${reply.status} ${REASONS[reply.status] ?? 'Unknown'}\r\n${headerLines(reply)}\r\n`;
    body.push(Buffer.from(`--${own}\r\nContent-Type: application/http\r\n${id}\r\n${head}`), ...reply.body);
    body.push(Buffer.from('\r\n'));
  }
  body.push(Buffer.from(`--${own}--\r\n`));
  return bytesReply(`multipart/mixed; boundary=${own}`, body);
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

function headerLines({ headers, body }: Reply): string {
  const length = body.reduce((sum, chunk) => sum + chunk.length, 0);
  return Object.entries({ ...headers, 'content-length': String(length) })
    .map(([name, value]) => `${name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())}: ${value}\r\n`)
    .join('');
}

/** `<a@b>` → `<response-a@b>` */
function responseId(id: string): string {
  return id.startsWith('<') ? `<response-${id.slice(1)}` : `response-${id}`;
}

function itemOf(batch: Incoming, part: Part): Item {
  const contentId = part.headers['content-id'];
  const found = /^(\w+) (\S+)(?: HTTP\/1\.[01])?\r?\n/.exec(part.body.subarray(0, 16_384).toString('latin1'));
  if (!/^application\/http\b/i.test(part.headers['content-type'] ?? '') || found === null) {
    throw badRequest('Failed to parse batch request, error: a part is not application/http.');
  }
  const rest = part.body.subarray(found[0].length);
  const { headers, body } = parsePart(rest.length === 0 ? Buffer.from('\r\n') : rest) ?? {
    headers: {},
    body: Buffer.alloc(0),
  };
  // Bodies are told by their length; what follows it is the line break before the next boundary.
  const length = headers['content-length'];
  const { authorization } = batch.headers;
  const target = found[2] as string;
  return {
    contentId,
    incoming: {
      method: (found[1] as string).toUpperCase(),
      target: target.startsWith('http') ? target.replace(/^https?:\/\/[^/]+/, '') : target,
      headers: { ...(authorization === undefined ? {} : { authorization }), ...headers },
      body: length === undefined ? trimEnd(body) : body.subarray(0, Number(length)),
    },
  };
}

function trimEnd(body: Buffer): Buffer {
  let end = body.length;
  while (end > 0 && (body[end - 1] === 0x0a || body[end - 1] === 0x0d)) end--;
  return body.subarray(0, end);
}
