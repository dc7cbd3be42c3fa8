import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CYRUS_DOMAIN, type Cyrus, cyrusInstalled, isAlive, RawImap, sampleMessage, startCyrus } from '../src/index.ts';

let server: Cyrus;
beforeAll(async () => {
  server = await startCyrus({ users: ['src'], maxMessageSize: 20_000 });
});
afterAll(async () => await server?.stop());

test('is installed', () => expect(cyrusInstalled()).toBe(true));

test('keeps flags and dates, several messages at once', async () => {
  const imap = await server.login('src');
  expect(await imap.capabilities()).toEqual(
    expect.arrayContaining(['MULTIAPPEND', 'CONDSTORE', 'QRESYNC', 'UIDPLUS', 'MOVE', 'OBJECTID', 'APPENDLIMIT=20000']),
  );
  const options = { flags: ['\\Flagged', '$SternaPending'], date: '05-Feb-2011 01:02:03 +0530' };
  const appended = await imap.multiAppend(
    'INBOX',
    [
      { message: sampleMessage('one'), ...options },
      { message: sampleMessage('two'), ...options },
    ],
    true,
  );
  expect(appended.text).toMatch(/^\[APPENDUID \d+ 1:2\]/);
  await imap.ok('SELECT INBOX');
  const [first] = (await imap.ok('UID FETCH 1 (FLAGS INTERNALDATE)')).untagged;
  expect(first).toContain('$SternaPending');
  expect(first).toContain('" 4-Feb-2011 19:32:03 +0000"');
  expect((await imap.ok('LIST "" "*"')).untagged.join('\n')).toMatch(/"\/" INBOX[\s\S]*"\/" Sent/);
  expect((await imap.append('INBOX', sampleMessage('big', 30_000))).text).toMatch(/^\[TOOBIG\]/);
  imap.close();
});

test('the administrator acts for a user by authorization identity', async () => {
  const imap = await RawImap.connect(server);
  expect(await imap.plain('cyrus', 'pw', 'src')).toMatchObject({ status: 'OK' });
  expect((await imap.ok('STATUS INBOX (MESSAGES)')).untagged[0]).toContain('MESSAGES 2');
  imap.close();
});

test('quota, users made later, DAV', async () => {
  await server.createUser('later', 'secret');
  await server.setQuota('later', { bytes: 4096 });
  const imap = await server.login('later');
  expect((await imap.append('INBOX', sampleMessage('big', 8000))).status).toBe('NO');
  imap.close();
  const response = await fetch(`${server.davUrl}/dav/calendars/user/later/`, {
    method: 'PROPFIND',
    headers: { authorization: `Basic ${btoa('later:secret')}`, depth: '1' },
  });
  expect(response.status).toBe(207);
  expect(await response.text()).toContain('calendar');
});

test('pause, kill and restart', async () => {
  const imap = await server.login('src');
  await imap.ok('SELECT INBOX');
  expect(server.imapPids('src')).toHaveLength(1);
  expect(server.imapPids('later')).toHaveLength(0);
  server.pause();
  const noop = imap.command('NOOP');
  await expect(Promise.race([noop, new Promise((_, no) => setTimeout(no, 80, 'paused'))])).rejects.toBe('paused');
  server.resume();
  expect((await noop).status).toBe('OK');
  const family = server.pids();
  await server.kill();
  expect(family.filter(isAlive)).toEqual([]);
  await server.restart();
  expect((await server.rawCommand('src', 'STATUS INBOX (MESSAGES)'))[0]?.untagged[0]).toContain('MESSAGES 2');
});

test('other settings: hidden capabilities, dots, folders under INBOX, TLS required', async () => {
  const other = await startCyrus({
    users: ['ada'],
    hide: ['MOVE', 'LITERAL+', 'MULTIAPPEND', 'UIDPLUS'],
    separator: '.',
    underInbox: true,
    tls: 'good',
    requireTls: true,
  });
  try {
    const imap = await RawImap.connect(other);
    expect(imap.greeting).not.toContain('LITERAL+');
    expect(await imap.login('ada')).toMatchObject({ status: 'NO' });
    await imap.startTls({ ca: other.certificates?.ca ?? '' }, other.host);
    expect(await imap.login('ada')).toMatchObject({ status: 'OK' });
    const capabilities = await imap.capabilities();
    expect(capabilities).toContain('CONDSTORE');
    for (const name of ['MOVE', 'LITERAL+', 'MULTIAPPEND', 'UIDPLUS']) expect(capabilities).not.toContain(name);
    expect((await imap.ok('LIST "" "*"')).untagged.join('\n')).toContain('"." INBOX.Sent');
    imap.close();
    const implicit = await other.login('ada', { tls: { ca: other.certificates?.ca ?? '' } });
    implicit.close();
    await other.setQuota('ada', { messages: 1 });
  } finally {
    await other.stop();
  }
  expect(existsSync(other.folder)).toBe(false);
});

test('calendars mail people elsewhere into the sink, and tell its own users in their inbox', async () => {
  await server.createUser('bob', 'other');
  const dav = (user: string, password: string, method: string, path: string, body?: string): Promise<Response> =>
    fetch(`${server.davUrl}/dav/calendars/user/${user}/${path}`, {
      method,
      headers: {
        authorization: `Basic ${btoa(`${user}:${password}`)}`,
        'content-type': method === 'PUT' ? 'text/calendar' : 'application/xml',
        depth: '1',
      },
      ...(body === undefined ? {} : { body }),
    });
  expect((await dav('bob', 'pw', 'GET', '')).status).toBe(401);
  // Cyrus makes the calendars of a user at their first request; before that they count as people elsewhere.
  await (await dav('bob', 'other', 'GET', '')).text();
  const meeting = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Test//EN',
    'BEGIN:VEVENT',
    'UID:meeting',
    'DTSTAMP:20260101T000000Z',
    'DTSTART:20270301T100000Z',
    'DTEND:20270301T110000Z',
    'SUMMARY:Meeting',
    `ORGANIZER:mailto:src@${CYRUS_DOMAIN}`,
    `ATTENDEE:mailto:bob@${CYRUS_DOMAIN}`,
    'ATTENDEE:mailto:carol@elsewhere.example',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
  const written = await dav('src', 'pw', 'PUT', 'Default/meeting.ics', meeting);
  expect(written.status, await written.text()).toBe(201);
  expect(server.sentMail.map(({ recipients }) => recipients)).toEqual([['carol@elsewhere.example']]);
  expect(server.sentMail[0]?.message).toContain('Subject: Invitation: Meeting');
  const inbox = await dav(
    'bob',
    'other',
    'REPORT',
    'Inbox/',
    '<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR"/></c:filter></c:calendar-query>',
  );
  expect(await inbox.text()).toContain('METHOD:REQUEST');
});
