import type { Session } from '@sterna/connector-kit';
import { DirectDrive, type Google, startGoogle } from '@sterna/simulator-google';
import { Contract } from '@sterna/simulator-google/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { googleConnector } from '../../src/index.ts';
import { openSession } from '../../src/session.ts';
import { systemOf } from './suite-endpoint.ts';

const ALICE = 'alice@nordwind.example';
const contract = new Contract();
let server: Google;
let direct: DirectDrive;
let drive: string;
const sessions: Session[] = [];
beforeEach(async () => {
  server = await startGoogle({ empty: true, observe: contract.observe });
  direct = new DirectDrive(server, ALICE);
  drive = direct.corpus.createDrive('nordwind.example', 'Team', 'request 1', direct.person, server.clock.now()).id;
});
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  await server.stop();
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
});

async function open(address: string, admin = ALICE): Promise<Session> {
  const session = await openSession({
    system: systemOf(server, { admin }),
    address,
    role: 'write',
    installation: '0badcafe',
    signal: new AbortController().signal,
  });
  sessions.push(session);
  return session;
}

async function collect<T>(from: AsyncIterable<T> | undefined): Promise<T[]> {
  const all: T[] = [];
  for await (const one of from ?? []) all.push(one);
  return all;
}

test('discovery lists people’s drives and shared ones', async () => {
  const found = await collect(googleConnector.discover(systemOf(server, { admin: ALICE }), 'drive'));
  expect(found).toContainEqual({ itemType: 'drive', address: drive, displayName: 'Team' });
  expect(found).toContainEqual({ itemType: 'drive', address: ALICE, displayName: 'Alice Ashby' });
});

test('a shared drive is written to and read as the administrator who is in it, and apart from their own', async () => {
  const session = await open(drive);
  const { container } = (await session.writer?.ensureContainer(['Plans'], { kind: 'file' })) ?? {};
  const inside = container?.id ?? '';
  const op = {
    verb: 'create' as const,
    op: '1',
    container: inside,
    name: 'plan.txt',
    reservedId: 'plan.txt',
    flags: [],
    date: new Date(Date.UTC(2021, 1, 2)),
    size: 4,
    body: Buffer.from('plan'),
  };
  expect(await session.writer?.apply([op])).toMatchObject([{ outcome: 'done' }]);
  expect(direct.files()).toEqual([]);
  const containers = await session.reader.containers();
  expect(containers.map(({ path, total }) => [path.join('/'), total])).toEqual([
    ['', 0],
    ['Plans', 1],
  ]);
  server.requests.length = 0;
  expect(await session.reader.containers({ known: containers })).toEqual(containers);
  expect(server.requests).toHaveLength(1);

  const grants = [{ type: 'user' as const, principal: 'bjorn@nordwind.example', role: 'commenter' as const }];
  await session.writer?.apply([{ verb: 'access', op: 'a', container: inside, targetId: 'plan.txt', grants }]);
  expect((await collect(session.reader.access?.(inside, ['plan.txt']))).map((one) => one.grants)).toEqual([grants]);
  const root = containers[0]?.id ?? '';
  const members = [
    { type: 'user' as const, principal: 'chloe@nordwind.example', role: 'owner' as const },
    { type: 'group' as const, principal: 'support@nordwind.example', role: 'writer' as const },
  ];
  await session.writer?.apply([{ verb: 'access', op: 'm', container: root, targetId: '', grants: members }]);
  const [told] = await collect(session.reader.access?.(root, ['']));
  // Alice, who did all this, stays.
  expect(told?.grants).toEqual([members[1], { type: 'user', principal: ALICE, role: 'owner' }, members[0]]);
  expect(direct.corpus.mailsSent).toEqual([]);
});

test('a check of a shared drive opens it, and says nothing of spaces', async () => {
  const lines = await googleConnector.check(systemOf(server, { admin: ALICE }), drive);
  expect(lines).toContainEqual({ name: 'Google Drive', ok: true, evidence: '1 folders, 0 objects' });
  expect(lines.filter(({ name }) => name.startsWith('space'))).toEqual([]);
});

test('content managers stay so where there are any, and are writers elsewhere, with a note', async () => {
  const session = await open(drive);
  const { container } = (await session.writer?.ensureContainer(['Plans'], { kind: 'file' })) ?? {};
  const inside = container?.id ?? '';
  const manager = {
    type: 'user' as const,
    principal: 'bjorn@nordwind.example',
    role: 'writer' as const,
    rights: 'fileOrganizer',
  };
  const op = { verb: 'access' as const, op: 'a', container: inside, targetId: '', grants: [manager] };
  const [result] = (await session.writer?.apply([op])) ?? [];
  expect(result).toEqual({ op: 'a', outcome: 'done' });
  const [told] = await collect(session.reader.access?.(inside, ['']));
  expect(told?.grants).toEqual([manager]);

  const own = await open(ALICE);
  const { container: mine } = (await own.writer?.ensureContainer(['Plans'], { kind: 'file' })) ?? {};
  expect(await own.writer?.apply([{ ...op, container: mine?.id ?? '' }])).toMatchObject([
    { outcome: 'done', notes: [{ code: 'file-organizer-as-writer' }] },
  ]);
  const [there] = await collect(own.reader.access?.(mine?.id ?? '', ['']));
  expect(there?.grants).toEqual([{ type: 'user', principal: 'bjorn@nordwind.example', role: 'writer' }]);
});

test('who isn’t in it, or not named, is told what is missing', async () => {
  await expect(open(drive, 'bjorn@nordwind.example')).rejects.toMatchObject({
    class: 'config',
    code: 'drive-not-found',
  });
  const nobody = openSession({
    system: systemOf(server),
    address: drive,
    role: 'write',
    installation: '0badcafe',
    signal: new AbortController().signal,
  });
  await expect(nobody).rejects.toMatchObject({ class: 'config', code: 'admin-missing' });
});
