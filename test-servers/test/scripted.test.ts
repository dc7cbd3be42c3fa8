import { afterEach, describe, expect, test } from 'vitest';
import {
  RawImap,
  SCRIPTED_CAPABILITIES,
  type ScriptedImap,
  type ScriptedImapOptions,
  sampleMessage,
  startScriptedImap,
} from '../src/index.ts';

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
});

async function start(options: ScriptedImapOptions = {}): Promise<ScriptedImap> {
  const server = await startScriptedImap(options);
  open.push(server);
  return server;
}

async function signIn(server: ScriptedImap, user = 'ada'): Promise<RawImap> {
  const imap = await RawImap.connect({ host: server.host, port: server.port, timeoutMs: 2000 });
  expect((await imap.login(user)).status).toBe('OK');
  return imap;
}

describe('an honest server', () => {
  test('signs in: LOGIN, PLAIN with and without a first response, for another, XOAUTH2', async () => {
    const server = await start({ users: { ada: 'one' }, admins: { root: 'secret' } });
    const attempt = async (work: (imap: RawImap) => Promise<{ status: string; challenge?: string }>) => {
      const imap = await RawImap.connect(server);
      const reply = await work(imap);
      imap.close();
      return reply;
    };
    expect(await attempt((imap) => imap.login('ada', 'one'))).toMatchObject({ status: 'OK' });
    expect(await attempt((imap) => imap.login('ada', 'two'))).toMatchObject({ status: 'NO' });
    expect(await attempt((imap) => imap.login('bob', 'one'))).toMatchObject({ status: 'NO' });
    expect(await attempt((imap) => imap.plain('ada', 'one'))).toMatchObject({ status: 'OK' });
    expect(await attempt((imap) => imap.plain('root', 'secret', 'bob'))).toMatchObject({ status: 'OK' });
    expect(await attempt((imap) => imap.plain('ada', 'one', 'bob'))).toMatchObject({ status: 'NO' });
    const token = server.issueToken('ada');
    expect(await attempt((imap) => imap.xoauth2('ada', token))).toMatchObject({ status: 'OK' });
    expect(await attempt((imap) => imap.xoauth2('bob', token))).toMatchObject({ status: 'NO' });
    server.revokeToken(token);
    const refused = await attempt((imap) => imap.xoauth2('ada', token));
    expect(JSON.parse(refused.challenge ?? '')).toMatchObject({ status: '401' });
  });

  test('makes, lists, renames and deletes mailboxes', async () => {
    const server = await start({ specialUse: { Sent: '\\Sent' } });
    const imap = await signIn(server);
    await imap.ok('CREATE "Work/2024 (old)"');
    await imap.ok('SUBSCRIBE Work');
    server.add('ada', 'Work', sampleMessage('x'));
    const list = await imap.ok(
      'LIST "" "*" RETURN (SUBSCRIBED STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ SIZE))',
    );
    expect(list.untagged).toEqual(
      expect.arrayContaining([
        '* LIST (\\HasNoChildren \\Subscribed) "/" INBOX',
        '* LIST (\\HasNoChildren \\Subscribed \\Sent) "/" Sent',
        '* LIST (\\HasChildren \\Subscribed) "/" Work',
        '* LIST (\\HasNoChildren) "/" "Work/2024 (old)"',
        expect.stringMatching(/^\* STATUS Work \(MESSAGES 1 UIDNEXT 2 UIDVALIDITY \d+ HIGHESTMODSEQ 2 SIZE \d+\)$/),
      ]),
    );
    expect((await imap.ok('LIST "" "%"')).untagged).toHaveLength(3);
    expect((await imap.ok('LSUB "" "*"')).untagged).toHaveLength(3);
    expect((await imap.ok('LIST (SPECIAL-USE) "" "*"')).untagged).toHaveLength(1);
    expect(await imap.command('CREATE Work')).toMatchObject({
      status: 'NO',
      text: expect.stringMatching(/ALREADYEXISTS/),
    });
    await imap.ok('RENAME Work Job');
    expect((await imap.ok('LIST "" "Job*"')).untagged).toHaveLength(2);
    await imap.ok('DELETE "Job/2024 (old)"');
    await imap.ok('DELETE Job');
    expect(await imap.command('SELECT Job')).toMatchObject({
      status: 'NO',
      text: expect.stringMatching(/NONEXISTENT/),
    });
    expect(await imap.append('Job', 'x')).toMatchObject({ status: 'NO', text: expect.stringMatching(/TRYCREATE/) });
    expect((await imap.ok('NAMESPACE')).untagged).toEqual(['* NAMESPACE (("" "/")) NIL NIL']);
    expect((await imap.ok('LIST "" ""')).untagged).toEqual(['* LIST (\\Noselect) "/" ""']);
  });

  test('stores, fetches and searches', async () => {
    const server = await start();
    const imap = await signIn(server);
    const message = sampleMessage('Grüße \xe9'.normalize());
    const appended = await imap.append('INBOX', Buffer.from(message), {
      flags: ['\\Seen', '$Work'],
      date: ' 5-Feb-2011 01:02:03 +0530',
    });
    expect(appended.text).toMatch(/^\[APPENDUID \d+ 1\]/);
    await imap.multiAppend('INBOX', [{ message: 'Subject: b\r\n\r\nb' }, { message: 'Subject: c\r\n\r\nc' }], true);
    const selected = (await imap.ok('SELECT INBOX (CONDSTORE)')).untagged.join('\n');
    expect(selected).toMatch(/PERMANENTFLAGS \(.*\$Work \\\*\)/);
    expect(selected).toMatch(/\* 3 EXISTS[\s\S]*UIDNEXT 4[\s\S]*HIGHESTMODSEQ 4/);
    const fetched = await imap.ok('UID FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE MODSEQ BODY.PEEK[])');
    const size = Buffer.byteLength(message);
    expect(fetched.untagged).toEqual([
      `* 1 FETCH (UID 1 FLAGS (\\Seen $Work) INTERNALDATE "05-Feb-2011 01:02:03 +0530" RFC822.SIZE ${size} ` +
        `MODSEQ (2) BODY[] {${size}}\r\n${Buffer.from(message).toString('latin1')})`,
    ]);
    expect((await imap.ok('FETCH 2 (BODY.PEEK[HEADER.FIELDS (Subject)] BODY.PEEK[]<2.3>)')).untagged).toEqual([
      '* 2 FETCH (BODY[HEADER.FIELDS (SUBJECT)] {14}\r\nSubject: b\r\n\r\n BODY[]<2> {3}\r\nbje)',
    ]);
    expect((await imap.ok('UID FETCH 3 BODY[TEXT]')).untagged[0]).toMatch(
      /BODY\[TEXT\] \{1\}\r\nc FLAGS \(\\Seen\)\)$/,
    );
    expect((await imap.ok('UID SEARCH KEYWORD $work')).untagged).toEqual(['* SEARCH 1']);
    expect((await imap.ok('UID SEARCH UID 2:*')).untagged).toEqual(['* SEARCH 2 3']);
    expect((await imap.ok('UID SEARCH SINCE 5-Feb-2011 BEFORE 6-Feb-2011')).untagged).toEqual(['* SEARCH 1']);
    expect((await imap.ok('UID SEARCH RETURN (COUNT MIN ALL) NOT DELETED')).untagged[0]).toMatch(
      / UID COUNT 3 MIN 1 ALL 1:3$/,
    );
    expect((await imap.ok('UID SEARCH OR SUBJECT b HEADER Subject c')).untagged).toEqual(['* SEARCH 2 3']);
    expect((await imap.ok('UID SEARCH MODSEQ 4')).untagged).toEqual(['* SEARCH 3 (MODSEQ 5)']);
    expect((await imap.ok('FETCH 1 ENVELOPE')).untagged[0]).toContain('(("Ada" NIL "ada" "example.org"))');
  });

  test('flags, UNCHANGEDSINCE, CHANGEDSINCE, expunge, copy and move', async () => {
    const server = await start();
    for (const n of [1, 2, 3, 4]) server.add('ada', 'INBOX', `Subject: ${n}\r\n\r\n`);
    const [imap, other] = [await signIn(server), await signIn(server)];
    await imap.ok('SELECT INBOX');
    await other.ok('SELECT INBOX');
    const store = await imap.ok('UID STORE 1 (UNCHANGEDSINCE 5) +FLAGS (\\Flagged kw)');
    expect(store.untagged).toEqual(['* 1 FETCH (UID 1 FLAGS (\\Flagged kw) MODSEQ (6))']);
    expect((await imap.ok('UID STORE 1:2 (UNCHANGEDSINCE 5) +FLAGS.SILENT (\\Seen)')).text).toMatch(/^\[MODIFIED 1\]/);
    expect((await imap.ok('UID FETCH 1:* (FLAGS) (CHANGEDSINCE 5)')).untagged).toHaveLength(2);
    expect((await other.ok('NOOP')).untagged).toEqual([
      '* 1 FETCH (UID 1 FLAGS (\\Flagged kw))',
      '* 2 FETCH (UID 2 FLAGS (\\Seen))',
    ]);
    await imap.ok('CREATE Target');
    expect((await imap.ok('UID COPY 1,3 Target')).text).toMatch(/^\[COPYUID \d+ 1,3 1:2\]/);
    const moved = await imap.ok('UID MOVE 3 Target');
    expect(moved.untagged).toEqual([expect.stringMatching(/^\* OK \[COPYUID \d+ 3 3\]/), '* 3 EXPUNGE']);
    expect(server.mailbox('ada', 'Target').messages.map(({ flags }) => [...flags])).toEqual([
      ['\\Flagged', 'kw'],
      [],
      [],
    ]);
    await imap.ok('UID STORE 1:4 +FLAGS.SILENT (\\Deleted)');
    expect((await imap.ok('UID EXPUNGE 4')).untagged).toEqual(['* 3 EXPUNGE']);
    expect((await imap.ok('EXPUNGE')).untagged).toEqual(['* 2 EXPUNGE', '* 1 EXPUNGE']);
    expect((await other.ok('NOOP')).untagged).toEqual(['* 4 EXPUNGE', '* 3 EXPUNGE', '* 2 EXPUNGE', '* 1 EXPUNGE']);
    await imap.ok('UNSELECT');
    await imap.ok('ENABLE QRESYNC');
    const { uidValidity } = server.mailbox('ada');
    const resync = (await imap.ok(`SELECT INBOX (QRESYNC (${uidValidity} 5))`)).untagged;
    expect(resync).toContain('* VANISHED (EARLIER) 1:4');
  });

  test('quota, limits and rights', async () => {
    const server = await start({
      quota: { bytes: 4096, messages: 2 },
      appendLimit: 3000,
      accept: (bytes) => (bytes.includes('virus') ? '[CANNOT] virus' : undefined),
    });
    const imap = await signIn(server);
    expect((await imap.ok('CAPABILITY')).untagged[0]).toContain('APPENDLIMIT=3000');
    const tooBig = { status: 'NO', text: expect.stringMatching(/^\[TOOBIG\]/) };
    expect(await imap.append('INBOX', sampleMessage('big', 3500))).toMatchObject(tooBig);
    expect(await imap.multiAppend('INBOX', [{ message: sampleMessage('big', 3500) }], true)).toMatchObject(tooBig);
    const sick = await imap.multiAppend('INBOX', [{ message: 'fine' }, { message: 'virus' }]);
    expect(sick).toMatchObject({ status: 'NO', text: '[CANNOT] virus' });
    expect(server.mailbox('ada').messages).toHaveLength(0);
    expect((await imap.append('INBOX', sampleMessage('a', 2500))).status).toBe('OK');
    expect((await imap.append('INBOX', sampleMessage('b', 2500))).text).toMatch(/^\[OVERQUOTA\]/);
    expect((await imap.ok('GETQUOTAROOT INBOX')).untagged[1]).toBe('* QUOTA "User quota" (STORAGE 3 4 MESSAGE 1 2)');
    server.account('ada').limits = {};
    expect((await imap.append('INBOX', sampleMessage('b', 2500))).status).toBe('OK');
    await imap.ok('SETACL INBOX bob lr');
    expect((await imap.ok('GETACL INBOX')).untagged[0]).toMatch(/bob lr$/);
    server.mailbox('ada').rights.set('ada', 'lrs');
    expect((await imap.ok('MYRIGHTS INBOX')).untagged[0]).toBe('* MYRIGHTS INBOX lrs');
    expect((await imap.append('INBOX', 'x')).text).toMatch(/^\[NOPERM\]/);
  });
});

