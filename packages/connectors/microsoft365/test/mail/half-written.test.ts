import type { CreateOp, Session } from '@sterna/connector-kit';
import { messageDigest } from '@sterna/content';
import { DirectMail, type Fault, type Microsoft365, VirtualClock } from '@sterna/simulator-microsoft365';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { microsoft365Connector } from '../../src/index.ts';
import { startSimulator } from '../simulator.ts';
import { simulated } from './suite-endpoint.ts';

const ADDRESS = 'alice@contoso.example';
let clock: VirtualClock;
let server: Microsoft365;
let mail: DirectMail;
let session: Session;
beforeEach(async () => {
  clock = new VirtualClock(Date.now());
  server = await startSimulator({ empty: true, clock });
  mail = new DirectMail(server, ADDRESS);
  session = await open();
});
afterEach(async () => {
  session.destroy();
  await server.stop();
});

const open = (): Promise<Session> =>
  microsoft365Connector.open({
    ...simulated(server, ADDRESS),
    kinds: ['message'],
    role: 'write',
    installation: '0badcafe',
    signal: new AbortController().signal,
  });

const picture = Buffer.alloc(7_000_000, 'picture').toString('base64').replace(/.{76}/g, '$&\r\n');
const raw = Buffer.from(
  'From: a@example.org\r\nSubject: with a picture\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n' +
    '--b\r\nContent-Type: text/plain\r\n\r\nsee below\r\n' +
    `--b\r\nContent-Type: image/png; name=p.png\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n${picture}\r\n--b--\r\n`,
);

async function write(on: Session) {
  const writer = on.writer;
  if (writer === undefined) throw new Error('no writer');
  const { container } = await writer.ensureContainer(['INBOX'], {});
  const mark = await writer.mark(container.id);
  const op: CreateOp = {
    verb: 'create',
    op: '1',
    container: container.id,
    flags: [],
    date: undefined,
    size: raw.length,
    body: raw,
  };
  const [result] = await writer.apply([op]);
  return { writer, container: container.id, mark, result };
}

async function candidates(on: Session, container: string, mark: string): Promise<string[]> {
  const found: string[] = [];
  for await (const one of on.writer?.candidates(container, mark) ?? []) found.push(one.digest?.toString('hex') ?? '');
  return found;
}

const digest = messageDigest(raw).toString('hex');
const isUpload = ({ method }: { method: string }): boolean => method === 'PUT';
const isStamp = ({ method }: { method: string }): boolean => method === 'PATCH';

describe('a message whose attachment is too large for a create', () => {
  test('is uploaded in pieces, and whole', async () => {
    const { result, container, mark } = await write(session);
    expect(result?.outcome).toBe('done');
    const [message] = await mail.messages();
    expect(message?.attachments.map(({ name, content }) => [name, content.length])).toEqual([['p.png', 7_000_000]]);
    expect(await candidates(session, container, mark)).toEqual([digest]);
  });

  const broken: readonly [string, Fault, (request: { method: string }) => boolean][] = [
    ['the answer to a piece is lost', { kind: 'lost-acknowledgement' }, isUpload],
    ['a piece never arrives', { kind: 'reset' }, isUpload],
    ['the answer to the last step is lost', { kind: 'lost-acknowledgement' }, isStamp],
  ];
  test.each(broken)('%s: it goes on from there', async (_, fault, when) => {
    server.faults.inject({ fault, when });
    const { result } = await write(session);
    expect(result?.outcome).toBe('done');
    expect((await mail.messages()).map(({ attachments }) => attachments.map(({ content }) => content.length))).toEqual([
      [7_000_000],
    ]);
  });

  test('an upload that is refused leaves nothing behind', async () => {
    server.faults.inject({ fault: { kind: 'answer', status: 400, code: 'ErrorInternal' }, when: isUpload, times: 9 });
    const { result } = await write(session);
    expect(result?.outcome).toBe('refused');
    expect(await mail.messages()).toEqual([]);
  });

  test('half of one, whose writer died, is nobody’s and is removed when it is looked for', async () => {
    server.faults.inject({ fault: { kind: 'delay', ms: 60_000 }, when: isUpload });
    const flying = write(session).catch(() => undefined);
    while ((await mail.messages()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    session.destroy();
    await flying;
    expect(await mail.messages()).toHaveLength(1);
    session = await open();
    const { container } = (await session.writer?.ensureContainer(['INBOX'], {})) ?? {};
    expect(await candidates(session, container?.id ?? '', new Date(0).toISOString())).toEqual([]);
    expect(await mail.messages()).toEqual([]);
  });

  test('one that a listing still tells as half stays where it is whole by now', async () => {
    server.faults.listDelayMs = 5_000;
    // The last step comes long after the first.
    server.faults.inject({
      fault: { kind: 'reset' },
      when: (request) => {
        if (isStamp(request)) clock.advance(10_000);
        return false;
      },
    });
    const { result, container, mark } = await write(session);
    expect(result?.outcome).toBe('done');
    expect(await candidates(session, container, mark)).toEqual([digest]);
    expect(await mail.messages()).toHaveLength(1);
    server.faults.listDelayMs = 0;
    expect(await candidates(session, container, mark)).toEqual([digest]);
  });
});
