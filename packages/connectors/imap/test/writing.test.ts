import type { Candidate, CreateOp, Op, Result, Session, Writer } from '@sterna/connector-kit';
import { AWKWARD, COMMANDS, largeMessage } from '@sterna/connector-suite';
import { messageDigest } from '@sterna/content';
import {
  type Dovecot,
  SCRIPTED_CAPABILITIES,
  type ScriptedImap,
  type ScriptedImapOptions,
  sampleMessage,
  startDovecot,
  startFaultProxy,
  startScriptedImap,
} from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect, open, suiteEndpoint, type Where } from './support.ts';

const message = (n: number | string, size = 300): Buffer => Buffer.from(sampleMessage(`message ${n}`, size));
const DATE = new Date('2020-05-06T07:08:09Z');
const MARK = '$SternaPending-0badcafe';

function creates(raws: readonly Buffer[], change: Partial<CreateOp> = {}): CreateOp[] {
  return raws.map((body, n) => ({
    verb: 'create',
    op: `op${n}`,
    container: 'INBOX',
    flags: ['\\Seen'],
    date: DATE,
    size: body.length,
    body,
    ...change,
  }));
}

async function writing(where: Where, settings = {}): Promise<{ session: Session; writer: Writer }> {
  const session = await open(where, 'u', { role: 'write', settings });
  return { session, writer: session.writer as Writer };
}

const outcomes = (results: readonly Result[]): string[] =>
  results.map((result) => ('error' in result ? `${result.outcome} ${result.error.code}` : result.outcome));
const stored = (server: ScriptedImap, folder = 'INBOX') =>
  server.mailbox('u', folder).messages.map(({ bytes }) => bytes.toString('latin1'));

