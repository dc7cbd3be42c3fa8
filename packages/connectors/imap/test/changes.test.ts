import type { Change, ChangePage, Reader } from '@sterna/connector-kit';
import { messageMatchKey } from '@sterna/content';
import {
  type Dovecot,
  type FaultProxy,
  sampleMessage,
  startDovecot,
  startFaultProxy,
  startScriptedImap,
} from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect, idsOf, open, suiteEndpoint } from './support.ts';

async function listed(
  reader: Reader,
  cursor?: string,
  facets = {},
): Promise<{ pages: ChangePage[]; changes: Change[]; cursor: string }> {
  const pages = await collect(reader.changes('INBOX', cursor, facets));
  return { pages, changes: pages.flatMap((page) => page.changes), cursor: pages.at(-1)?.next?.cursor ?? '' };
}

const message = (n: number): Buffer => Buffer.from(sampleMessage(`message ${n}`));
const seeds = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => ({
    folder: ['INBOX'],
    raw: message(from + n),
    flags: [],
    date: new Date(1e12 + n * 1000),
  }));

describe('round trips', () => {
  let server: Dovecot;
  let bare: Dovecot;
  let proxy: FaultProxy;
  beforeAll(async () => {
    server = await startDovecot({ fsync: 'never', specialUse: true });
    bare = await startDovecot({ fsync: 'never', hide: ['LIST-STATUS'] });
    proxy = await startFaultProxy({ target: server });
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
    await bare?.stop();
  });

  test('a look at all folders is one after signing in, whatever their number; a delta of nothing is one a folder', async () => {
    const endpoint = suiteEndpoint(server);
    await endpoint.seed(['A', 'B', 'C', 'D'].flatMap((name) => seeds(3).map((seed) => ({ ...seed, folder: [name] }))));
    proxy.target = server;
    const first = await open(proxy, endpoint.address);
    const containers = await first.reader.containers();
    expect(containers).toHaveLength(10);
    const a = containers.find((container) => container.id === 'A');
    const pages = await collect(first.reader.changes('A', undefined, {}));
    expect(pages.at(-1)?.next?.glance).toBe(a?.glance);
    expect(a).toMatchObject({ total: 3, path: ['A'], glance: expect.any(String) });
    await first.close();

    proxy.forget();
    const second = await open(proxy, endpoint.address);
    const signedIn = proxy.roundTrips;
    expect(signedIn).toBeLessThanOrEqual(1);
    expect(await second.reader.containers()).toEqual(containers);
    expect(proxy.commands('STATUS')).toBe(0);
    expect(proxy.roundTrips).toBeLessThanOrEqual(signedIn + 1);
    const before = proxy.roundTrips;
    const delta = await collect(second.reader.changes('A', pages.at(-1)?.next?.cursor, {}));
    expect(delta).toMatchObject([{ mode: 'delta', changes: [] }]);
    expect(proxy.roundTrips - before).toBe(1);
    await second.close();
  });

  test('without LIST-STATUS the STATUS commands go together', async () => {
    const endpoint = suiteEndpoint(bare);
    await endpoint.seed(['A', 'B', 'C', 'D'].flatMap((name) => seeds(1).map((seed) => ({ ...seed, folder: [name] }))));
    proxy.target = bare;
    proxy.forget();
    const session = await open(proxy, endpoint.address);
    const containers = await session.reader.containers();
    expect(containers.filter((container) => container.total === 1 && container.glance)).toHaveLength(4);
    expect(proxy.commands('STATUS')).toBe(5);
    expect(proxy.roundTrips).toBeLessThanOrEqual(3 + 4);
    await session.close();
  });
});

