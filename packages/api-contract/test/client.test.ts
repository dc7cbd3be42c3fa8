import { SternaError } from '@sterna/core';
import { expect, test } from 'vitest';
import { allItems, CSRF_HEADER, createClient, type Route, routes } from '../src/index.ts';

/** A server that answers one thing, and remembers what it was asked. */
function answering(answer: () => Response) {
  const asked: { url: URL; init: RequestInit }[] = [];
  const client = createClient({
    baseUrl: 'http://127.0.0.1:7420',
    token: 'secret-token',
    fetch: (async (url: URL, init: RequestInit) => {
      asked.push({ url, init });
      return answer();
    }) as typeof fetch,
  });
  return { asked, client };
}
const json =
  (body: unknown, status = 200) =>
  () =>
    new Response(body === undefined ? null : JSON.stringify(body), { status });

test('no two routes share a method and a path, and every path parameter has a schema', () => {
  const seen = new Set<string>();
  for (const [name, route] of Object.entries<Route>(routes)) {
    const key = `${route.method} ${route.path.replace(/:[a-zA-Z]+/g, ':')}`;
    expect(seen.has(key), key).toBe(false);
    seen.add(key);
    const named = [...route.path.matchAll(/:([a-zA-Z]+)/g)].map(([, parameter]) => parameter);
    expect(Object.keys(route.params?.shape ?? {}), name).toEqual(named);
    if (route.produces !== undefined) expect(route.response, name).toBeDefined();
  }
});

test('parameters, query, body and token go where they belong', async () => {
  const { asked, client } = answering(json({ items: [] }));
  await client.listEntries({ params: { id: 7 }, query: { search: 'ä&b', archived: true, limit: 5 } });
  expect(asked[0]?.url.href).toBe(
    'http://127.0.0.1:7420/api/projects/7/entries?search=%C3%A4%26b&archived=true&limit=5',
  );
  await client.importEntries({ params: { id: 7 }, body: Buffer.from([0xff, 0xfe, 0x41, 0x00]) });
  const { init } = asked[1] as { init: RequestInit };
  expect(init.method).toBe('POST');
  expect(init.headers).toMatchObject({
    authorization: 'Bearer secret-token',
    'content-type': 'text/csv',
    [CSRF_HEADER]: '1',
  });
  // The bytes as they are: their encoding is for the server to find out.
  expect(Buffer.from(init.body as Uint8Array)).toEqual(Buffer.from([0xff, 0xfe, 0x41, 0x00]));
});

test('an error is a SternaError with the words of the server', async () => {
  const { client } = answering(
    json(
      { error: { code: 'license-none-left', class: 'config', message: 'None left.', fix: 'Grant some.', line: 3 } },
      409,
    ),
  );
  const error = await client.getMe().catch((thrown) => thrown);
  expect(error).toBeInstanceOf(SternaError);
  expect(error).toMatchObject({
    code: 'license-none-left',
    class: 'config',
    message: 'None left.',
    fix: 'Grant some.',
    line: 3,
  });
});

test("a proxy's page and a dead server are told in plain words", async () => {
  const proxy = await answering(() => new Response('<html>Bad gateway</html>', { status: 502 }))
    .client.getMe()
    .catch((thrown) => thrown);
  expect(proxy).toMatchObject({ code: 'server-answer', class: 'transient' });
  const dead = answering(() => {
    throw new TypeError('fetch failed');
  });
  expect(await dead.client.getMe().catch((thrown) => thrown)).toMatchObject({
    code: 'server-unreachable',
    class: 'transient',
  });
});

test('all pages of a list, one after the other', async () => {
  const pages: Record<string, { items: number[]; next?: string }> = {
    start: { items: [1, 2], next: 'a' },
    a: { items: [], next: 'b' },
    b: { items: [3] },
  };
  const asked: (string | undefined)[] = [];
  const all = await allItems(async (after) => {
    asked.push(after);
    return pages[after ?? 'start'] as { items: number[]; next?: string };
  });
  expect(all).toEqual([1, 2, 3]);
  expect(asked).toEqual([undefined, 'a', 'b']);
});

test('live events: split anywhere, heartbeats left out', async () => {
  const text =
    ': still here\n\nid: 5\nevent: pass\ndata: {"passId":1,"words":"ä"}\n\nevent: progress\ndata: {"passId":2}\n\n';
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 3, 7, bytes.length]) {
    const { client } = answering(
      () =>
        new Response(
          new ReadableStream({
            start(controller) {
              for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
              controller.close();
            },
          }),
        ),
    );
    const events = [];
    for await (const event of client.events()) events.push(event);
    expect(events).toEqual([
      { id: '5', type: 'pass', data: { passId: 1, words: 'ä' } },
      { id: undefined, type: 'progress', data: { passId: 2 } },
    ]);
  }
});