describe('creating', () => {
  test('one MULTIAPPEND for a batch, marked until confirmed by one STORE, ids in order', async () => {
    await using server = await startScriptedImap();
    const { session, writer } = await writing(server);
    expect(session.capabilities).toMatchObject({
      settle: 'pending-mark',
      keywords: 'all',
      delta: 'modseq',
      moves: true,
    });
    const raws = Array.from({ length: 30 }, (_, n) => message(n));
    const before = await writer.mark('INBOX');
    const results = await writer.apply(creates(raws, { flags: ['\\Seen', 'Work'] }));
    const ids = results.map((result) => (result.outcome === 'done' ? (result.targetId ?? '') : ''));
    expect(ids[0]).toBe(before);
    expect(server.count('APPEND')).toBe(1);
    const first = server.mailbox('u').messages[0];
    expect([...(first?.flags ?? [])].sort()).toEqual([MARK, 'Work', '\\Seen']);
    expect(first?.date.time).toBe(DATE.getTime());
    await writer.confirm('INBOX', ids);
    expect(server.count('UID STORE')).toBe(1);
    expect(server.mailbox('u').messages.some(({ flags }) => flags.has(MARK))).toBe(false);
    expect(await writer.mark('INBOX')).toBe(`${before.split('.')[0]}.31`);
    expect(stored(server)).toEqual(raws.map((raw) => raw.toString('latin1')));
    expect(server.badCommands).toEqual([]);
    await session.close();
  });

  const variants: [string, ScriptedImapOptions, number][] = [
    ['no MULTIAPPEND', { hide: ['MULTIAPPEND'] }, 20],
    ['no LITERAL+', { hide: ['LITERAL+'] }, 1],
    ['LITERAL- in its place', { hide: ['LITERAL+'], announce: ['LITERAL-'] }, 1],
    ['IMAP4rev1 with UIDPLUS alone', { capabilities: ['IMAP4rev1', 'UIDPLUS'] }, 20],
  ];
  test.each(variants)('%s', async (_name, options, appends) => {
    await using server = await startScriptedImap(options);
    const { session, writer } = await writing(server);
    const raws = Array.from({ length: 20 }, (_, n) => message(n, n % 3 === 0 ? 6000 : 300));
    const results = await writer.apply(creates(raws));
    expect(new Set(results.map((result) => result.outcome === 'done' && result.targetId)).size).toBe(20);
    expect(server.count('APPEND')).toBe(appends);
    expect(stored(server)).toEqual(raws.map((raw) => raw.toString('latin1')));
    expect(server.badCommands).toEqual([]);
    await session.close();
  });

  test('no UIDPLUS: done without an id, found as a candidate by its mark', async () => {
    await using server = await startScriptedImap({ hide: ['UIDPLUS', 'MOVE'] });
    server.add('u', 'INBOX', message('theirs'));
    const { session, writer } = await writing(server);
    const raws = [message(1), message(2)];
    const results = await writer.apply(creates(raws));
    expect(results).toEqual([
      { op: 'op0', outcome: 'done' },
      { op: 'op1', outcome: 'done' },
    ]);
    const found = await collect(writer.candidates('INBOX', undefined));
    expect(found.map(({ digest, marked }) => [digest?.toString('hex'), marked])).toEqual(
      raws.map((raw) => [messageDigest(raw).toString('hex'), true]),
    );
    await writer.confirm(
      'INBOX',
      found.map(({ targetId }) => targetId),
    );
    expect(await collect(writer.candidates('INBOX', undefined))).toEqual([]);
    const [one, two] = found as [Candidate, Candidate];
    const refused: Op[] = [
      { verb: 'remove', op: 'a', container: 'INBOX', targetId: one.targetId, how: 'expunge' },
      { verb: 'place', op: 'b', container: 'INBOX', targetId: two.targetId, to: 'INBOX' },
    ];
    expect(outcomes(await writer.apply(refused))).toEqual(['refused no-uidplus', 'refused no-uidplus']);
    expect(server.count('EXPUNGE') + server.count('UID EXPUNGE')).toBe(0);
    await session.close();
  });

  test('no keywords: read back from the mark on, keywords noted as left out', async () => {
    await using server = await startScriptedImap({
      permanentFlags: ['\\Seen', '\\Flagged', '\\Answered', '\\Deleted', '\\Draft', 'Known'],
    });
    server.add('u', 'INBOX', message('theirs'));
    const { session, writer } = await writing(server);
    expect(session.capabilities).toMatchObject({ settle: 'read-back', keywords: 'listed' });
    const mark = await writer.mark('INBOX');
    const [result] = await writer.apply(creates([message(1)], { flags: ['Known', 'Unknown', '\\Seen'] }));
    expect(result).toMatchObject({ outcome: 'done', notes: [{ code: 'flag-dropped' }] });
    const found = await collect(writer.candidates('INBOX', mark));
    expect(found).toMatchObject([{ marked: false, digest: messageDigest(message(1)) }]);
    expect(await collect(writer.candidates('INBOX', undefined))).toHaveLength(2);
    await writer.confirm(
      'INBOX',
      found.map(({ targetId }) => targetId),
    );
    expect(server.count('UID STORE')).toBe(0);
    await session.close();
  });

  test('what IMAP can’t hold is changed and noted, or refused before a byte is sent', async () => {
    await using server = await startScriptedImap({ appendLimit: 5000 });
    const { session, writer } = await writing(server);
    expect(session.capabilities.maxObjectBytes).toBe(5000);
    const bodies = [
      Buffer.from('Subject: a\n\nb\r\nc\n'),
      Buffer.from('Subject: nul\r\n\r\n\0x\0\r\n'),
      Buffer.alloc(0),
      message('big', 6000),
      message('odd date'),
      message('no date'),
    ];
    const ops = creates(bodies).map((op, n) => ({
      ...op,
      date: n === 4 ? new Date(8.64e15) : n === 5 ? new Date(Number.NaN) : DATE,
    }));
    const results = await writer.apply(ops);
    expect(outcomes(results)).toEqual(['done', 'done', 'refused empty-message', 'refused too-large', 'done', 'done']);
    expect(results.map((result) => ('notes' in result ? result.notes?.map(({ code }) => code) : undefined))).toEqual([
      ['line-ends'],
      ['nul-bytes'],
      undefined,
      undefined,
      ['date-changed'],
      ['date-dropped'],
    ]);
    expect(stored(server).slice(0, 2)).toEqual(['Subject: a\r\n\r\nb\r\nc\r\n', 'Subject: nul\r\n\r\n\x80x\x80\r\n']);
    await session.close();
  });

  test('a large message from a stream, with and without LITERAL+, NULs replaced on the way', async () => {
    const raw = largeMessage();
    raw[4_500_000] = 0;
    const wanted = Buffer.from(raw);
    wanted[4_500_000] = 0x80;
    for (const hide of [[], ['LITERAL+']]) {
      await using server = await startScriptedImap({ hide });
      const { session, writer } = await writing(server);
      const body = (async function* () {
        for (let at = 0; at < raw.length; at += 100_000) yield raw.subarray(at, at + 100_000);
      })();
      const [result] = await writer.apply(creates([raw]).map((op) => ({ ...op, body })));
      expect(result).toMatchObject({ outcome: 'done', notes: [{ code: 'nul-bytes' }] });
      expect(server.mailbox('u').messages[0]?.bytes.equals(wanted)).toBe(true);
      await session.close();
    }
  });
});