describe.each([
  ['QRESYNC', []],
  ['CONDSTORE alone', ['QRESYNC']],
  ['neither', ['QRESYNC', 'CONDSTORE']],
] as const)('deltas with %s', (name, hide) => {
  let server: Dovecot;
  beforeAll(async () => {
    server = await startDovecot({ fsync: 'never', hide: [...hide] });
  });
  afterAll(() => server?.stop());

  test('new, changed and vanished, in pages, and nothing else', async () => {
    const endpoint = suiteEndpoint(server);
    await endpoint.seed(seeds(50));
    const settings = { pageSize: 10 };
    const one = await open(server, endpoint.address, { settings });
    const full = await listed(one.reader);
    expect(full.pages).toHaveLength(5);
    expect(new Set(full.changes.map(({ id }) => id)).size).toBe(50);
    await one.close();

    await endpoint.setFlags?.({ folder: ['INBOX'], raw: message(7) }, ['\\Flagged', 'New']);
    const two = await open(server, endpoint.address, { settings });
    const changed = await listed(two.reader, full.cursor, { known: 50 });
    const seventh = changed.changes.find(({ flags }) => flags?.includes('New'));
    expect(seventh).toEqual({ id: full.changes[7]?.id, flags: ['New', '\\Flagged'] });
    if (name !== 'neither') expect(changed).toMatchObject({ pages: [{ mode: 'delta' }], changes: [{}] });
    await two.close();

    await endpoint.remove?.({ folder: ['INBOX'], raw: message(3) });
    await endpoint.seed(seeds(25, 100));
    const three = await open(server, endpoint.address, { settings });
    const last = await listed(three.reader, changed.cursor, { known: 50 });
    expect(last.pages.length).toBeGreaterThan(2);
    expect(last.pages.at(-1)?.next?.total).toBe(74);
    if (name === 'QRESYNC') {
      expect(last.pages[0]?.mode).toBe('delta');
      expect(last.changes.filter(({ gone }) => gone)).toEqual([{ id: full.changes[3]?.id, gone: true }]);
      expect(last.changes).toHaveLength(26);
      // A page of a delta can be resumed too.
      const resumed = await listed(three.reader, last.pages[0]?.resume, { known: 58 });
      expect(resumed.changes).toEqual(last.pages.slice(1).flatMap((page) => page.changes));
    } else {
      expect(last.pages.every((page) => page.mode === 'full')).toBe(true);
      expect(last.changes).toHaveLength(74);
      expect(last.changes.some(({ id }) => id === full.changes[3]?.id)).toBe(false);
    }
    await three.close();
  });

  test('what comes in and what goes during a listing is in the next delta', async () => {
    const endpoint = suiteEndpoint(server);
    await endpoint.seed(seeds(30));
    const session = await open(server, endpoint.address, { settings: { pageSize: 10 } });
    const seen: Change[] = [];
    let cursor: string | undefined;
    for await (const page of session.reader.changes('INBOX', undefined, {})) {
      if (seen.length === 0) {
        await endpoint.seed(seeds(1, 500));
        await endpoint.remove?.({ folder: ['INBOX'], raw: message(1) });
        await endpoint.setFlags?.({ folder: ['INBOX'], raw: message(2) }, ['\\Answered']);
      }
      seen.push(...page.changes);
      cursor = page.next?.cursor;
    }
    const next = await listed(session.reader, cursor, { known: seen.length });
    const now = new Map(next.pages[0]?.mode === 'full' ? [] : seen.map((change) => [change.id, change]));
    for (const change of next.changes) {
      if (change.gone) now.delete(change.id);
      else now.set(change.id, change);
    }
    expect(now.size).toBe(30);
    expect([...now.values()].filter(({ flags }) => flags?.includes('\\Answered'))).toHaveLength(1);
    await session.close();
  });
});

