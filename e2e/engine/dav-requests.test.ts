import { rmSync } from 'node:fs';
import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import { type HttpProxy, type Radicale, startHttpProxy, startRadicale } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anEvent } from '../support/dav-objects.ts';
import { addEntry, type Bench, openBench, pass } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { DavSource, davConnectorOf, davEndpoint } from '../support/radicale-mailbox.ts';
import { startTinyDav } from '../support/tiny-dav.ts';

let dir: string;
let bench: Bench;
let server: Radicale;
let source: HttpProxy;
let target: HttpProxy;

beforeAll(async () => {
  dir = scratch('dav-requests');
  server = await startRadicale({ users: ['s1', 't1', 's2', 't2', 's3', 't3', 't4'] });
  [source, target] = await Promise.all([startHttpProxy(server), startHttpProxy(server)]);
  bench = await openBench(dir, [caldavConnector, carddavConnector]);
}, 60_000);
afterAll(async () => {
  await bench.close();
  await Promise.all([source.stop(), target.stop()]);
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** A migrated mailbox, and what a pass asks of either server. */
async function migrated(n: number, kind: 'event' | 'task' | 'contact', collections: number, objects: number) {
  const from = new DavSource(server, `s${n}`, kind);
  const names = Array.from({ length: collections }, (_, i) => `Collection ${i}`);
  await from.make(names, objects);
  const connector = davConnectorOf(kind);
  const entry = await addEntry(bench, davEndpoint(source, connector, `s${n}`), davEndpoint(target, connector, `t${n}`));
  const counted = async (run: 'initial' | 'delta') => {
    source.forget();
    target.forget();
    const outcome = await pass(bench, entry, run);
    expect(outcome).toMatchObject({ status: 'completed', error: null });
    return { total: outcome.books.total, source: source.count(), target: target.count() };
  };
  return { from, counted, initial: await counted('initial') };
}

/** The address book's home: 401, well-known, principal, home, and the listing of all collections. */
const TO_LIST = 6;

test('a delta pass over nothing new asks each side once for all collections, whatever there is in them', async () => {
  const small = await migrated(1, 'contact', 2, 2);
  const large = await migrated(2, 'contact', 7, 20);
  for (const one of [small, large]) {
    const { total, ...asked } = await one.counted('delta');
    expect(total).toMatchObject({ created: 0, updated: 0 });
    expect(asked, `${source.requests.join('\n')}\n\n${target.requests.join('\n')}`).toEqual({
      source: TO_LIST,
      target: TO_LIST,
    });
  }

  // One changed object: what changed, how many there are, and its text; in the target what is put aside, a PUT, what the
  // server made of it, and what the collections are after it.
  await large.from.put(3, 5, 'second');
  const { total, ...asked } = await large.counted('delta');
  expect(total).toMatchObject({ updated: 1, created: 0 });
  expect(asked).toEqual({ source: TO_LIST + 3, target: TO_LIST + 4 });
}, 60_000);

test('an initial pass writes each object by one request, reads a hundred by one, and looks at what it wrote batch by batch', async () => {
  const { initial } = await migrated(3, 'event', 2, 150);
  expect(initial.total).toMatchObject({ created: 300, failed: 0 });
  // Each collection: listed, then read in two pages.
  expect(initial.source).toBe(TO_LIST + 2 * 3);
  expect(target.count('PUT')).toBe(300);
  // Each collection: made and looked at, then read back in three batches; at the end all are listed.
  const others = target.requests.filter((one) => !one.startsWith('PUT '));
  expect(others.length, others.join('\n')).toBe(TO_LIST + 2 * (2 + 3) + 1);
}, 60_000);

test('a server that knows no sync-collection says by its ctag that nothing has changed, and is asked for that alone', async () => {
  const tiny = await startTinyDav('caldav', {
    ctag: true,
    objects: new Map([['a.ics', Buffer.from(anEvent('a', 'First'))]]),
  });
  try {
    const entry = await addEntry(bench, tiny.end, davEndpoint(target, 'caldav', 't4'));
    expect((await pass(bench, entry, 'initial')).books.total).toMatchObject({ created: 1 });
    const listings = (): number => tiny.requests.filter((one) => one === 'PROPFIND /home/c/').length;
    const before = listings();
    expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 0, unchanged: 1 });
    expect(listings()).toBe(before);

    tiny.objects.set('b.ics', Buffer.from(anEvent('b', 'Second')));
    expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 1, unchanged: 1 });
    expect(listings()).toBe(before + 1);
  } finally {
    await tiny.stop();
  }
}, 60_000);