describe('refusals', () => {
  const refusing = (reply: string) => startScriptedImap({ on: { APPEND: (command) => command.no(reply) } });

  test('NO to several: one of them is to blame; NO to one: this one', async () => {
    await using server = await startScriptedImap({
      accept: (bytes) => (bytes.includes('virus') ? '[CANNOT] virus found' : undefined),
    });
    const { session, writer } = await writing(server);
    const raws = [message(1), message('virus'), message(3)];
    expect(outcomes(await writer.apply(creates(raws)))).toEqual(Array(3).fill('batch-refused imap-refused'));
    expect(stored(server)).toEqual([]);
    expect(outcomes(await writer.apply(creates(raws.slice(1, 2))))).toEqual(['refused imap-refused']);
    expect(outcomes(await writer.apply(creates([message(1)])))).toEqual(['done']);
    await session.close();
  });

  test.each([
    ['[OVERQUOTA] full', 'throttled', 'over-quota'],
    ['Quota exceeded (mailbox for user is full)', 'throttled', 'over-quota'],
    ['[UNAVAILABLE] later', 'throttled', 'imap-busy'],
    ['[LIMIT] too many', 'throttled', 'imap-busy'],
    ['[INUSE] locked', 'throttled', 'imap-busy'],
  ])('NO %s pauses the endpoint', async (reply, errorClass, code) => {
    await using server = await refusing(reply);
    const { session, writer } = await writing(server);
    const error = await writer.apply(creates([message(1), message(2)])).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ class: errorClass, code, retryAt: expect.any(Date) });
    await session.close();
  });

  test('over quota in the middle of pipelined messages: what got in is done, the rest is sent again later', async () => {
    await using server = await startScriptedImap({ hide: ['MULTIAPPEND'], quota: { messages: 3 } });
    const { session, writer } = await writing(server);
    const raws = Array.from({ length: 5 }, (_, n) => message(n));
    const results = await writer.apply(creates(raws));
    expect(outcomes(results)).toEqual(['done', 'done', 'done', 'batch-refused over-quota', 'batch-refused over-quota']);
    await expect(writer.apply(creates(raws.slice(3)))).rejects.toMatchObject({
      class: 'throttled',
      code: 'over-quota',
    });
    expect(stored(server)).toHaveLength(3);
    await session.close();
  });

  test('a real quota, and what is left of it', async () => {
    await using server = await startDovecot({ quota: { bytes: 100 * 1024 }, fsync: 'never' });
    const { session, writer } = await writing(server);
    expect(await session.quota()).toEqual({ used: 0, limit: 100 * 1024 });
    await writer.apply(creates([message(1, 30_000)]));
    await expect(writer.apply(creates([message(2, 90_000)]))).rejects.toMatchObject({
      class: 'throttled',
      code: 'over-quota',
    });
    expect(outcomes(await writer.apply(creates([message(3)])))).toEqual(['done']);
    await session.close();
  });

  test('TRYCREATE: the folder is made once, and the batch sent again', async () => {
    await using server = await startScriptedImap({ mailboxes: ['Work'] });
    const { session, writer } = await writing(server);
    await writer.mark('Work');
    server.account('u').mailboxes.delete('Work');
    const results = await writer.apply(creates([message(1), message(2)], { container: 'Work' }));
    expect(outcomes(results)).toEqual(['done', 'done']);
    expect(stored(server, 'Work')).toHaveLength(2);
    await session.close();
  });
});

