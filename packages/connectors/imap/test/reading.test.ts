import type { Content, Unreadable } from '@sterna/connector-kit';
import { largeMessage } from '@sterna/connector-suite';
import { sampleMessage, startDovecot, startFaultProxy, startScriptedImap } from '@sterna/test-servers';
import { describe, expect, test } from 'vitest';
import { bytesOf, collect, idsOf, open, readAll, suiteEndpoint } from './support.ts';

const message = (n: number, size = 3000): Buffer => Buffer.from(sampleMessage(`message ${n}`, size));

describe('lost connections', () => {
  test('in the middle of a literal, before one, and again: every message comes once and whole', async () => {
    await using server = await startDovecot({ fsync: 'never' });
    await using proxy = await startFaultProxy({ target: server });
    const endpoint = suiteEndpoint(server);
    const raws = Array.from({ length: 120 }, (_, n) => message(n));
    await endpoint.seed(raws.map((raw) => ({ folder: ['INBOX'], raw, flags: [], date: new Date(1e12) })));
    const session = await open(proxy, endpoint.address);
    const ids = await idsOf(session.reader);
    const rules = [
      proxy.cutWhen('toClient', /Subject: message 20\b/),
      proxy.cutWhen('toClient', /\* 55 FETCH/, { at: 'before', do: 'reset' }),
      proxy.cutWhen('toClient', /Subject: message 90\b/),
    ];
    const found = await readAll(session.reader, 'INBOX', ids);
    expect([...found.keys()].sort()).toEqual([...ids].sort());
    ids.forEach((id, n) => {
      expect(found.get(id)?.equals(raws[n] as Buffer)).toBe(true);
    });
    expect(rules.map((rule) => rule.hits)).toEqual([1, 1, 1]);
    await session.close();
  });

  test('in the middle of a large message: its stream breaks off, the others come', async () => {
    await using server = await startDovecot({ fsync: 'never' });
    await using proxy = await startFaultProxy({ target: server });
    const endpoint = suiteEndpoint(server);
    const raws = [message(1), largeMessage(), message(2)];
    await endpoint.seed(raws.map((raw) => ({ folder: ['INBOX'], raw, flags: [], date: new Date(1e12) })));
    const session = await open(proxy, endpoint.address);
    const ids = await idsOf(session.reader);
    const seen: string[] = [];
    proxy.cutAfter('toClient', 3_000_000);
    for await (const item of session.reader.read('INBOX', ids)) {
      seen.push(item.id);
      const { body } = item as Content;
      if (!Buffer.isBuffer(body)) await expect(collect(body)).rejects.toMatchObject({ class: 'transient' });
    }
    expect(seen.sort()).toEqual([...ids].sort());
    await session.close();
  });

  test('for good: an error after the retries, not a wait without end', async () => {
    await using server = await startScriptedImap();
    server.add('u', 'INBOX', message(1));
    const session = await open(server, 'u');
    const ids = await idsOf(session.reader);
    await server.stop();
    await expect(collect(session.reader.read('INBOX', ids))).rejects.toMatchObject({ class: 'transient' });
    await server.listen();
    expect((await readAll(session.reader, 'INBOX', ids)).size).toBe(1);
    await session.close();
  });
});

