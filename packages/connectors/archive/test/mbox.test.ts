import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Content, Session, Unreadable, Vanished } from '@sterna/connector-kit';
import type { SternaError } from '@sterna/core';
import { afterAll, describe, expect, test } from 'vitest';
import { archiveConnector } from '../src/index.ts';

const base = mkdtempSync(join(tmpdir(), 'sterna-mbox-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let serial = 0;

const open = (path: string, role: 'read' | 'write' = 'read'): Promise<Session> =>
  archiveConnector.open({
    system: { settings: { path, format: 'mbox' }, credentials: {} },
    address: '.',
    role,
    installation: '00000000',
    signal: new AbortController().signal,
  });

function file(content: string | Buffer, name = 'x.mbox'): string {
  const dir = join(base, String(serial++));
  mkdirSync(dir);
  writeFileSync(join(dir, name), content);
  return join(dir, name);
}

type Result = Content | Vanished | Unreadable;

/** Folder → what reading it gives, in the order of the file. */
async function readAll(path: string): Promise<Record<string, Result[]>> {
  const session = await open(path);
  const all: Record<string, Result[]> = {};
  for (const container of await session.reader.containers()) {
    const ids: string[] = [];
    for await (const page of session.reader.changes(container.id, undefined, { matchKey: true }))
      ids.push(...page.changes.map(({ id }) => id));
    const results: Result[] = [];
    for await (const one of session.reader.read(container.id, ids)) results.push(one);
    all[container.path.join('/')] = results;
    expect(container.total).toBe(ids.length);
  }
  return all;
}

const text = (result: Result | undefined): string =>
  result !== undefined && 'body' in result ? (result.body as Buffer).toString('latin1') : 'not read';
const problem = (result: Result | undefined): SternaError | undefined =>
  result !== undefined && 'error' in result ? result.error : undefined;
const flags = (result: Result | undefined): readonly string[] | undefined =>
  result !== undefined && 'body' in result ? result.flags : undefined;

const FROM = 'From a@b.example Tue Mar  5 10:00:00 2024\n';

describe('separators', () => {
  test('only a dated line behind an empty line is one', async () => {
    const one =
      'Subject: 1\n\nFrom here on\nFrom a@b.example Tue Mar  5 10:00:00 2024\nno blank line before\n\nFrom the beach, with love\n';
    const { x } = await readAll(file(`${FROM}${one}\n${FROM}Subject: 2\n\nbody\n\n`));
    expect(x?.map(text)).toEqual([one, 'Subject: 2\n\nbody\n']);
  });

  test('zones, missing seconds, Takeout, Thunderbird old and new, CRLF files', async () => {
    const lines = [
      'From 1790@xxx Tue Mar 05 11:00:00 +0100 2024',
      'From a Tue Mar  5 10:00 2024',
      'From - Tue Mar 05 10:00:00 2024',
      'From a@b  Tue Mar  5 10:00:00 UTC 2024',
      'From a@b Tue Mar  5 05:00:00 2024 -0500',
      'From ',
    ];
    const { x } = await readAll(
      file(
        lines
          .map((line, n) => `${line}\r\nDate: Tue, 05 Mar 2024 10:00:00 +0000\r\nSubject: ${n}\r\n\r\nbody\r\n\r\n`)
          .join(''),
      ),
    );
    expect(x).toHaveLength(6);
    for (const [n, one] of (x ?? []).entries()) {
      expect(text(one)).toBe(`Date: Tue, 05 Mar 2024 10:00:00 +0000\r\nSubject: ${n}\r\n\r\nbody\r\n`);
      expect('date' in one && one.date?.toISOString()).toBe('2024-03-05T10:00:00.000Z');
    }
  });

  test('a Content-Length that reaches over the next message hides nothing', async () => {
    const second = `${FROM}Subject: 2\n\nhidden?\n\n`;
    const { x } = await readAll(file(`${FROM}Subject: 1\nContent-Length: ${5 + second.length}\n\nbody\n\n${second}`));
    expect(x).toHaveLength(2);
  });

  test('separators across the borders of what is read at once', async () => {
    for (let shift = 0; shift < 12; shift++) {
      const body = `${'x'.repeat(1024 * 1024 - FROM.length - 20 - shift)}\n`;
      const { x } = await readAll(file(`${FROM}Subject: 1\n\n${body}\n${FROM}Subject: 2\n\nb\n\n`));
      expect(x?.map((one) => text(one).length)).toEqual([12 + body.length, 14]);
    }
  });
});

describe('quoting', () => {
  test('mboxrd loses one level, a file of mboxo keeps the deeper ones', async () => {
    const rd = await readAll(file(`${FROM}S: 1\n\n>From a\n>>From b\n\n`));
    expect(text(rd.x?.[0])).toBe('S: 1\n\nFrom a\n>From b\n');
    // In a reply the quotes around it have the same depth: nobody added one.
    const o = await readAll(file(`${FROM}S: 1\n\n>From a\n>> he wrote\n>>From b\n>> and so on\n\n`));
    expect(text(o.x?.[0])).toBe('S: 1\n\nFrom a\n>> he wrote\n>>From b\n>> and so on\n');
  });
});

describe('flags of other programs', () => {
  test('Status, X-Status, X-Keywords, Thunderbird; deleted and internal messages are none', async () => {
    const { x } = await readAll(
      file(
        [
          "X-IMAP: 1 2\nSubject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n\ndata\n",
          'Status: RO\nX-Status: AF\nX-Keywords: Work $Label1   \nSubject: 1\n\n1\n',
          'X-Mozilla-Status: 1007\nX-Mozilla-Keys: urgent \nSubject: 2\n\n2\n',
          'X-Mozilla-Status: 0009\nSubject: expunged\n\n3\n',
          'Subject: none\n\n4\n',
        ]
          .map((one) => `${FROM}${one}\n`)
          .join(''),
      ),
    );
    expect(x?.map(flags)).toEqual([
      ['$Label1', '\\Answered', '\\Flagged', '\\Seen', 'Work'].sort(),
      ['$Forwarded', '\\Answered', '\\Flagged', '\\Seen', 'urgent'].sort(),
      [],
    ]);
  });

  test('a status change keeps the id, so does a message added or removed before it', async () => {
    const ids = async (content: string): Promise<string[]> =>
      (await readAll(file(content))).x?.map(({ id }) => id) ?? [];
    const [a, b] = ['Subject: a\n\na\n\n', 'Subject: b\n\nb\n\n'];
    const before = await ids(`${FROM}${a}${FROM}${b}${FROM}${b}`);
    expect(new Set(before).size).toBe(3);
    expect(await ids(`${FROM}Status: RO\n${a}${FROM}${b}${FROM}X-UID: 9\n${b}`)).toEqual(before);
    expect(await ids(`${FROM}${b}${FROM}${b}`)).toEqual(before.slice(1));
  });
});

describe('Takeout', () => {
  test('labels become folders, flags and keywords', async () => {
    const message = (labels: string, n: number): string =>
      `${FROM}X-GM-THRID: 1\nX-Gmail-Labels: ${labels}\nSubject: ${n}\n\nbody\n\n`;
    const all = await readAll(
      file(
        message('Inbox,Important,Opened', 1) +
          message('Sent', 2) +
          message('Unread,Spam', 3) +
          message('Trash', 4) +
          message('=?UTF-8?Q?Kunden/S=C3=BCd,Archived,Starred,Category_Updates,Inbox?=', 5) +
          message('Archived', 6) +
          message('Drafts', 7) +
          message('"Smith, Jones",Work', 8) +
          message('Posteingang,Ungelesen', 9),
        'All mail Including Spam and Trash.mbox',
      ),
    );
    const shown = Object.fromEntries(Object.entries(all).map(([path, results]) => [path, results.map(flags)]));
    expect(shown).toEqual({
      INBOX: [['$Important', '\\Seen'].sort(), []],
      Sent: [['\\Seen']],
      Junk: [[]],
      Trash: [['\\Seen']],
      'Kunden/Süd': [['\\Flagged', '\\Seen', 'Inbox'].sort()],
      Archive: [['\\Seen']],
      Drafts: [['\\Draft', '\\Seen']],
      'Smith, Jones': [['\\Seen', 'Work'].sort()],
    });
  });
});

describe('folders of mboxes', () => {
  test('Thunderbird, Apple Mail, plain; indexes, links and other files are left out and named by check', async () => {
    const dir = join(base, 'thunderbird');
    for (const sub of ['', 'Archives.sbd', 'Archives.sbd/2023.sbd', 'Apple.mbox'])
      mkdirSync(join(dir, sub), { recursive: true });
    for (const name of [
      'Inbox',
      'Archives',
      'Archives.sbd/2023',
      'Archives.sbd/2023.sbd/Q1',
      'Apple.mbox/mbox',
      'Büro.mbox',
    ])
      writeFileSync(join(dir, name), `${FROM}Subject: ${name}\n\nx\n\n`);
    writeFileSync(join(dir, 'Empty'), '');
    writeFileSync(join(dir, 'Empty.msf'), '');
    writeFileSync(join(dir, 'readme.txt'), 'no mail');
    symlinkSync('/etc/passwd', join(dir, 'stolen.mbox'));
    const all = await readAll(dir);
    expect(Object.keys(all).sort()).toEqual(
      ['Apple', 'Archives', 'Archives/2023', 'Archives/2023/Q1', 'Büro', 'Empty', 'INBOX'].sort(),
    );
    const lines = await archiveConnector.check({ settings: { path: dir, format: 'mbox' }, credentials: {} }, '.');
    expect(
      lines
        .filter((line) => line.name === 'skipped')
        .map((line) => line.evidence)
        .sort(),
    ).toEqual(['readme.txt: not an mbox', 'stolen.mbox: a symbolic link']);
  });
});

describe('damage is said, never swallowed', () => {
  const good = `${FROM}Subject: whole\n\nwhole\n\n`;
  const MIME = 'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\npart\n--b--\n';

  test.each([
    ['in the middle of a line', `${FROM}Subject: cut\n\nhalf a li`],
    ['in the header', `${FROM}Subject: cut\nX-Half`],
    ['in the separator line', 'From a@b.example Tue Ma'],
    ['before the last MIME part ends', `${FROM}${MIME.slice(0, -6)}`],
    ['before the declared Content-Length', `${FROM}Content-Length: 500\n\nshort\n\n`],
    ['in the middle of base64', `${FROM}Content-Transfer-Encoding: base64\n\nQUJDREVGRw==\nQUJ\n`],
  ])('cut %s', async (where, tail) => {
    const { x } = await readAll(file(good + tail));
    expect(x).toHaveLength(2);
    expect(text(x?.[0])).toBe('Subject: whole\n\nwhole\n');
    expect(problem(x?.[1])).toMatchObject({
      class: 'object',
      code: 'mbox-truncated',
      details: { offset: good.length },
    });
    expect(problem(x?.[1])?.message).toContain(where);
  });

  test('cut at every byte: nothing is lost without a word', async () => {
    const whole = `${good}${FROM}Subject: two\n\nFirst line of the second.\nLast line.\n\n`;
    for (let length = good.length + 1; length < whole.length - 1; length++) {
      const { x } = await readAll(file(whole.slice(0, length)));
      expect(text(x?.[0]), String(length)).toContain('whole');
      // A cut right behind a line end can look like a shorter message; then it is read as far as it goes.
      const atLineEnd = whole[length - 1] === '\n' && length > whole.indexOf('Subject: two') + 13;
      if (!atLineEnd) expect(problem(x?.at(-1))?.code, `${length}`).toBe('mbox-truncated');
      else expect(x).toHaveLength(2);
    }
  });

  test('whole without the last empty line is whole', async () => {
    for (const tail of ['', '\n']) {
      const { x } = await readAll(file(`${good}${FROM}${MIME}${tail}`));
      expect(x?.map(text)).toEqual(['Subject: whole\n\nwhole\n', MIME]);
    }
  });

  test('garbage before the first message', async () => {
    const { x } = await readAll(file(`\u0001\u0002 lost beginning\n\n${good}`));
    expect(problem(x?.[0])).toMatchObject({ code: 'mbox-garbage' });
    expect(text(x?.[1])).toContain('whole');
  });

  test('no mbox at all, no such path, a file as target', async () => {
    await expect(open(file(Buffer.from([1, 2, 3, 0, 255])))).rejects.toMatchObject({
      code: 'not-an-mbox',
      class: 'config',
    });
    await expect(open(join(base, 'nowhere'))).rejects.toMatchObject({ code: 'path-not-found', class: 'config' });
    await expect(open(file(good), 'write')).rejects.toMatchObject({ code: 'mbox-is-a-file' });
  });

  test('a file without rights is a failure in the books, the others are read', async () => {
    const path = file(good, 'closed.mbox');
    writeFileSync(join(path, '..', 'open.mbox'), good);
    chmodSync(base, 0o755);
    chmodSync(path, 0);
    // Root may read everything; the test then looks with another user's eyes.
    const root = process.getuid?.() === 0;
    if (root) process.seteuid?.(65534);
    try {
      const all = await readAll(join(path, '..'));
      expect(problem(all.closed?.[0])).toMatchObject({ class: 'object', code: 'path-not-allowed' });
      expect(text(all.open?.[0])).toContain('whole');
    } finally {
      if (root) process.seteuid?.(0);
    }
  });
});

describe('crashes of the writer', () => {
  const create = (session: Session, container: string, n: number) =>
    session.writer?.apply([
      {
        verb: 'create',
        op: `${n}`,
        container,
        flags: ['\\Seen'],
        date: new Date(0),
        size: 15 + String(n).length,
        body: Buffer.from(`Subject: ${n}\n\nbody\n`.slice(0, 15 + String(n).length)),
      },
    ]);

  test('a batch that was cut off is gone for readers and cut from the file by the next writer', async () => {
    const root = join(base, 'crash');
    const session = await open(root, 'write');
    const id = (await session.writer?.ensureContainer(['INBOX'], {}))?.container.id ?? '';
    await create(session, id, 1);
    const path = join(root, 'INBOX.mbox');
    const { size } = statSync(path);
    // What a killed writer leaves: the announcement, some bytes, half a line in the journal.
    appendFileSync(`${path}.sterna`, `{"begin":${size},"end":${size + 500}}\n{"comm`);
    appendFileSync(path, `From sterna Tue Mar  5 10:00:00 2024\nSubject: half`);
    expect((await readAll(root)).INBOX).toHaveLength(1);
    const heir = await open(root, 'write');
    expect(await heir.writer?.mark(id)).toBe(String(size));
    await create(heir, id, 2);
    const { INBOX } = await readAll(root);
    expect(INBOX?.map(text)).toEqual(['Subject: 1\n\nbody'.slice(0, 16), 'Subject: 2\n\nbody'.slice(0, 16)]);
    expect(readFileSync(path, 'latin1')).not.toContain('half');
    expect(INBOX?.map(flags)).toEqual([['\\Seen'], ['\\Seen']]);
  });

  test("mail that another program added behind the crash isn't cut off", async () => {
    const root = join(base, 'crash-foreign');
    const session = await open(root, 'write');
    const id = (await session.writer?.ensureContainer(['INBOX'], {}))?.container.id ?? '';
    await create(session, id, 1);
    const path = join(root, 'INBOX.mbox');
    const { size } = statSync(path);
    appendFileSync(`${path}.sterna`, `{"begin":${size},"end":${size + 10}}\n`);
    appendFileSync(path, `${FROM}Subject: foreign\n\nforeign\n\n`);
    await create(await open(root, 'write'), id, 2);
    expect((await readAll(root)).INBOX?.map(text)).toContain('Subject: foreign\n\nforeign\n');
  });

  test('the lock of a dead process is taken over, a torn file loses only what is torn', async () => {
    const root = join(base, 'crash-lock');
    const session = await open(root, 'write');
    const id = (await session.writer?.ensureContainer(['INBOX'], {}))?.container.id ?? '';
    const { hostname } = await import('node:os');
    writeFileSync(join(root, 'INBOX.mbox.lock'), `999999999:${hostname()}`);
    await create(session, id, 1);
    await create(session, id, 2);
    truncateSync(join(root, 'INBOX.mbox'), statSync(join(root, 'INBOX.mbox')).size - 4);
    const { INBOX } = await readAll(root);
    expect(INBOX).toHaveLength(2);
    expect(text(INBOX?.[0])).toContain('Subject: 1');
  });
});