describe('connections that end', () => {
  test('after the server stored it, before we heard: unknown, then found by its mark', async () => {
    await using server = await startScriptedImap();
    const { session, writer } = await writing(server);
    await writer.mark('INBOX');
    server.dieAfterAppendBeforeReply();
    const raws = [message(1), message(2)];
    expect(outcomes(await writer.apply(creates(raws)))).toEqual([
      'unknown imap-connection-lost',
      'unknown imap-connection-lost',
    ]);
    const found = await collect(writer.candidates('INBOX', undefined));
    expect(found.map(({ digest }) => digest?.toString('hex'))).toEqual(
      raws.map((raw) => messageDigest(raw).toString('hex')),
    );
    // And the next batch has a connection again.
    expect(outcomes(await writer.apply(creates([message(3)])))).toEqual(['done']);
    await session.close();
  });

  test('in mid-literal: unknown, nothing there, all batches in flight say so', async () => {
    await using server = await startDovecot({ fsync: 'never' });
    await using proxy = await startFaultProxy({ target: server });
    const { session, writer } = await writing(proxy);
    await writer.mark('INBOX');
    proxy.cutWhen('toServer', 'Subject: message 5\r\n');
    const batches = [0, 4, 8].map((start) =>
      writer.apply(creates([0, 1, 2, 3].map((n) => message(start + n, 20_000)))),
    );
    const [first, second, third] = (await Promise.all(batches)).map(outcomes);
    expect(second).toEqual(Array(4).fill('unknown imap-connection-lost'));
    expect(third).toEqual(second);
    const landed = await collect(writer.candidates('INBOX', undefined));
    expect(landed.length).toBe(first?.[0] === 'done' ? 4 : landed.length);
    expect([0, 4]).toContain(landed.length);
    await session.close();
  });

  test('destroyed while writing: nothing hangs', async () => {
    await using server = await startScriptedImap();
    const { session, writer } = await writing(server);
    await writer.mark('INBOX');
    server.pause();
    const applying = writer.apply(creates([message(1)]));
    await new Promise((resolve) => setImmediate(resolve));
    session.destroy();
    expect(outcomes(await applying)).toEqual(['unknown aborted']);
    await expect(writer.apply(creates([message(1)]))).rejects.toMatchObject({ code: 'aborted' });
  });

  test('a late landing carries our mark', async () => {
    await using server = await startScriptedImap();
    const { session, writer } = await writing(server);
    await writer.mark('INBOX');
    const held = server.holdAppends();
    const applying = writer.apply(creates([message(1)]));
    while (held.count === 0) await new Promise((resolve) => setImmediate(resolve));
    session.destroy();
    expect(outcomes(await applying)).toEqual(['unknown aborted']);
    const again = await writing(server);
    expect(await collect(again.writer.candidates('INBOX', undefined))).toEqual([]);
    await held.release();
    expect(await collect(again.writer.candidates('INBOX', undefined))).toMatchObject([{ marked: true }]);
    await again.session.close();
  });
});