describe('special cases', () => {
  test('a new UIDVALIDITY: all ids are new, said once, with match keys', async () => {
    await using server = await startScriptedImap();
    for (let n = 0; n < 25; n++) server.add('u', 'INBOX', message(n));
    const session = await open(server, 'u', { settings: { pageSize: 10 } });
    const first = await listed(session.reader);
    server.changeUidValidity('u');
    const second = await listed(session.reader, first.cursor, { known: 25 });
    expect(second.pages.map((page) => page.idsChanged)).toEqual([true, undefined, undefined]);
    expect(second.pages.every((page) => page.mode === 'full')).toBe(true);
    expect(second.changes.map(({ matchKey }) => matchKey?.toString('hex'))).toEqual(
      Array.from({ length: 25 }, (_, n) => messageMatchKey(message(n)).toString('hex')),
    );
    const old = await collect(
      session.reader.read(
        'INBOX',
        first.changes.slice(0, 2).map(({ id }) => id),
      ),
    );
    expect(old.every((item) => 'vanished' in item)).toBe(true);
    expect(server.badCommands).toEqual([]);
    await session.close();
  });

  test('UIDs far apart and in thick bundles are listed in pages of a kind', async () => {
    await using server = await startScriptedImap();
    const mailbox = server.mailbox('u');
    for (const start of [1, 5_000, 4_000_000, 4_000_050, 2_000_000_000]) {
      mailbox.uidNext = start;
      for (let n = 0; n < 40; n++) server.add('u', 'INBOX', message(n));
    }
    const session = await open(server, 'u', { settings: { pageSize: 20 } });
    const { changes, pages } = await listed(session.reader);
    expect(changes).toHaveLength(200);
    expect(pages.length).toBeGreaterThan(3);
    expect(server.count('UID FETCH')).toBeLessThan(60);
    await session.close();
  });

  test('a server that forgot what vanished, or invents it, gets a full listing', async () => {
    await using server = await startScriptedImap();
    for (let n = 0; n < 5; n++) server.add('u', 'INBOX', message(n));
    server.mailbox('u').uidNext = 4_000_000_000;
    server.add('u', 'INBOX', message(6));
    const session = await open(server, 'u');
    const first = await listed(session.reader);
    server.on('EXAMINE', async (command) => {
      if (command.text.includes('QRESYNC')) command.untagged('VANISHED (EARLIER) 1:4294967295');
      await command.next();
    });
    const second = await listed(session.reader, first.cursor, { known: 6 });
    expect(second.pages[0]?.mode).toBe('full');
    expect(second.changes).toHaveLength(6);
    await session.close();
  });

  test('sessions use a folder that is not there: a clear error', async () => {
    await using server = await startScriptedImap();
    const session = await open(server, 'u');
    await expect(listed(session.reader)).resolves.toMatchObject({ changes: [] });
    await expect(collect(session.reader.changes('Nowhere', undefined, {}))).rejects.toMatchObject({
      class: 'object',
      code: 'container-gone',
    });
    await session.close();
  });

  test('a listing goes on after the connection was lost between and within pages', async () => {
    await using server = await startDovecot({ fsync: 'never' });
    await using proxy = await startFaultProxy({ target: server });
    const endpoint = suiteEndpoint(server);
    await endpoint.seed(seeds(60));
    const events: string[] = [];
    const session = await open(proxy, endpoint.address, {
      settings: { pageSize: 10 },
      observe: (event) => events.push(event.type),
    });
    proxy.cutWhen('toClient', /\* 25 FETCH/, { at: 'after' });
    const found: string[] = [];
    for await (const page of session.reader.changes('INBOX', undefined, {})) {
      found.push(...page.changes.map(({ id }) => id));
      if (found.length === 40) proxy.cutAll('reset');
    }
    expect(found).toHaveLength(60);
    expect(new Set(found).size).toBe(60);
    expect(events).toEqual(['connected', 'reconnected', 'reconnected']);
    expect(await idsOf(session.reader)).toEqual(found);
    await session.close();
  });

  test('listing and reading in turns, on one session', async () => {
    await using server = await startScriptedImap({ mailboxes: ['A', 'B'] });
    for (const name of ['A', 'B']) for (let n = 0; n < 30; n++) server.add('u', name, message(n));
    const { reader, close } = await open(server, 'u', { settings: { pageSize: 10 } });
    let read = 0;
    const both = ['A', 'B'].map((name) => reader.changes(name, undefined, {})[Symbol.asyncIterator]());
    for (let round = 0; round < 3; round++)
      for (const [index, name] of ['A', 'B'].entries()) {
        const page = await both[index]?.next();
        for await (const item of reader.read(
          name,
          page?.value.changes.map(({ id }: Change) => id),
        ))
          if ('body' in item) read++;
      }
    expect(read).toBe(60);
    expect(server.badCommands).toEqual([]);
    await close();
  });
});
