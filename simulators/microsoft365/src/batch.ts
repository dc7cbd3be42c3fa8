import type { Incoming } from '@sterna/simulator-kit';
import { badRequest } from './http/errors.ts';
import { jsonReply, type Reply } from './http/reply.ts';

const MAX_ITEMS = 20;
/** Outlook runs no more of a batch at once. */
const AT_ONCE = 4;

interface Item {
  readonly id: string;
  readonly incoming: Incoming;
  readonly dependsOn: readonly string[];
}

interface ItemReply {
  readonly id: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/**
 * `POST /$batch`: up to 20 requests, each answered on its own; the batch itself is 200. An item runs after those that it
 * depends on, and is 424 when one of them failed. Answers come in the order in which they were ready.
 *
 * @param answer answers one request as if it had come alone
 */
export async function batchReply(batch: Incoming, answer: (item: Incoming) => Promise<Reply>): Promise<Reply> {
  const waiting = itemsOf(batch);
  const done = new Map<string, ItemReply>();
  const running = new Map<string, Promise<void>>();
  while (waiting.length + running.size > 0) {
    for (let at = 0; at < waiting.length && running.size < AT_ONCE; ) {
      const item = waiting[at] as Item;
      if (!item.dependsOn.every((id) => done.has(id))) {
        at++;
        continue;
      }
      waiting.splice(at, 1);
      const run = runItem(item, done, answer).then((reply) => {
        done.set(item.id, reply);
        running.delete(item.id);
      });
      running.set(item.id, run);
    }
    await Promise.race(running.values());
  }
  return jsonReply(200, { responses: [...done.values()] });
}

async function runItem(
  item: Item,
  done: ReadonlyMap<string, ItemReply>,
  answer: (item: Incoming) => Promise<Reply>,
): Promise<ItemReply> {
  if (item.dependsOn.some((id) => (done.get(id)?.status ?? 0) >= 400)) {
    const error = { code: 'FailedDependency', message: 'A request that this one depends on failed.' };
    return { id: item.id, status: 424, headers: { 'Content-Type': 'application/json' }, body: { error } };
  }
  const reply = await answer(item.incoming);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(reply.headers)) {
    headers[name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())] = value;
  }
  if (reply.body.length === 0) return { id: item.id, status: reply.status, headers };
  const body = reply.json ?? Buffer.concat(reply.body).toString('base64');
  return { id: item.id, status: reply.status, headers, body };
}

function itemsOf(batch: Incoming): Item[] {
  let requests: unknown;
  try {
    requests = (JSON.parse(batch.body.toString('utf8')) as { requests?: unknown }).requests;
  } catch {
    throw badRequest('Unable to read JSON request payload.');
  }
  if (!Array.isArray(requests) || requests.length === 0) throw badRequest('The batch has no requests.');
  if (requests.length > MAX_ITEMS) {
    throw badRequest(`Number of batch request steps exceeds the maximum value of ${MAX_ITEMS}.`);
  }
  const items = requests.map((request) => itemOf(batch, request as Record<string, unknown>));
  const earlier = new Set<string>();
  for (const { id, dependsOn } of items) {
    if (earlier.has(id)) throw badRequest(`The batch has two requests with id '${id}'.`);
    const unknown = dependsOn.find((other) => !earlier.has(other));
    if (unknown !== undefined) throw badRequest(`Request '${id}' depends on '${unknown}', which isn't before it.`);
    earlier.add(id);
  }
  return items;
}

function itemOf(batch: Incoming, request: Record<string, unknown>): Item {
  const { id, method, url, headers, body, dependsOn } = request;
  if (typeof id !== 'string' || typeof method !== 'string' || typeof url !== 'string') {
    throw badRequest('Each request of a batch needs id, method and url.');
  }
  const own = Object.fromEntries(
    Object.entries((headers ?? {}) as Record<string, string>).map(([name, value]) => [name.toLowerCase(), value]),
  );
  if (body !== undefined && own['content-type'] === undefined) {
    throw badRequest(`Request '${id}' has a body but no Content-Type.`);
  }
  const version = /^\/[^/]+/.exec(batch.target)?.[0] ?? '';
  const { authorization } = batch.headers;
  return {
    id,
    dependsOn: Array.isArray(dependsOn) ? (dependsOn as string[]) : [],
    incoming: {
      method: method.toUpperCase(),
      target: `${version}/${url.replace(/^\//, '')}`,
      headers: { ...(authorization === undefined ? {} : { authorization }), ...own },
      body: bodyOf(body, own['content-type']),
    },
  };
}

/** A body of JSON is inline; any other is base64. */
function bodyOf(body: unknown, contentType: string | undefined): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (/json/i.test(contentType ?? '')) return Buffer.from(JSON.stringify(body));
  return Buffer.from(String(body), 'base64');
}