describe('hostile input', () => {
  test('BAD to a message: the socket is never used again, the next is sent only when asked for', async () => {
    await using server = await startScriptedImap();
    const { session, writer } = await writing(server);
    await writer.mark('INBOX');
    server.fault({ command: 'APPEND', do: { reply: 'BAD no' } });
    const sessions = server.connections;
    expect(outcomes(await writer.apply(creates([message(1), message(2)])))).toEqual([
      'unknown imap-refused',
      'unknown imap-refused',
    ]);
    expect(outcomes(await writer.apply(creates([message(3)])))).toEqual(['done']);
    expect(server.connections).toBe(sessions + 1);
    const appends = server.transcript.filter((line) => line.from === 'client' && / APPEND /.test(line.text));
    expect(appends.at(-1)?.text).toMatch(/\{\d+\}$/);
    await session.close();
  });

  test('an answer before the literal has ended: no more bytes on that socket', async () => {
    await using server = await startScriptedImap();
    const { session, writer } = await writing(server);
    await writer.mark('INBOX');
    let early = '';
    const raw = largeMessage(9_000_000);
    const body = (async function* () {
      yield raw.subarray(0, 100_000);
      const [line] = server.transcript.filter(({ from, text }) => from === 'client' && / APPEND /.test(text)).slice(-1);
      early = line?.text.split(' ')[0] ?? '';
      for (const live of server.sessions) live.line(`${early || 'S9'} OK [APPENDUID 1 1] done already`);
      for (let at = 100_000; at < raw.length; at += 100_000) {
        await new Promise((resolve) => setImmediate(resolve));
        yield raw.subarray(at, at + 100_000);
      }
    })();
    const results = await writer.apply(creates([raw]).map((op) => ({ ...op, body })));
    expect(results[0]?.outcome).toBe('unknown');
    expect(stored(server)).toEqual([]);
    await session.close();
  });

  test('messages, flags, dates and folder names that are commands run nothing', async () => {
    await using server = await startDovecot({ fsync: 'never' });
    const endpoint = suiteEndpoint(server, {}, 'u');
    await endpoint.seed([{ folder: ['Precious'], raw: message('precious'), flags: [], date: DATE }]);
    const { session, writer } = await writing(server);
    const names = ['x" "y', 'a\r\nA9 DELETE "Precious"', '{5}', '(\\Deleted)', '"Precious"'];
    for (const name of names) {
      const { container } = await writer.ensureContainer([name], {});
      const flags = ['\\Seen)', 'x {3+}', 'a\r\nA9 DELETE Precious', '\\Recent', 'ok'];
      const raws = [
        Buffer.from(`${COMMANDS}\r\n`),
        Buffer.from('A9 DELETE "Precious"\r\nA9 LOGOUT\r\n'),
        ...AWKWARD.values(),
      ];
      const results = await writer.apply(creates(raws, { container: container.id, flags }));
      expect(new Set(outcomes(results))).toEqual(new Set(['done']));
    }
    const folders = await endpoint.folders();
    expect(folders).toHaveLength(names.length + 2);
    expect((await endpoint.dump()).filter((found) => found.folder[0] === 'Precious')).toHaveLength(1);
    await session.close();
  });
});

describe('existing messages', () => {
  test.each([[[]], [['MOVE']], [['ESEARCH', 'MOVE', 'QRESYNC', 'CONDSTORE']]])(
    'state, place and remove without %s',
    async (hide) => {
      await using server = await startScriptedImap({ hide, specialUse: { Trash: '\\Trash', Archive: '\\Archive' } });
      const { session, writer } = await writing(server);
      const results = await writer.apply(creates(Array.from({ length: 6 }, (_, n) => message(n))));
      const ids = results.map((result) => (result.outcome === 'done' ? (result.targetId ?? '') : ''));
      await writer.confirm('INBOX', ids);
      server.add('u', 'INBOX', message('theirs'), { flags: ['\\Deleted'] });
      const [a = '', b = '', c = '', d = '', e = ''] = ids;
      const done = await writer.apply([
        { verb: 'state', op: '1', container: 'INBOX', targetId: a, add: ['\\Flagged', 'bad flag'], remove: ['\\Seen'] },
        { verb: 'state', op: '2', container: 'INBOX', targetId: b, add: ['\\Flagged', 'bad flag'], remove: ['\\Seen'] },
        { verb: 'place', op: '3', container: 'INBOX', targetId: c, to: 'Archive' },
        { verb: 'remove', op: '4', container: 'INBOX', targetId: d, how: 'trash' },
        { verb: 'remove', op: '5', container: 'INBOX', targetId: e, how: 'expunge' },
        { verb: 'remove', op: '6', container: 'INBOX', targetId: `${a}999`, how: 'expunge' },
        { verb: 'state', op: '7', container: 'INBOX', targetId: '7.1', add: ['\\Seen'], remove: [] },
        { verb: 'state', op: '8', container: 'Nowhere', targetId: a, add: ['\\Seen'], remove: [] },
      ]);
      expect(outcomes(done)).toEqual([...Array(5).fill('done'), 'missing', 'missing', 'missing']);
      expect(done[0]).toMatchObject({ notes: [{ code: 'flag-dropped' }] });
      const flags = server.mailbox('u').messages.map((one) => [...one.flags].sort().join());
      expect(flags).toEqual(['\\Flagged', '\\Flagged', '\\Seen', '\\Deleted']);
      expect(stored(server, 'Trash')).toEqual([message(3).toString('latin1')]);
      expect([...(server.mailbox('u', 'Archive').messages[0]?.flags ?? [])].sort()).toEqual([MARK, '\\Seen']);
      const placed = done[2] as { targetId?: string };
      expect(await collect(writer.candidates('Archive', undefined))).toMatchObject([
        { targetId: placed.targetId, marked: true },
      ]);
      await writer.confirm('Archive', [placed.targetId ?? '']);
      expect(server.mailbox('u', 'Archive').messages[0]?.flags.has(MARK)).toBe(false);
      expect(server.badCommands).toEqual([]);
      expect(server.count('EXPUNGE')).toBe(0);
      await session.close();
    },
  );

  test('a refused move takes its mark back', async () => {
    await using server = await startScriptedImap({
      mailboxes: ['Archive'],
      on: { 'UID MOVE': (command) => command.no('[NOPERM] no') },
    });
    const { session, writer } = await writing(server);
    server.add('u', 'INBOX', message(1));
    const id = `${server.mailbox('u').uidValidity}.1`;
    const results = await writer.apply([{ verb: 'place', op: 'a', container: 'INBOX', targetId: id, to: 'Archive' }]);
    expect(outcomes(results)).toEqual(['refused no-permission']);
    expect(server.mailbox('u').messages[0]?.flags.has(MARK)).toBe(false);
    await session.close();
  });

  test('confirm sees what another connection has just appended, many times over', async () => {
    await using server = await startDovecot({ fsync: 'never' });
    const { session, writer } = await writing(server);
    for (let round = 0; round < 10; round++) {
      const results = await writer.apply(creates([message(round), message(`${round}b`)]));
      await writer.confirm(
        'INBOX',
        results.map((result) => (result.outcome === 'done' ? (result.targetId ?? '') : '')),
      );
    }
    expect(await collect(writer.candidates('INBOX', undefined))).toEqual([]);
    await session.close();
  });
});

