import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Session } from '@sterna/connector-kit';
import { messageDigest } from '@sterna/content';
import { afterAll, describe, expect, test } from 'vitest';
import { archiveConnector } from '../src/index.ts';

const base = mkdtempSync(join(tmpdir(), 'sterna-maildir-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let serial = 0;

const open = (path: string, role: 'read' | 'write' = 'read', format = 'maildir', address = '.'): Promise<Session> =>
  archiveConnector.open({
    system: { settings: { path, format }, credentials: {} },
    address,
    role,
    installation: '00000000',
    signal: new AbortController().signal,
  });

function maildir(files: Record<string, string | Buffer>, at = join(base, String(serial++))): string {
  for (const sub of ['cur', 'new', 'tmp']) mkdirSync(join(at, sub), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(at, name, '..'), { recursive: true });
    writeFileSync(join(at, name), content);
  }
  return at;
}

async function paths(root: string): Promise<string[]> {
  return (await (await open(root)).reader.containers()).map((container) => container.path.join('/')).sort();
}

async function listed(session: Session, id = '.') {
  const changes = [];
  for await (const page of session.reader.changes(id, undefined, { date: true, size: true }))
    changes.push(...page.changes);
  return changes;
}

async function readOne(session: Session, id: string) {
  for await (const one of session.reader.read('.', [id])) return one;
  throw new Error('nothing');
}

describe('layouts', () => {
  test('Maildir++, nested trees, mbsync without INBOX at the root, parents without mail', async () => {
    const mail = { 'cur/1.a:2,S': 'Subject: x\n\n' };
    const plus = maildir(mail);
    for (const name of ['.Sent', '.Entw&APw-rfe', '.A.B.C', '.R&D', '.bar&']) maildir(mail, join(plus, name));
    mkdirSync(join(plus, '.no-maildir'));
    expect(await paths(plus)).toEqual(['A/B/C', 'Entwürfe', 'INBOX', 'R&D', 'Sent', 'bar&']);
    const nested = join(base, 'nested');
    for (const name of ['Inbox', 'Work/2023', 'Büro']) maildir(mail, join(nested, name));
    expect(await paths(nested)).toEqual(['Büro', 'INBOX', 'Work/2023']);
  });

  test('a writer goes on in the layout it finds', async () => {
    const nested = join(base, 'nested-write');
    maildir({}, join(nested, 'INBOX'));
    const { writer } = await open(nested, 'write');
    expect((await writer?.ensureContainer(['Work', 'Alpha'], {}))?.container.id).toBe('Work/Alpha');
    expect((await writer?.ensureContainer(['INBOX'], {}))?.container.id).toBe('INBOX');
    const plus = join(base, 'plus-write');
    const fresh = (await open(plus, 'write')).writer;
    expect((await fresh?.ensureContainer(['Work', 'Ärger'], { subscribe: true }))?.container.id).toBe(
      '.Work.&AMQ-rger',
    );
    expect(readFileSync(join(plus, 'subscriptions'), 'utf8')).toBe('Work.&AMQ-rger\n');
    expect(existsSync(join(plus, '.Work.&AMQ-rger', 'maildirfolder'))).toBe(true);
  });

  test("the owner's folder for a role is found under its own name; a backup never mixes two", async () => {
    const root = maildir({});
    maildir({}, join(root, '.Sent'));
    const found = await (await open(root, 'write')).writer?.ensureContainer(['Gesendete Elemente'], { role: 'sent' });
    expect(found?.container.path).toEqual(['Sent']);
    const backup = (await open(join(base, 'roles'), 'write', 'archive')).writer;
    await backup?.ensureContainer(['Sent'], { role: 'sent' });
    const other = await backup?.ensureContainer(['Gesendete Elemente'], { role: 'sent' });
    expect(other?.container.path).toEqual(['Gesendete Elemente']);
    const roles = (await (await open(join(base, 'roles'), 'read', 'archive')).reader.containers()).map(
      ({ path, role }) => [path[0], role],
    );
    expect(roles).toContainEqual(['Gesendete Elemente', 'sent']);
  });
});

describe('messages', () => {
  test('new and cur, flags, keywords, sizes in names, dates; ids stay when flags change', async () => {
    const root = maildir({
      'new/1700000001.fresh': 'Subject: 1\n\n',
      'cur/836000000.old,S=12:2,FRS': 'Subject: 2\n\n',
      'cur/1700000002.k,S=12,W=14:2,Tab': 'Subject: 3\n\n',
      'cur/1700000003.noinfo': 'Subject: 4\n\n',
      'cur/.hidden': 'no message',
      'dovecot-keywords': '0 Work\n1 $Label1\nnonsense\n99 TooFar\n',
    });
    utimesSync(join(root, 'new/1700000001.fresh'), 1_600_000_000, 1_600_000_000);
    const session = await open(root);
    const all = await listed(session);
    expect(all.map(({ id, flags }) => [id, flags])).toEqual([
      ['836000000.old', ['\\Answered', '\\Flagged', '\\Seen']],
      ['1700000001.fresh', []],
      ['1700000002.k', ['$Label1', '\\Deleted', 'Work'].sort()],
      ['1700000003.noinfo', []],
    ]);
    expect(all[1]?.date?.getTime()).toBe(1_600_000_000_000);
    // A mail program shows it: from new to cur, with a flag.
    execFileSync('mv', [join(root, 'new/1700000001.fresh'), join(root, 'cur/1700000001.fresh:2,S')]);
    expect(await readOne(session, '1700000001.fresh')).toMatchObject({ flags: ['\\Seen'], size: 12 });
  });

  test('links, folders and pipes among the messages, compressed and closed files: that one fails, the rest is read', async () => {
    const root = maildir({
      'cur/1.good:2,': 'Subject: x\n\n',
      'cur/2.gz:2,': gzipSync('Subject: x\n\n'),
      'cur/3.closed:2,': 'secret',
      '../secret.txt': 'outside',
    });
    symlinkSync(join(base, 'secret.txt'), join(root, 'cur/4.link:2,'));
    mkdirSync(join(root, 'cur/5.dir:2,'));
    execFileSync('mkfifo', [join(root, 'cur/6.pipe:2,')]);
    chmodSync(join(root, 'cur/3.closed:2,'), 0);
    const session = await open(root);
    const codes: Record<string, string> = {};
    const ids = (await listed(session)).map(({ id }) => id);
    for await (const one of session.reader.read('.', ids))
      codes[one.id] = 'error' in one ? one.error.code : 'body' in one ? 'read' : 'vanished';
    expect(codes).toEqual({
      '1.good': 'read',
      '2.gz': 'message-compressed',
      '3.closed': process.getuid?.() === 0 ? 'read' : 'path-not-allowed',
      '4.link': 'symlink-refused',
      '5.dir': 'not-a-file',
      '6.pipe': 'not-a-file',
    });
  });

  test('file names that are no UTF-8 are read', async () => {
    const root = maildir({});
    writeFileSync(
      Buffer.concat([Buffer.from(`${root}/cur/7.`), Buffer.from([0xff, 0xe9]), Buffer.from(':2,S')]),
      'Subject: x\n\n',
    );
    const session = await open(root);
    const [only] = await listed(session);
    expect(await readOne(session, only?.id ?? '')).toMatchObject({ size: 12, flags: ['\\Seen'] });
  });
});

describe('what is not a mailbox', () => {
  test('paths, files, other folders, links out of the system', async () => {
    await expect(open(join(base, 'nowhere'))).rejects.toMatchObject({ class: 'config', code: 'path-not-found' });
    writeFileSync(join(base, 'file'), 'x');
    await expect(open(join(base, 'file'))).rejects.toMatchObject({ code: 'not-a-maildir' });
    mkdirSync(join(base, 'home'));
    writeFileSync(join(base, 'home', 'letter.txt'), 'x');
    await expect(open(join(base, 'home'))).rejects.toMatchObject({ code: 'not-a-maildir' });
    await expect(open(join(base, 'home'), 'write')).rejects.toMatchObject({ code: 'not-a-maildir' });
    await expect(open(join(base, 'home'), 'write', 'archive')).rejects.toMatchObject({
      code: 'backup-folder-not-empty',
    });
    await expect(open(join(base, 'home'), 'read', 'archive')).rejects.toMatchObject({ code: 'not-a-backup' });
    await expect(open(join(base, 'home'), 'read', 'eml')).rejects.toMatchObject({ code: 'no-eml-files' });
    const system = join(base, 'system');
    maildir({ 'cur/1.x:2,': 'x' }, join(system, 'ines'));
    symlinkSync(base, join(system, 'out'));
    for (const address of ['../system/ines', '/etc', 'ines/../../file', 'out', 'a\0b'])
      await expect(open(system, 'read', 'maildir', address), address).rejects.toMatchObject({ code: 'bad-address' });
    expect(await listed(await open(system, 'read', 'maildir', 'ines'))).toHaveLength(1);
    expect(await listed(await open(join(system, '{user}'), 'read', 'maildir', 'ines@example.org'))).toHaveLength(1);
    await expect(open(join(system, '{address}'), 'read', 'maildir', '../x')).rejects.toMatchObject({
      code: 'bad-address',
    });
    const lines = await archiveConnector.check(
      { settings: { path: join(base, 'nowhere'), format: 'maildir' }, credentials: {} },
      '.',
    );
    expect(lines).toMatchObject([{ ok: false, evidence: expect.stringMatching(/: it doesn.t exist\.$/) }]);
  });

  test('a folder that is a link is not followed, and check says so', async () => {
    const root = maildir({ 'cur/1.x:2,': 'x' });
    symlinkSync(maildir({ 'cur/1.y:2,': 'y' }), join(root, '.Linked'));
    expect(await paths(root)).toEqual(['INBOX']);
    const lines = await archiveConnector.check({ settings: { path: root, format: 'maildir' }, credentials: {} }, '.');
    expect(lines.find((line) => line.name === 'skipped')?.evidence).toBe('.Linked: a symbolic link');
  });
});

describe('discover and URLs', () => {
  test('sub-folders that look like mailboxes, and patterns', async () => {
    const system = join(base, 'users');
    for (const name of ['example.org/ines/Maildir', 'example.org/tom/Maildir'])
      maildir({ 'cur/1.x:2,': 'x' }, join(system, name));
    mkdirSync(join(system, 'example.org', 'empty'));
    const discover = async (path: string): Promise<unknown[]> => {
      const found = [];
      for await (const item of archiveConnector.discover(
        { settings: { path, format: 'maildir' }, credentials: {} },
        'mailbox',
      ))
        found.push([item.address, item.objects]);
      return found;
    };
    expect(await discover(join(system, '{domain}', '{user}', 'Maildir'))).toEqual([
      ['ines@example.org', 1],
      ['tom@example.org', 1],
    ]);
    expect(await discover(join(system, 'example.org'))).toEqual([
      ['ines', 1],
      ['tom', 1],
    ]);
    expect(await discover(join(system, 'example.org/ines/Maildir'))).toEqual([['.', 1]]);
    const item = await open(join(system, '{domain}', '{user}', 'Maildir'), 'read', 'maildir', 'tom@example.org');
    expect(await listed(item)).toHaveLength(1);
  });

  test('URLs', () => {
    const parse = (url: string) => archiveConnector.parseUrl(url, { insecure: false });
    expect(parse('maildir:/a/b%20c')).toMatchObject({
      settings: { path: '/a/b c', format: 'maildir' },
      label: 'maildir:/a/b c',
    });
    expect(parse('mbox:///a/x.mbox')).toMatchObject({ settings: { path: '/a/x.mbox', format: 'mbox' } });
    expect(parse('eml:rel/../x')).toMatchObject({ settings: { path: join(process.cwd(), 'x') } });
    for (const [url, field] of [
      ['maildir:', 'path'],
      ['eml://host/x', 'host'],
      ['mbox:/a%zz', 'path'],
      ['archive:/a%00b', 'path'],
      ['ftp:/x', 'scheme'],
    ] as const)
      expect(() => parse(url)).toThrowError(expect.objectContaining({ class: 'config', field }));
  });
});

describe('writing', () => {
  const message = {
    verb: 'create',
    flags: [],
    date: new Date(0),
    size: 14,
    body: Buffer.from('Subject: x\n\nb\n'),
  } as const;

  test('a writer that wakes up late makes no second copy, even with other flags', async () => {
    const root = maildir({});
    const [sleeper, heir] = [await open(root, 'write'), await open(root, 'write')];
    const reservedId = sleeper.writer?.reserve?.('.', 'ab'.repeat(16)) ?? '';
    // Stopped while the body arrives: its file is in tmp, not yet renamed.
    let wake = (): void => undefined;
    const slow = async function* (): AsyncIterable<Buffer> {
      yield message.body.subarray(0, 7);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      yield message.body.subarray(7);
    };
    const late = sleeper.writer?.apply([{ ...message, op: 'late', container: '.', reservedId, body: slow() }]);
    while (readdirSync(join(root, 'tmp')).length === 0) await new Promise((resolve) => setImmediate(resolve));
    await heir.writer?.apply([{ ...message, op: 'heir', container: '.', reservedId, flags: ['\\Seen'] }]);
    wake();
    expect((await late)?.[0]).toMatchObject({ op: 'late' });
    expect(readdirSync(join(root, 'cur'))).toHaveLength(1);
    expect(readdirSync(join(root, 'tmp'))).toHaveLength(0);
  });

  test('26 keywords fit in a folder, the next is noted', async () => {
    const root = maildir({});
    const { writer } = await open(root, 'write');
    const flags = Array.from({ length: 27 }, (_, n) => `k${n}`);
    const results = await writer?.apply([
      { ...message, op: '1', container: '.', reservedId: writer.reserve?.('.', '0123456789') ?? '', flags },
    ]);
    expect(results?.[0]).toMatchObject({ outcome: 'done', notes: [{ code: 'keyword-dropped' }] });
    expect((await listed(await open(root)))[0]?.flags).toHaveLength(26);
  });

  test('a place where a message of the same name lies destroys nothing', async () => {
    const root = maildir({ 'cur/1.x:2,S': 'Subject: here\n\n' });
    maildir({ 'cur/1.x:2,S': 'Subject: there\n\n' }, join(root, '.Other'));
    const { writer } = await open(root, 'write');
    const [result] =
      (await writer?.apply([{ verb: 'place', op: '1', container: '.', targetId: '1.x', to: '.Other' }])) ?? [];
    expect(result).toMatchObject({ outcome: 'done', targetId: '1.x.p1' });
    expect(readdirSync(join(root, '.Other', 'cur'))).toHaveLength(2);
  });

  test('a backup is described, and its mail is a Maildir like any other', async () => {
    const path = join(base, 'backup');
    const { writer } = await open(path, 'write', 'archive');
    const folder = (await writer?.ensureContainer(['a.b', 'Ärger'], {}))?.container.id ?? '';
    await writer?.apply([
      { ...message, op: '1', container: folder, reservedId: writer.reserve?.(folder, '00112233') ?? '' },
    ]);
    expect(JSON.parse(readFileSync(join(path, 'sterna-backup.json'), 'utf8'))).toMatchObject({
      format: 'sterna-backup',
      version: 4,
      kinds: ['message', 'event', 'task', 'contact', 'setting', 'member', 'listItem', 'page', 'post'],
    });
    expect(await paths(join(path, 'mail'))).toContain('a.b/Ärger');
    const again = await open(path, 'read', 'archive');
    const [one] = await listed(again, folder);
    for await (const content of again.reader.read(folder, [one?.id ?? '']))
      expect('body' in content && messageDigest(content.body as Buffer)).toEqual(messageDigest(message.body));
    writeFileSync(join(path, 'sterna-backup.json'), '{"format":"sterna-backup","version":9,"created":"","kinds":[]}');
    await expect(open(path, 'read', 'archive')).rejects.toMatchObject({ code: 'backup-too-new' });
  });
});

test.skipIf(process.getuid?.() !== 0)("root writes into another user's Maildir what that user can read", async () => {
  const root = maildir({});
  for (const sub of ['', 'cur', 'new', 'tmp']) chownSync(join(root, sub), 4321, 4321);
  const { writer } = await open(root, 'write');
  const id = (await writer?.ensureContainer(['Theirs'], { subscribe: true }))?.container.id ?? '';
  const body = Buffer.from('Subject: x\n\n');
  const op = {
    verb: 'create',
    op: '1',
    container: id,
    flags: ['Work'],
    date: undefined,
    size: body.length,
    body,
  } as const;
  await writer?.apply([{ ...op, reservedId: writer.reserve?.(id, '00112233') ?? '' }]);
  const all = readdirSync(root, { recursive: true }) as string[];
  expect(all.filter((name) => /sterna|dovecot-keywords|maildirfolder|subscriptions|Theirs$/.test(name))).toHaveLength(
    5,
  );
  for (const name of all) expect(statSync(join(root, name)).uid, name).toBe(4321);
});
