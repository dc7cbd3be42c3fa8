import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSampleMailbox } from '@sterna/sample-mailbox';
import { createLog, type RunningServer, startServer } from '@sterna/server';
import { type Dovecot, type Radicale, RawDav, startDovecot, startRadicale } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Outcome, sterna, testFolder } from './sterna.ts';

const MAIL = 20;
const SECRETS = {
  calendars: 'calendar-Sw0rdfish',
  people: 'people-Sw0rdfish',
  newCalendars: 'new-calendar-Sw0rdfish',
};
let folder: Awaited<ReturnType<typeof testFolder>>;
let server: RunningServer;
let from: { mail: Dovecot; dav: Radicale };
let to: { mail: Dovecot; dav: Radicale };

const home = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
  sterna(args, { STERNA_URL: server.url as string, HOME: folder.path, ...env });

async function ok(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const outcome = await home([...args, '--json'], env);
  expect(outcome.code, `${args.join(' ')}: ${outcome.stderr}${outcome.stdout}`).toBe(0);
  return JSON.parse(outcome.stdout);
}

const event = (uid: string, summary: string): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260301T100000Z\r\nSUMMARY:${summary}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
const card = (uid: string): string =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:${uid}\r\nN:${uid};;;;\r\nEND:VCARD\r\n`;

const calendars = (): RawDav => new RawDav(`${from.dav.url}ada-calendars/`, 'ada-calendars', SECRETS.calendars);

beforeAll(async () => {
  folder = await testFolder();
  const [a, b, c, d] = await Promise.all([
    startDovecot({ listescape: true }),
    startDovecot({ listescape: true }),
    startRadicale({
      users: [
        { name: 'ada-calendars', password: SECRETS.calendars },
        { name: 'ada-people', password: SECRETS.people },
      ],
    }),
    startRadicale({ users: ['ada', { name: 'ada-new-calendars', password: SECRETS.newCalendars }] }),
  ]);
  from = { mail: a, dav: c };
  to = { mail: b, dav: d };
  writeSampleMailbox(a.mailRoot('ada'), { messages: MAIL, seed: 9, size: 0 });
  a.adopt('ada');
  await calendars().makeCalendar('work/', 'Work', ['VEVENT']);
  for (const n of [1, 2, 3]) await calendars().put(`work/${n}.ics`, event(`e${n}@x`, `Event ${n}`));
  const people = new RawDav(`${c.url}ada-people/`, 'ada-people', SECRETS.people);
  await people.makeAddressBook('people/', 'People');
  for (const n of [1, 2]) await people.put(`people/${n}.vcf`, card(`c${n}`));

  server = await startServer({
    port: 0,
    dataDir: join(folder.path, 'data'),
    version: '0.0.0',
    concurrency: 1,
    log: createLog({ level: 'fatal' }),
  });
  await ok(['setup', '--organization', 'Tern', '--email', 'ada@tern.example'], {
    STERNA_PASSWORD: 'correct horse battery staple',
  });
}, 60_000);

afterAll(async () => {
  await server?.close();
  await Promise.all([from?.mail.stop(), from?.dav.stop(), to?.mail.stop(), to?.dav.stop()]);
  await folder?.remove();
});

/** Everything of a user on the target's calendar and contact servers, by its collection. */
const held = (user: string): Record<string, number> =>
  Object.fromEntries([...to.dav.objects(user)].map(([name, texts]) => [name, texts.length]));

test('a mailbox of three servers, each with a sign-in of its own: one entry, one license, one pass, books by kind', async () => {
  for (const [name, side] of Object.entries({ old: from, new: to })) {
    const file = join(folder.path, `${name}.json`);
    const imap = { host: side.mail.host, port: side.mail.port, tls: 'none' };
    await writeFile(file, JSON.stringify({ imap, caldav: { url: side.dav.url }, carddav: { url: side.dav.url } }));
    await ok(['system', 'add', name, '--connector', 'standards', '--settings', file]);
  }
  await ok(['project', 'create', 'move', '--source', 'old', '--target', 'new', '--set', 'kinds.contact=false']);

  const csv = join(folder.path, 'list.csv');
  const line = (header: string, cells: string) => writeFile(csv, `${header}\n${cells}\n`);
  await line('SourceAddress,SourceGopherUser', 'ada,x');
  expect((await home(['list', 'import', 'move', csv])).stderr).toMatch(/no column "SourceGopherUser"/);
  await line(
    'SourceAddress,Source Password,Source CalDAV User,Source CalDAV Password,SourceCarddavUser,source_carddav_password,TargetPassword,TargetCaldavUser,TargetCaldavPassword',
    `ada,pw,ada-calendars,${SECRETS.calendars},ada-people,${SECRETS.people},pw,ada-new-calendars,${SECRETS.newCalendars}`,
  );
  expect(await ok(['list', 'import', 'move', csv])).toMatchObject({ imported: 1, problems: [] });
  await ok(['license', 'grant', '3']);
  expect(await ok(['entry', 'start', 'ada', '--watch'])).toMatchObject({
    kind: 'initial',
    status: 'completed',
    books: { balanced: true, created: MAIL + 3, failed: 0 },
  });
  expect(held('ada-new-calendars')).toEqual({ Work: 3 });
  // Contacts are off: nothing of theirs is written, nor counted as migrated, and the report says which book was left out.
  expect(held('ada')).toEqual({});
  const lastPass = async () => {
    const passes = (await ok(['entry', 'passes', 'ada'])) as {
      id: number;
      kinds: object;
      folders: { folder: string }[];
    }[];
    return passes[0];
  };
  const first = await lastPass();
  expect(first?.kinds).toMatchObject({
    message: { seen: MAIL, created: MAIL },
    event: { seen: 3, created: 3 },
    contact: { created: 0, migrated: 0 },
  });
  expect(first?.folders.filter(({ folder }) => folder === 'People' || folder === 'Work')).toMatchObject([
    { folder: 'Work', kind: 'event', target: 'Work', books: { created: 3 } },
    { folder: 'People', kind: 'contact', excluded: 'the kind contact is off', books: { created: 0 } },
  ]);
  expect((await home(['pass', 'show', String(first?.id)])).stdout).toMatch(/People +contact .*the kind contact is off/);

  // Switched on for this entry alone, and the calendar went on.
  await ok(['entry', 'settings', 'ada', '--set', 'kinds.contact=true']);
  await calendars().put('work/1.ics', event('e1@x', 'Event 1 at noon'));
  await calendars().put('work/4.ics', event('e4@x', 'Event 4'));
  expect(await ok(['entry', 'delta', 'ada', '--watch'])).toMatchObject({
    kind: 'delta',
    status: 'completed',
    books: { balanced: true, created: 3, updated: 1, unchanged: MAIL + 2 },
  });
  expect((await lastPass())?.kinds).toMatchObject({
    message: { unchanged: MAIL },
    event: { updated: 1, created: 1, unchanged: 2 },
    contact: { created: 2 },
  });
  // The address book is where the sign-in of the whole mailbox leads.
  expect(held('ada')).toEqual({ People: 2 });
  expect(held('ada-new-calendars')).toEqual({ Work: 4 });
  expect(await ok(['entry', 'verify', 'ada', '--watch'])).toMatchObject({
    status: 'completed',
    result: { ok: true, missing: 0, different: 0, notMigrated: 0 },
  });
  expect(await ok(['license', 'balance'])).toContainEqual({
    ...{ type: 'mail', tier: 'standard', granted: 3, available: 2, assigned: 0, burned: 1 },
  });

  // Nothing of a sign-in leaves the server, and on its disk there is none in the clear.
  const told = [
    await ok(['list', 'export', 'move']),
    await ok(['entry', 'show', 'ada']),
    await ok(['entry', 'report', 'ada']),
    await ok(['system', 'list']),
  ];
  for (const secret of [...Object.values(SECRETS), 'ada-calendars', 'ada-people'])
    expect(JSON.stringify(told)).not.toContain(secret);
  for (const file of await readdir(join(folder.path, 'data'), { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const bytes = await readFile(join(file.parentPath, file.name)).catch(() => Buffer.alloc(0));
    for (const secret of Object.values(SECRETS)) expect(bytes.includes(secret), file.name).toBe(false);
  }
}, 120_000);

test('sign-ins of single servers: with the system, by the command line, and refused where there are no such servers', async () => {
  const settings = ['--settings', join(folder.path, 'old.json')];
  const secret = { STERNA_SYSTEM_CALDAV_PASSWORD: SECRETS.calendars, STERNA_SYSTEM_CARDDAV_PASSWORD: SECRETS.people };
  const users = ['--part-user', 'caldav=ada-calendars', '--part-user', 'carddav=ada-people'];
  const add = ['system', 'add', 'signed-in', '--connector', 'standards', ...settings, ...users];
  expect(await ok(add, { STERNA_SYSTEM_PASSWORD: 'pw', ...secret })).toMatchObject({
    credentials: { password: true, parts: ['caldav', 'carddav'] },
  });
  const check = await home(['system', 'check', 'signed-in', '--address', 'ada']);
  expect(check.code, check.stdout).toBe(0);
  expect(check.stdout).toMatch(/Work/);
  expect(check.stdout).toMatch(/People/);

  const wrong = { STERNA_SOURCE_PASSWORD: 'pw', STERNA_SOURCE_CALDAV_PASSWORD: 'wrong' };
  await ok(['project', 'create', 'other', '--source', 'signed-in', '--target', 'new']);
  await ok(['entry', 'add', 'other', 'ada', 'ada2', '--source-part-user', 'caldav=ada-calendars'], wrong);
  await ok(['license', 'grant', '1']);
  const refused = await home(['entry', 'start', 'ada2', '--watch']);
  expect(refused.code).not.toBe(0);
  expect(refused.stdout + refused.stderr).toMatch(/refused the sign-in/);

  expect((await home([...add.slice(0, -1), 'gopher=x'])).stderr).toMatch(/names no server and user/);
  await ok(['system', 'add', 'plain', '--connector', 'imap', '--set', 'host=127.0.0.1']);
  await ok(['project', 'create', 'plain', '--source', 'plain', '--target', 'new']);
  const plain = await home(['entry', 'add', 'plain', 'bo'], { STERNA_SOURCE_CALDAV_PASSWORD: 'x' });
  expect(plain.code).toBe(2);
  expect(plain.stderr).toMatch(/has no server caldav of its own/);
  const csv = join(folder.path, 'plain.csv');
  await writeFile(csv, 'SourceAddress,SourceCaldavUser\nbo,\ncy,x\n');
  const imported = await home(['list', 'import', 'plain', csv]);
  expect(imported.stdout).toMatch(/line 3.*SourceCaldav.*has no server caldav/);
  expect(imported.stdout).not.toMatch(/line 2/);
}, 120_000);