describe('what is not announced is not served', () => {
  test('nothing but IMAP4rev1', async () => {
    const server = await start({ capabilities: ['IMAP4rev1'], permanentFlags: ['\\Seen', '\\Deleted'] });
    const imap = await signIn(server);
    await imap.ok('CREATE Target');
    expect((await imap.append('INBOX', 'a', { flags: ['\\Seen', '\\Flagged', '$SternaPending'] })).text).toBe('stored');
    expect((await imap.multiAppend('INBOX', [{ message: 'b' }, { message: 'c' }])).status).toBe('BAD');
    const selected = (await imap.ok('SELECT INBOX')).untagged.join('\n');
    expect(selected).toContain('[PERMANENTFLAGS (\\Seen \\Deleted)]');
    expect(selected).not.toContain('MODSEQ');
    expect((await imap.ok('FETCH 1 FLAGS')).untagged).toEqual(['* 1 FETCH (FLAGS (\\Seen))']);
    for (const command of [
      'UID MOVE 1 Target',
      'UID EXPUNGE 1',
      'NAMESPACE',
      'ENABLE CONDSTORE',
      'UID SEARCH RETURN (ALL) ALL',
      'UID FETCH 1 (MODSEQ)',
      'UID FETCH 1 FLAGS (CHANGEDSINCE 1)',
      'SELECT INBOX (CONDSTORE)',
      'STATUS INBOX (HIGHESTMODSEQ)',
      'LIST "" "*" RETURN (STATUS (MESSAGES))',
      'UNSELECT',
      'GETQUOTAROOT INBOX',
      'MYRIGHTS INBOX',
      'AUTHENTICATE PLAIN AGEAYg==',
    ]) {
      expect(await imap.command(command), command).toMatchObject({ status: 'BAD' });
    }
    expect((await imap.ok('UID COPY 1 Target')).text).toBe('copied');
    expect(server.badCommands).toHaveLength(15);
    const lax = await start({ capabilities: ['IMAP4rev1'], enforce: false });
    expect((await (await signIn(lax)).ok('NAMESPACE')).status).toBe('OK');
  });

  test('LITERAL+, LITERAL- and neither', async () => {
    const small = 'Subject: small\r\n\r\n';
    const large = sampleMessage('large', 5000);
    const none = await start({ hide: ['LITERAL+'] });
    const minus = await start({ hide: ['LITERAL+'], announce: ['LITERAL-'] });
    const send = async (server: ScriptedImap, message: string) => {
      const imap = await signIn(server);
      return (await imap.multiAppend('INBOX', [{ message }], true)).status;
    };
    expect(await send(await start(), large)).toBe('OK');
    expect(await send(minus, small)).toBe('OK');
    expect(await send(minus, large)).toBe('BAD');
    expect(await send(none, small)).toBe('BAD');
  });

  test('a literal behind a bad argument list is run as commands, as Dovecot does', async () => {
    const server = await start();
    const imap = await signIn(server);
    await imap.ok('CREATE precious');
    const body = 'x DELETE precious\r\n';
    imap.write(`a APPEND INBOX "31-Feb-2024 00:00:00 +0000" {${body.length}+}\r\n${body}\r\n`);
    expect(await imap.readResponse()).toMatch(/^a BAD/);
    expect(await imap.readResponse()).toMatch(/^x OK/);
    expect(server.account('ada').find('precious')).toBeUndefined();
  });

  test('every capability of the list can be hidden', async () => {
    for (const name of SCRIPTED_CAPABILITIES) {
      const server = await start({ hide: [name] });
      const imap = await RawImap.connect(server);
      expect(imap.greeting).not.toMatch(new RegExp(`[ \\[]${name.replace('+', '\\+')}[ \\]]`));
      imap.close();
    }
  });
});