describe('folders', () => {
  let server: Dovecot;
  beforeAll(async () => {
    server = await startDovecot({ separator: '.', prefix: 'INBOX.', specialUse: true, acl: true, fsync: 'never' });
  });
  afterAll(() => server?.stop());

  test('a personal prefix is no part of a path; roles find the target’s own folders', async () => {
    const { session, writer } = await writing(server);
    const made = await writer.ensureContainer(['Büro', 'a.b'], {});
    expect(made.container).toMatchObject({ id: 'INBOX.Büro.a．b', path: ['Büro', 'a.b'], subscribed: true });
    expect(made.notes).toMatchObject([{ code: 'folder-renamed' }]);
    expect((await writer.ensureContainer(['Gesendet'], { role: 'sent' })).container.id).toBe('INBOX.Sent');
    const containers = await session.reader.containers({ access: true });
    expect(containers.map(({ path }) => path.join('/'))).toEqual(
      expect.arrayContaining(['INBOX', 'Sent', 'Büro/a．b']),
    );
    expect(containers.find(({ id }) => id === 'INBOX.Trash')).toMatchObject({ role: 'trash', subscribed: true });
    expect(containers[0]?.access?.length).toBeGreaterThan(0);
    expect(outcomes(await writer.apply(creates([message(1)], { container: made.container.id })))).toEqual(['done']);
    await session.close();
  });

  test('special folders by their names where the server marks none; parents without messages are left out', async () => {
    await using plain = await startScriptedImap({
      capabilities: SCRIPTED_CAPABILITIES.filter((name) => name !== 'SPECIAL-USE'),
      mailboxes: ['Gesendete Objekte', 'Papierkorb', 'Entw&APw-rfe', 'Archive/Trash', 'Sent'],
    });
    plain.account('u').create('Parent/child');
    plain.mailbox('u', 'Parent').noSelect = true;
    const session = await open(plain, 'u');
    const containers = await session.reader.containers();
    const roles = Object.fromEntries(containers.map(({ path, role }) => [path.join('/'), role]));
    expect(roles).toMatchObject({ INBOX: 'inbox', Papierkorb: 'trash', Entwürfe: 'drafts' });
    expect(Object.values(roles).filter((role) => role === 'sent')).toHaveLength(1);
    expect(roles['Archive/Trash']).toBeUndefined();
    expect(Object.keys(roles)).toContain('Parent/child');
    expect(Object.keys(roles)).not.toContain('Parent');
    await session.close();
  });
});
