import type { Change, Content, Session, Unreadable, Vanished } from '@sterna/connector-kit';
import { DirectDrive, type Google, startGoogle } from '@sterna/simulator-google';
import { Contract } from '@sterna/simulator-google/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSession } from '../../src/session.ts';
import { systemOf } from './suite-endpoint.ts';

const ALICE = 'alice@nordwind.example';
const contract = new Contract();
let server: Google;
let direct: DirectDrive;
let session: Session;
beforeEach(async () => {
  server = await startGoogle({ empty: true, observe: contract.observe });
  direct = new DirectDrive(server, ALICE);
  session = await openSession({
    system: systemOf(server),
    address: ALICE,
    kinds: ['file'],
    role: 'read',
    installation: '0badcafe',
    signal: new AbortController().signal,
  });
});
afterEach(async () => {
  session.destroy();
  await server.stop();
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
});

async function listed(): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const { id } of await session.reader.containers())
    for await (const page of session.reader.changes(id, undefined, {})) changes.push(...page.changes);
  return changes;
}

async function read(ids: readonly string[]): Promise<Map<string, Content | Vanished | Unreadable>> {
  const found = new Map<string, Content | Vanished | Unreadable>();
  const [root] = await session.reader.containers();
  for await (const one of session.reader.read(root?.id ?? '', ids)) found.set(one.id, one);
  return found;
}

test('Google documents leave as Office files, apart from files that are called so', async () => {
  direct.put([], 'Letter.docx', Buffer.from('a file'));
  direct.addNative([], 'Letter', 'document', 'a document');
  direct.addNative([], 'Numbers', 'spreadsheet', '1\t2');
  direct.addNative([], 'Talk', 'presentation', 'a talk');
  const changes = await listed();
  expect(changes.map(({ name }) => name).sort()).toEqual(['Letter.docx', 'Letter.docx', 'Numbers.xlsx', 'Talk.pptx']);
  const found = await read(changes.map(({ id }) => id));
  expect(found.size).toBe(4);
  for (const { id, version } of changes) {
    const content = found.get(id) as Content;
    expect(content.version).toBe(version);
    const body = content.body as Buffer;
    expect(content.size).toBe(body.length);
    // Office files are ZIPs.
    if (!body.equals(Buffer.from('a file'))) expect(body.subarray(0, 2).toString()).toBe('PK');
  }
});

test('what is said in a document makes it another version, and its folder worth a look', async () => {
  const id = direct.addNative([], 'Letter', 'document', 'a document');
  const [before] = await listed();
  const [root] = await session.reader.containers();
  const file = direct.corpus.file(id);
  if (file === undefined) throw new Error('no file');
  file.modified += 60_000;
  direct.corpus.touch(file, server.clock.now());
  const [after] = await listed();
  expect(after?.version).not.toBe(before?.version);
  expect((await session.reader.containers())[0]?.glance).not.toBe(root?.glance);
});

test('what can’t be exported is passed over, and what is too large fails with that reason', async () => {
  direct.addNative([], 'Survey', 'form', 'a form');
  // Of no part of it is there another, so that it stays large when it is packed.
  const long = Array.from({ length: 1_600_000 }, (_, n) => ((n * 2_654_435_761) % 4_294_967_296).toString(36)).join(
    ' ',
  );
  direct.addNative([], 'Book', 'document', long);
  const found = await read(['Survey', 'Book.docx']);
  expect(found.get('Survey')).toMatchObject({ isSkipped: true, error: { code: 'document-not-exportable' } });
  expect(found.get('Book.docx')).toMatchObject({ error: { class: 'object', code: 'export-too-large' } });
});

test('a document has no id of ours: the stamp tells which try made it, so that none is made twice', async () => {
  direct.addNative([], 'Letter', 'document', 'a document');
  const office = ((await read(['Letter.docx'])).get('Letter.docx') as Content).body as Buffer;
  const system = systemOf(server);
  const target = await openSession({
    system: { ...system, settings: { ...(system.settings as object), convertOffice: ['document'] } },
    address: 'alice@lamna.example',
    kinds: ['file'],
    role: 'write',
    installation: '0badcafe',
    signal: new AbortController().signal,
  });
  try {
    const writer = target.writer as NonNullable<typeof target.writer>;
    const { container } = await writer.ensureContainer([], { kind: 'file' });
    const put = async (stamp: string, body = office, name = 'Copy.docx') => {
      const create = { verb: 'create', container: container.id, flags: [], date: undefined, name, stamp } as const;
      const [result] = await writer.apply([{ ...create, op: stamp, size: body.length, body }]);
      return result;
    };
    const made = await put('01');
    expect(made).toMatchObject({ outcome: 'done', targetId: 'Copy.docx', notes: [{ code: 'converted-to-document' }] });
    expect(await put('01')).toEqual(made);
    // Another one of that name is somebody else's.
    expect(await put('02')).toMatchObject({ outcome: 'exists', targetId: 'Copy.docx' });
    expect(await put('03', Buffer.from('no Office file'), 'Broken.docx')).toMatchObject({
      outcome: 'done',
      notes: [{ code: 'not-converted' }],
    });
    const drive = new DirectDrive(server, 'alice@lamna.example');
    expect(drive.documents()).toEqual(['Copy: a document']);
    expect(
      drive
        .files()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['Broken.docx', 'Copy']);
  } finally {
    target.destroy();
  }
});