describe('misbehaviour', () => {
  test('dies after an APPEND landed and before its answer', async () => {
    const server = await start();
    const fault = server.dieAfterAppendBeforeReply(1);
    const imap = await signIn(server);
    expect((await imap.append('INBOX', 'first')).status).toBe('OK');
    await expect(imap.append('INBOX', 'second')).rejects.toThrow(/closed|ECONNRESET/);
    expect(fault.hits).toBe(1);
    expect(server.mailbox('ada').messages.map(({ bytes }) => String(bytes))).toEqual(['first', 'second']);
    expect((await (await signIn(server)).append('INBOX', 'third')).status).toBe('OK');
  });

  test('an APPEND lands late, after its connection died, with those pipelined behind it', async () => {
    const server = await start();
    const imap = await signIn(server);
    const held = server.holdAppends();
    imap.write('1 APPEND INBOX {1+}\r\na\r\n2 APPEND INBOX {1+}\r\nb\r\n');
    await expect.poll(() => held.count).toBe(1);
    imap.socket.resetAndDestroy();
    await expect.poll(() => server.sessions.size).toBe(0);
    const other = await signIn(server);
    expect((await other.ok('STATUS INBOX (MESSAGES)')).untagged[0]).toContain('MESSAGES 0');
    await held.land();
    expect((await other.ok('STATUS INBOX (MESSAGES)')).untagged[0]).toContain('MESSAGES 1');
    await expect.poll(() => held.count).toBe(1);
    await held.release();
    expect((await other.ok('STATUS INBOX (MESSAGES)')).untagged[0]).toContain('MESSAGES 2');
    expect((await other.append('INBOX', 'at once')).status).toBe('OK');
  });

  test('a held APPEND on a living connection is answered when it lands', async () => {
    const server = await start();
    const imap = await signIn(server);
    const held = server.holdAppends();
    const pending = imap.append('INBOX', 'x');
    await expect.poll(() => held.count).toBe(1);
    await held.release();
    expect((await pending).status).toBe('OK');
  });

  test('throttles, says BYE, swallows, hangs', async () => {
    const server = await start();
    server.fault({ command: 'UID FETCH', skip: 1, times: 2, do: { reply: 'NO [UNAVAILABLE] slow down' } });
    server.add('ada', 'INBOX', 'x');
    const imap = await signIn(server);
    await imap.ok('SELECT INBOX');
    const answers: string[] = [];
    for (let n = 0; n < 4; n++) answers.push((await imap.command('UID FETCH 1 FLAGS')).text);
    expect(answers).toEqual(['fetched', '[UNAVAILABLE] slow down', '[UNAVAILABLE] slow down', 'fetched']);

    server.fault({ command: /^UID STORE .*kw/, do: 'swallow' });
    imap.write('x UID STORE 1 +FLAGS.SILENT (kw)\r\ny NOOP\r\n');
    expect(await imap.readResponse()).toMatch(/^y OK/);
    expect(server.mailbox('ada').messages[0]?.flags.has('kw')).toBe(true);

    server.fault({ command: 'CREATE', do: 'dieBefore' });
    await expect(imap.command('CREATE never')).rejects.toThrow();
    expect(server.account('ada').find('never')).toBeUndefined();

    const next = await signIn(server);
    server.fault({ command: 'NOOP', do: { bye: 'going down' } });
    next.write('x NOOP\r\n');
    expect(await next.readResponse()).toBe('* BYE going down');
    expect(await next.waitClosed()).toBe(true);

    const stuck = await signIn(server);
    server.fault({ command: 'NOOP', do: 'hang' });
    stuck.write('x NOOP\r\ny CREATE never\r\n');
    await expect(
      Promise.race([stuck.readResponse(), new Promise((_, no) => setTimeout(no, 60, 'silence'))]),
    ).rejects.toBe('silence');
    expect(server.account('ada').find('never')).toBeUndefined();
    expect(server.count('NOOP')).toBe(3);
  });

  test('handlers: raw bytes, the own answer, and changes to it', async () => {
    const server = await start({
      on: {
        XYZZY: (command) => {
          command.write('* nothing happens\r\n');
          command.ok('really');
        },
      },
    });
    server.add('ada', 'INBOX', sampleMessage('x'));
    server.on('STATUS', async (command) => {
      command.session.filter = (bytes) => Buffer.from(String(bytes).replace('MESSAGES 1', 'MESSAGES 99'));
      await command.next();
    });
    const imap = await signIn(server);
    expect(await imap.command('XYZZY')).toMatchObject({ status: 'OK', untagged: ['* nothing happens'] });
    expect((await imap.ok('STATUS INBOX (MESSAGES)')).untagged).toEqual(['* STATUS INBOX (MESSAGES 99)']);
    const off = server.on('*', (command) => command.no('closed today'));
    expect((await imap.command('NOOP')).text).toBe('closed today');
    off();
    expect((await imap.command('NOOP')).status).toBe('OK');
  });

  test('lies about a literal, drips, pauses, changes UIDVALIDITY, limits connections, greets with BYE', async () => {
    const server = await start({ maxConnections: 2 });
    const message = sampleMessage('x');
    server.add('ada', 'INBOX', message, { date: '01-Jan-2024 00:00:00 +0000' });
    const before = server.mailbox('ada').uidValidity;
    const imap = await signIn(server);
    await imap.ok('SELECT INBOX');
    server.literalSkew = 7;
    imap.write('x UID FETCH 1 BODY.PEEK[]\r\n');
    await expect(
      Promise.race([imap.readResponse(), new Promise((_, no) => setTimeout(no, 60, 'wait'))]),
    ).resolves.toMatch(new RegExp(`\\{${message.length + 7}\\}`));
    server.literalSkew = 0;
    server.changeUidValidity('ada');
    expect(await imap.waitClosed()).toBe(true);
    expect(server.mailbox('ada').uidValidity).toBeGreaterThan(before);

    server.drip = { bytes: 3, everyMs: 1 };
    const slow = await signIn(server);
    server.drip = undefined;
    expect((await slow.ok('STATUS INBOX (MESSAGES)')).untagged).toEqual(['* STATUS INBOX (MESSAGES 1)']);
    server.pause();
    const waiting = slow.command('NOOP');
    await expect(Promise.race([waiting, new Promise((_, no) => setTimeout(no, 50, 'paused'))])).rejects.toBe('paused');
    server.resume();
    expect((await waiting).status).toBe('OK');

    const second = await signIn(server);
    const third = await RawImap.connect(server);
    expect(third.greeting).toMatch(/^\* BYE \[UNAVAILABLE\]/);
    second.close();
    const closed = await start({ greeting: '* BYE not today' });
    const imapClosed = await RawImap.connect(closed);
    expect(imapClosed.greeting).toBe('* BYE not today');
    expect(await imapClosed.waitClosed()).toBe(true);
  });

  test('other habits: bytes rewritten, dates lost, twins collapsed, keywords refused', async () => {
    const server = await start({
      rewrite: (bytes) => Buffer.concat([Buffer.from('X-Seen-By: us\r\n'), bytes]),
      keepDates: false,
      collapseTwins: true,
      permanentFlags: ['\\Seen', 'Known'],
      unknownFlags: 'refuse',
    });
    const imap = await signIn(server);
    const one = await imap.append('INBOX', 'Subject: a\r\n\r\n', {
      date: '01-Jan-2001 00:00:00 +0000',
      flags: ['known'],
    });
    const two = await imap.append('INBOX', 'Subject: a\r\n\r\n');
    expect(one.text).toBe(two.text);
    const [message] = server.mailbox('ada').messages;
    expect(String(message?.bytes)).toBe('X-Seen-By: us\r\nSubject: a\r\n\r\n');
    expect([...(message?.flags ?? [])]).toEqual(['Known']);
    expect(message?.date.time).toBeGreaterThan(Date.now() - 60_000);
    expect((await imap.append('INBOX', 'x', { flags: ['other'] })).status).toBe('NO');
  });

  test('stops and listens again on the same port with the same mail', async () => {
    const server = await start();
    server.add('ada', 'INBOX', 'x');
    const port = server.port;
    const imap = await signIn(server);
    await server.stop();
    expect(await imap.waitClosed()).toBe(true);
    await expect(RawImap.connect(server)).rejects.toThrow();
    await server.listen();
    expect(server.port).toBe(port);
    expect((await (await signIn(server)).ok('STATUS INBOX (MESSAGES)')).untagged[0]).toContain('MESSAGES 1');
  });
});
