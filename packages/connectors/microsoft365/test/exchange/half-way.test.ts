import type { Candidate, Content, CreateOp, Result, Session, Writer } from '@sterna/connector-kit';
import { messageDigest, pivotOf } from '@sterna/content';
import { DirectMail, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXCHANGE_FORMAT } from '../../src/exchange/exchange-transfer.ts';
import { microsoft365Connector } from '../../src/index.ts';
import { simulated } from '../mail/suite-endpoint.ts';
import { DirectGraph, type Json } from '../outlook/direct-graph.ts';
import { startSimulator } from '../simulator.ts';

const FROM = 'alice@contoso.example';
const TO = 'alice@fabrikam.example';
let server: Microsoft365;
let mail: DirectMail;
const sessions: Session[] = [];
beforeEach(async () => {
  server = await startSimulator({ empty: true, assumptions: { everyUpdateMails: true } });
  mail = new DirectMail(server, TO);
});
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  const { failures } = server;
  await server.stop();
  expect(failures).toEqual([]);
});

async function open(address: string, role: 'read' | 'write'): Promise<Session> {
  const session = await microsoft365Connector.open({
    ...simulated(server, address),
    kinds: ['message', 'event'],
    role,
    installation: '0badcafe',
    signal: new AbortController().signal,
  });
  sessions.push(session);
  return session;
}

const writerOf = ({ writer }: Session): Writer => {
  if (writer === undefined) throw new Error('no writer');
  return writer;
};

/** All of one kind that the source has, in both forms. */
async function readWhole(kind: 'message' | 'event'): Promise<Content[]> {
  const { reader } = await open(FROM, 'read');
  const found: Content[] = [];
  for (const container of (await reader.containers()).filter((one) => one.kind === kind)) {
    const ids: string[] = [];
    for await (const page of reader.changes(container.id, undefined, {})) ids.push(...page.changes.map(({ id }) => id));
    for await (const one of reader.read(container.id, ids, { native: EXCHANGE_FORMAT }))
      if ('body' in one) found.push(one);
  }
  return found;
}

function createOf(container: string, { flags, date, size, body, native }: Content): CreateOp {
  if (native === undefined || !('bytes' in native)) throw new Error('it was not exported');
  return { verb: 'create', op: '1', container, flags, date, size, body, native: native.bytes };
}

async function candidatesIn(writer: Writer, container: string): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for await (const one of writer.candidates(container, new Date(0).toISOString())) found.push(one);
  return found;
}

const isImport = ({ target }: { target: string }): boolean => target.includes('/open/exchange-import/');
const isStamp = ({ method, target }: { method: string; target: string }): boolean =>
  method === 'PATCH' && target.includes('/messages/');
