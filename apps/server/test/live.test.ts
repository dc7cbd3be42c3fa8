import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@sterna/api-contract';
import { prepareDatabase } from '@sterna/store/prepared';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog, type RunningServer, startServer } from '../src/index.ts';

let folder: string;
let server: RunningServer;
let client: Client;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sterna-live-'));
  await chmod(folder, 0o755);
  await prepareDatabase(join(folder, 'data'));
  server = await startServer({
    port: 0,
    dataDir: join(folder, 'data'),
    services: ['api'],
    version: '0.0.0',
    log: createLog({ level: 'fatal' }),
  });
  const baseUrl = server.url as string;
  ({ token = '' } = await createClient({ baseUrl }).setUp({
    body: { organization: 'Tern', email: 'ada@tern.example', password: 'correct horse battery staple' },
  }));
  client = createClient({ baseUrl, token });
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

async function project(name: string): Promise<number> {
  const system = (side: string) =>
    client.createSystem({
      body: {
        name: `${name} ${side}`,
        connector: 'archive',
        settings: { path: join(folder, side), format: 'maildir' },
      },
    });
  const [source, target] = [await system('old'), await system('new')];
  return (await client.createProject({ body: { name, sourceSystemId: source.id, targetSystemId: target.id } })).id;
}

test('what happens is told at once; a client that comes back is told to read again', async () => {
  const projectId = await project('live');
  const stop = new AbortController();
  const events = client.events({ lastEventId: '17', signal: stop.signal });
  const first = await events.next();
  expect(first.value).toMatchObject({ type: 'lost' });
  await client.importEntries({ params: { id: projectId }, body: 'SourceAddress\nada@old.example\n' });
  const next = await events.next();
  expect(next.value).toMatchObject({ type: 'entry', data: { projectId } });
  expect(Number((next.value as { id: string }).id)).toBeGreaterThan(Number((first.value as { id: string }).id));
  stop.abort();
  await events.next().catch(() => {});
});

test('a preview of a CSV tells every problem and makes nothing; partial takes the good lines', async () => {
  const id = await project('preview');
  const body =
    'SourceAddress,TargetAddress\nada@old.example,a@new.example\n,b@new.example\nada@old.example,a@new.example\n';
  const preview = await client.importEntries({ params: { id }, query: { preview: true }, body });
  expect(preview.problems.map(({ line }) => line)).toEqual([3, 4]);
  expect((await client.listEntries({ params: { id } })).total).toBe(0);
  const good = await client.importEntries({
    params: { id },
    query: { preview: true },
    body: 'SourceAddress\nada@old.example\n',
  });
  expect(good).toMatchObject({ imported: 1, entryIds: [], problems: [] });
  const partial = await client.importEntries({ params: { id }, query: { partial: true }, body });
  expect(partial).toMatchObject({ imported: 1 });
  const listed = await client.listEntries({ params: { id }, query: { sort: 'source', descending: true, limit: 1 } });
  expect(listed).toMatchObject({ total: 1, items: [{ sourceAddress: 'ada@old.example', status: 'not started' }] });
});

test('settings: a patch, its changes in words, the version that somebody else took', async () => {
  const id = await project('settings');
  const after = await client.putProjectSettings({
    params: { id },
    body: { patch: { conflict: 'overwrite' }, ifVersion: 1 },
  });
  expect(after).toMatchObject({ version: 2, changes: [{ field: 'conflict' }] });
  const late = await client
    .putProjectSettings({ params: { id }, body: { patch: { conflict: 'skip' }, ifVersion: 1 } })
    .catch((thrown) => thrown);
  expect(late).toMatchObject({ code: 'settings-changed', details: { status: 409 } });
  const wrong = await client
    .putProjectSettings({ params: { id }, body: { patch: { dateFilter: { from: '2024-02-01', to: '2024-01-01' } } } })
    .catch((thrown) => thrown);
  expect(wrong).toMatchObject({ code: 'date-filter-reversed', field: 'dateFilter.to' });
  expect(await client.getSettingsSchema()).toMatchObject({
    type: 'object',
    properties: { conflict: expect.anything() },
  });
});

test('reports and mapping come as CSV', async () => {
  const id = await project('csv');
  await client.importMapping({ params: { id }, body: 'Source,Target\nada@old.example,ada@new.example\n' });
  expect(await client.exportMapping({ params: { id } })).toContain('ada@old.example');
  expect((await client.exportEntries({ params: { id } })).split(/\r?\n/)[0]).toContain('SourceAddress');
  expect(await client.projectReportCsv({ params: { id } })).toMatch(/\S/);
});

test('a second server on the port is told so, in words', async () => {
  const port = Number(new URL(server.url as string).port);
  const error = await startServer({
    port,
    dataDir: join(folder, 'data'),
    services: ['api'],
    version: '0.0.0',
    log: createLog({ level: 'fatal' }),
  }).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'port-in-use', class: 'config', field: '--port' });
});