describe('servers that misbehave', () => {
  const quick = { settings: { replyTimeoutSeconds: 0.2, connectTimeoutSeconds: 2 } };

  test.each([7, -7, 100_000])('a literal %s bytes off: an error, never a wrong message', async (skew) => {
    await using server = await startScriptedImap({ literalSkew: skew });
    for (let n = 0; n < 3; n++) server.add('u', 'INBOX', message(n));
    const session = await open(server, 'u', quick);
    const ids = await idsOf(session.reader);
    const results = await collect(session.reader.read('INBOX', ids)).catch((thrown: unknown) => thrown);
    if (Array.isArray(results))
      for (const item of results)
        expect((item as Unreadable).error).toMatchObject({ class: 'object', code: 'imap-unreadable' });
    else expect(results).toMatchObject({ class: 'transient' });
    session.destroy();
  });

  test('the same with a streamed message: its stream never ends well', async () => {
    await using server = await startScriptedImap({ literalSkew: -3 });
    server.add('u', 'INBOX', largeMessage());
    const session = await open(server, 'u', quick);
    const ids = await idsOf(session.reader);
    for await (const item of session.reader.read('INBOX', ids))
      await expect(bytesOf(item as Content)).rejects.toMatchObject({ class: 'transient' });
    session.destroy();
  });

  test('one message that breaks the connection each time is unreadable, the others are read', async () => {
    await using server = await startScriptedImap();
    for (let n = 0; n < 20; n++) server.add('u', 'INBOX', message(n));
    server.on('UID FETCH', async (command) => {
      const uids = /^(\S+) .*BODY/.exec(command.text)?.[1];
      if (uids !== undefined && (uids === '7' || /^(?:1|7):/.test(uids)))
        command.write('* 7 FETCH (UID 7 BODY[] {5}\r\nhello ) (((\r\n');
      else await command.next();
    });
    const session = await open(server, 'u');
    const ids = await idsOf(session.reader);
    const results = await collect(session.reader.read('INBOX', ids));
    expect(results).toHaveLength(20);
    const bad = results.filter((item) => !('body' in item));
    expect(bad).toMatchObject([{ id: ids[6], error: { class: 'object', code: 'imap-unreadable' } }]);
    await session.close();
  });

  test('NO for some messages: those are unreadable, with the reason', async () => {
    await using server = await startScriptedImap();
    for (let n = 0; n < 10; n++) server.add('u', 'INBOX', message(n));
    server.on('UID FETCH', async (command) => {
      if (/^(?:4|1:10) .*BODY/.test(command.text)) command.no('[SERVERBUG] some could not be read');
      else await command.next();
    });
    const session = await open(server, 'u');
    const ids = await idsOf(session.reader);
    const results = await collect(session.reader.read('INBOX', ids));
    expect(results.filter((item) => 'body' in item)).toHaveLength(9);
    expect(results.find((item) => item.id === ids[3])).toMatchObject({ error: { code: 'imap-unreadable' } });
    await session.close();
  });

  test('UID and flags behind the body, large messages too', async () => {
    await using server = await startScriptedImap();
    const raws = [message(1), largeMessage(), message(2)];
    for (const raw of raws) server.add('u', 'INBOX', raw, { flags: ['\\Seen'] });
    server.on('UID FETCH', async (command) => {
      const set = /^(\S+) \(UID FLAGS INTERNALDATE BODY/.exec(command.text)?.[1];
      if (set === undefined) return command.next();
      for (const { uid, bytes } of server.mailbox('u').messages) {
        command.write(`* ${uid} FETCH (BODY[] {${bytes.length}}\r\n`);
        command.write(bytes);
        command.write(` INTERNALDATE "01-Jan-2024 00:00:00 +0000" FLAGS (\\Seen) UID ${uid})\r\n`);
      }
      command.ok('done');
    });
    const session = await open(server, 'u');
    const ids = await idsOf(session.reader);
    const found = await readAll(session.reader, 'INBOX', ids);
    ids.forEach((id, n) => {
      expect(found.get(id)?.equals(raws[n] as Buffer)).toBe(true);
    });
    await session.close();
  });

  test('drops of bytes are no life: it ends after the reply time', async () => {
    await using server = await startScriptedImap();
    server.add('u', 'INBOX', message(1, 50_000));
    const session = await open(server, 'u', quick);
    const ids = await idsOf(session.reader);
    server.drip = { bytes: 1, everyMs: 20 };
    for (const live of server.sessions) live.drip = server.drip;
    await expect(collect(session.reader.read('INBOX', ids))).rejects.toMatchObject({
      class: 'transient',
      code: 'imap-timeout',
    });
    session.destroy();
  });

  test('a consumer that takes its time stops the server, not the memory', async () => {
    await using server = await startScriptedImap();
    await using proxy = await startFaultProxy({ target: server });
    const raw = message(1, 1_000_000);
    for (let n = 0; n < 60; n++) server.add('u', 'INBOX', raw);
    const session = await open(proxy, 'u', { settings: { replyTimeoutSeconds: 0.3 } });
    const ids = await idsOf(session.reader);
    const reading = session.reader.read('INBOX', ids)[Symbol.asyncIterator]();
    await reading.next();
    // Longer than the reply time: waiting on us is not the server's fault.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(proxy.passed.toClient).toBeLessThan(35_000_000);
    let count = 1;
    while (!(await reading.next()).done) count++;
    expect(count).toBe(60);
    await session.close();
  });
});