const isMove = ({ target }: { target: string }): boolean => target.endsWith('/move');
const until = async (done: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('a message on its way', () => {
  const raw = Buffer.from('Message-ID: <1@x>\r\nFrom: a@example.org\r\nSubject: whole\r\n\r\nwhole\r\n');
  const digest = messageDigest(raw);

  async function send(session: Session): Promise<{ result: Result | undefined; container: string; writer: Writer }> {
    const writer = writerOf(session);
    const { container } = await writer.ensureContainer(['INBOX'], { kind: 'message' });
    const [content] = await readWhole('message');
    if (content === undefined) throw new Error('nothing was read');
    const [result] = await writer.apply([createOf(container.id, content)]);
    return { result, container: container.id, writer };
  }
  const folders = (): string => new DirectMail(server, TO).folders().flat().join();

  beforeEach(async () => {
    await new DirectMail(server, FROM).put(['INBOX'], raw, Date.UTC(2020, 1, 1), { isRead: true, categories: ['Red'] });
  });

  test.each([
    ['the answer to the import is lost', { kind: 'lost-acknowledgement' } as const, isImport],
    ['the import never arrives', { kind: 'reset' } as const, isImport],
    ['the import is throttled', { kind: 'answer', status: 429, retryAfter: 0 } as const, isImport],
    ['the import URL has ended', { kind: 'answer', status: 401 } as const, isImport],
    ['the answer to the stamp is lost', { kind: 'lost-acknowledgement' } as const, isStamp],
  ])('%s: it arrives once, and nothing is left', async (_, fault, when) => {
    server.faults.inject({ fault, when });
    const session = await open(TO, 'write');
    const { result, container, writer } = await send(session);
    expect(result).toMatchObject({ outcome: 'done' });
    expect(result).not.toHaveProperty('notes');
    expect(await candidatesIn(writer, container)).toMatchObject([{ digest, marked: true }]);
    await session.close();
    expect(await mail.messages()).toMatchObject([
      { folder: ['INBOX'], isRead: true, isDraft: false, categories: ['Red'] },
    ]);
    expect(folders()).not.toContain('Sterna');
  });

  test.each([
    ['between import and stamp', isStamp],
    ['between stamp and move', isMove],
  ])('its writer dies %s: what it left is nobody’s, and is thrown away', async (_, when) => {
    const fault = server.faults.inject({ fault: { kind: 'delay', ms: 60_000 }, when });
    const dying = await open(TO, 'write');
    const flying = send(dying).catch(() => undefined);
    await until(() => fault.struck > 0);
    dying.destroy();
    await flying;
    expect(await mail.messages()).toHaveLength(1);
    const next = await open(TO, 'write');
    // To anybody who lists it, the mailbox is empty.
    expect((await next.reader.containers()).map(({ path }) => path.join('/')).join()).not.toContain('Sterna');
    const { container } = await writerOf(next).ensureContainer(['INBOX'], { kind: 'message' });
    expect(await candidatesIn(writerOf(next), container.id)).toEqual([]);
    expect(await mail.messages()).toEqual([]);
    expect(folders()).not.toContain('Sterna');
    expect((await send(next)).result).toMatchObject({ outcome: 'done' });
    await next.close();
    expect(await mail.messages()).toMatchObject([{ folder: ['INBOX'] }]);
  });

  test('the answer to the move is lost: its stamp tells', async () => {
    server.faults.inject({ fault: { kind: 'lost-acknowledgement' }, when: isMove });
    const { result, container, writer } = await send(await open(TO, 'write'));
    expect(result).toMatchObject({ outcome: 'unknown' });
    expect(await candidatesIn(writer, container)).toMatchObject([{ digest, marked: true }]);
  });

  test('an import that is refused: it goes the usual way, with a note', async () => {
    server.faults.inject({ fault: { kind: 'answer', status: 400, code: 'ErrorCorruptData' }, when: isImport });
    const { result } = await send(await open(TO, 'write'));
    expect(result).toMatchObject({ outcome: 'done' });
    // Neither does it say when it was sent, which is a note of its own.
    const notes = result?.outcome === 'done' ? (result.notes ?? []) : [];
    expect(notes.map(({ code }) => code).sort()).toEqual(['not-imported-whole', 'sent-date-added']);
    expect(await mail.messages()).toMatchObject([{ folder: ['INBOX'], isRead: true }]);
  });

  test('an app that may not import: it goes the usual way, and nobody exports for it any more', async () => {
    const tenant = server.tenant('fabrikam.example');
    for (const rights of tenant.consents.values()) rights.delete('MailboxItem.ImportExport.All');
    const session = await open(TO, 'write');
    expect(session.capabilitiesOf?.('message').native).toEqual([EXCHANGE_FORMAT]);
    const { result } = await send(session);
    expect(result).toMatchObject({ outcome: 'done' });
    expect(session.capabilitiesOf?.('message').native).toEqual([]);
    expect(await mail.messages()).toMatchObject([{ folder: ['INBOX'], isRead: true }]);
  });

  test('the stamp that a message brings along is not taken for ours', async () => {
    const id = 'String {9bb1f4a4-1f4e-4c39-9d6c-0f5d4f6f2f39} Name SternaStamp';
    const [first] = await new DirectMail(server, FROM).messages();
    const value = `0badcafe.w.${'0'.repeat(32)}.${'1'.repeat(16)}`;
    await new DirectGraph(server, FROM).ok('PATCH', `/messages/${encodeURIComponent(first?.id ?? '')}`, {
      singleValueExtendedProperties: [{ id, value }],
    });
    const { container, writer } = await send(await open(TO, 'write'));
    expect(await candidatesIn(writer, container)).toMatchObject([{ digest, marked: true }]);
  });
});

describe('a meeting on its way', () => {
  beforeEach(async () => {
    await new DirectGraph(server, FROM).ok('POST', '/calendar/events', {
      subject: 'Plans',
      start: { dateTime: '2026-03-02T10:00:00', timeZone: 'UTC' },
      end: { dateTime: '2026-03-02T11:00:00', timeZone: 'UTC' },
      attendees: [{ emailAddress: { address: 'bjorn@contoso.example', name: 'Bjorn' }, type: 'required' }],
    });
    mailed = server.invitations.length;
  });
  let mailed = 0;

  async function send(session: Session) {
    const writer = writerOf(session);
    const container = (await session.reader.containers()).find(({ kind }) => kind === 'event')?.id ?? '';
    const [content] = await readWhole('event');
    if (content === undefined) throw new Error('nothing was read');
    const [result] = await writer.apply([createOf(container, content)]);
    return { result, container, writer, content, digest: pivotOf('event').digest(content.body as Buffer) };
  }
  const shown = (): Promise<Json[]> => new DirectGraph(server, TO).all('/calendar/events');

  test('it arrives with its people, is replaced with them, and nobody is mailed', async () => {
    const session = await open(TO, 'write');
    const { result, container, writer } = await send(session);
    expect(result).toMatchObject({ outcome: 'done' });
    expect(await shown()).toMatchObject([{ subject: 'Plans', attendees: [{ emailAddress: { name: 'Bjorn' } }] }]);
    const source = new DirectGraph(server, FROM);
    const [theirs] = await source.all('/calendar/events');
    await source.ok('PATCH', `/events/${encodeURIComponent(theirs.id)}`, { subject: 'Other plans' });
    mailed = server.invitations.length;
    const [changed] = await readWhole('event');
    if (changed === undefined || result?.outcome !== 'done') throw new Error('not there');
    const { verb: _, flags: __, ...op } = createOf(container, changed);
    const replace = { ...op, verb: 'replace', targetId: result.targetId ?? '' } as const;
    const [replaced] = await writer.apply([{ ...replace, ifVersion: result.version }]);
    expect(replaced).toMatchObject({ outcome: 'done', targetId: result.targetId });
    expect(await shown()).toMatchObject([{ subject: 'Other plans', attendees: [{ emailAddress: { name: 'Bjorn' } }] }]);
    // Once more upon the version of before: the copy holds that already.
    expect(await writer.apply([{ ...replace, ifVersion: result.version }])).toMatchObject([{ outcome: 'done' }]);
    expect(server.invitations).toHaveLength(mailed);
  });

  test('the answer to the import is lost: what landed is known by what it says', async () => {
    server.faults.inject({ fault: { kind: 'lost-acknowledgement' }, when: isImport });
    const session = await open(TO, 'write');
    const { result, container, writer, digest } = await send(session);
    expect(result).toMatchObject({ outcome: 'unknown' });
    const found = await candidatesIn(writer, container);
    expect(found).toMatchObject([{ digest: undefined, marked: false }]);
    const [copy] = await Array.fromAsync(session.reader.read(container, [found[0]?.targetId ?? '']));
    expect(copy !== undefined && 'body' in copy && pivotOf('event').digest(copy.body as Buffer)).toEqual(digest);
    // A second try finds it there.
    expect((await send(await open(TO, 'write'))).result).toMatchObject({ outcome: 'exists' });
    expect(await shown()).toHaveLength(1);
    expect(server.invitations).toHaveLength(mailed);
  });

  test('one that lands twice is told as ours', async () => {
    const session = await open(TO, 'write');
    const { container, writer, content } = await send(session);
    const late = await open(TO, 'write');
    // Sent before the other was there, as far as its writer knew.
    server.faults.inject({ fault: { kind: 'delay', ms: 1 }, when: isImport });
    const graph = new DirectGraph(server, TO);
    const { primaryMailboxId } = await graph.ok('GET', '/settings/exchange');
    const begin = `${server.baseUrl}/v1.0/admin/exchange/mailboxes/${primaryMailboxId}/createImportSession`;
    const { importUrl } = await graph.ok('POST', begin);
    const { native } = createOf(container, content);
    const body = { FolderId: container.replace(/^calendar:/, ''), Mode: 'create', Data: native?.toString('base64') };
    await fetch(importUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(await candidatesIn(writerOf(late), container)).toMatchObject([{ marked: true }, { marked: true }]);
    expect(writer).toBeDefined();
  });

  test('an import that is refused: its people are named in its text, with a note', async () => {
    server.faults.inject({ fault: { kind: 'answer', status: 400, code: 'ErrorCorruptData' }, when: isImport });
    const { result } = await send(await open(TO, 'write'));
    expect(result?.outcome === 'done' && result.notes?.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['not-imported-whole', 'people-in-body']),
    );
    expect(await shown()).toMatchObject([{ subject: 'Plans', attendees: [] }]);
    expect(server.invitations).toHaveLength(mailed);
  });
});

describe('an export', () => {
  const put = async (count: number): Promise<void> => {
    const source = new DirectMail(server, FROM);
    for (let n = 0; n < count; n += 1)
      await source.put(['INBOX'], Buffer.from(`Subject: ${n}\r\n\r\n${n}\r\n`), Date.UTC(2020, 1, 1) + n * 1_000);
  };
  const exports = (): number => server.requests.filter(({ target }) => target.endsWith('/exportItems')).length;

  test('takes twenty messages a request, and each comes with its own', async () => {
    await put(45);
    const found = await readWhole('message');
    expect(exports()).toBe(3);
    expect(found).toHaveLength(45);
    const { writer } = await open(TO, 'write');
    const { container } = (await writer?.ensureContainer(['INBOX'], { kind: 'message' })) ?? {};
    const ops = found.map((one, n) => ({ ...createOf(container?.id ?? '', one), op: String(n) }));
    for (const result of (await writer?.apply(ops)) ?? []) expect(result.outcome).toBe('done');
    const lines = async (address: string): Promise<string[]> =>
      (await new DirectMail(server, address).messages()).map(({ mime }) => mime.toString('latin1')).sort();
    expect(await lines(TO)).toEqual(await lines(FROM));
  });

  test('that is refused for one of them is told for that one alone', async () => {
    await put(21);
    const refused = { kind: 'answer', status: 400, code: 'ErrorItemCorrupt' } as const;
    server.faults.inject({ fault: refused, when: ({ target }) => target.endsWith('/exportItems'), times: 2 });
    const found = await readWhole('message');
    expect(found).toHaveLength(21);
    expect(found.filter(({ native }) => native !== undefined && 'error' in native)).toHaveLength(1);
    expect(found.filter(({ native }) => native !== undefined && 'bytes' in native)).toHaveLength(20);
  });

  test('isn’t asked for again where the app may not', async () => {
    await put(45);
    for (const rights of server.tenant('contoso.example').consents.values())
      rights.delete('MailboxItem.ImportExport.All');
    const found = await readWhole('message');
    expect(found.filter(({ native }) => native !== undefined)).toEqual([]);
    expect(exports()).toBe(1);
  });
});
