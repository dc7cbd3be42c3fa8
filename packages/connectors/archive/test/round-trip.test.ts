import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CreateOp, Session } from '@sterna/connector-kit';
import { growSampleMailbox, writeSampleMailbox } from '@sterna/sample-mailbox';
import { afterAll, describe, expect, test } from 'vitest';
import { archiveConnector } from '../src/index.ts';

const base = mkdtempSync(join(tmpdir(), 'sterna-round-trip-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

function open(url: string, role: 'read' | 'write'): Promise<Session> {
  const { settings, address, credentials } = archiveConnector.parseUrl(url, { insecure: false });
  const signal = new AbortController().signal;
  return archiveConnector.open({ system: { settings, credentials }, address, role, installation: '00000000', signal });
}

async function idsOf(session: Session, container: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of session.reader.changes(container, undefined, {}))
    ids.push(...page.changes.map(({ id }) => id));
  return ids;
}

/** The shortest pass there is: every message, one at a time. Not the engine. */
async function copy(from: string, to: string): Promise<void> {
  const [source, target] = [await open(from, 'read'), await open(to, 'write')];
  const { writer } = target;
  if (writer === undefined) throw new Error('no writer');
  for (const { id, path, role } of await source.reader.containers()) {
    const { container } = await writer.ensureContainer(path, role === undefined ? {} : { role });
    let batch: CreateOp[] = [];
    const flush = async (): Promise<void> => {
      for (const result of await writer.apply(batch)) expect(result).toMatchObject({ outcome: 'done' });
      batch = [];
    };
    for await (const content of source.reader.read(id, await idsOf(source, id))) {
      if (!('body' in content)) throw new Error('not read');
      const key = createHash('sha256').update(`${id}\0${content.id}`).digest('hex').slice(0, 32);
      const reserved = writer.reserve === undefined ? {} : { reservedId: writer.reserve(container.id, key) };
      if (!Buffer.isBuffer(content.body) || batch.length === 50) await flush();
      const { flags, date, size, body } = content;
      batch.push({ verb: 'create', op: content.id, container: container.id, flags, date, size, body, ...reserved });
      if (!Buffer.isBuffer(body)) await flush();
    }
    await flush();
  }
  await Promise.all([source.close(), target.close()]);
}

/** A line per message: folder, bytes (their hash, unfolded), flags, date. */
async function contentsOf(url: string): Promise<string[]> {
  const session = await open(url, 'read');
  const lines: string[] = [];
  for (const { id, path } of await session.reader.containers())
    for await (const one of session.reader.read(id, await idsOf(session, id))) {
      if (!('body' in one)) throw new Error('not read');
      const hash = createHash('sha256');
      if (Buffer.isBuffer(one.body)) hash.update(one.body);
      else for await (const chunk of one.body) hash.update(chunk);
      lines.push(`${path.join('/')} ${hash.digest('hex')} ${one.flags.join()} ${one.date?.toISOString()}`);
    }
  return lines.sort();
}

describe('a mailbox of awkward mail goes through every format and back without a difference', () => {
  const source = join(base, 'source');
  const made = writeSampleMailbox(source, { messages: 150, seed: 11, size: 5_000_000 });

  test.each(['maildir', 'mbox', 'eml', 'archive'])('%s', async (format) => {
    const before = await contentsOf(`maildir:${source}`);
    expect(before).toHaveLength(made.messages);
    await copy(`maildir:${source}`, `${format}:${join(base, format)}`);
    expect(await contentsOf(`${format}:${join(base, format)}`)).toEqual(before);
    await copy(`${format}:${join(base, format)}`, `maildir:${join(base, `back-${format}`)}`);
    expect(await contentsOf(`maildir:${join(base, `back-${format}`)}`)).toEqual(before);
  });
});

test("a week-end's changes are all seen, and nothing else", async () => {
  const root = join(base, 'weekend');
  writeSampleMailbox(root, { messages: 200, seed: 5, size: 0 });
  const session = await open(`maildir:${root}`, 'read');
  const state = async (cursors: Map<string, string>, known: ReadonlyMap<string, string>) => {
    const seen = new Map<string, string>();
    const untouched: string[] = [];
    for (const container of await session.reader.containers()) {
      for await (const page of session.reader.changes(container.id, cursors.get(container.id), {})) {
        for (const change of page.changes)
          seen.set(`${container.path.join('/')} ${change.id}`, change.flags?.join() ?? '');
        if (page.mode === 'delta') {
          const folder = container.path.join('/');
          untouched.push(folder);
          for (const [key, flags] of known) if (key.startsWith(`${folder} `)) seen.set(key, flags);
        }
        if (page.next !== undefined) cursors.set(container.id, page.next.cursor);
      }
    }
    return { seen, untouched };
  };
  const cursors = new Map<string, string>();
  const before = (await state(cursors, new Map())).seen;
  const { changes } = growSampleMailbox(root, { seed: 5 });
  const { seen: after, untouched } = await state(cursors, before);
  const id = (name: string): string => name.replace(/,S=.*/, '');
  const expected = new Set<string>();
  for (const change of changes) {
    expected.add(`${change.folder} ${id(change.name)}`);
    if (change.to !== undefined) expected.add(`${change.to} ${id(change.name)}`);
  }
  const different = new Set<string>();
  for (const key of [...before.keys(), ...after.keys()]) if (before.get(key) !== after.get(key)) different.add(key);
  expect(different).toEqual(expected);
  for (const folder of untouched)
    for (const change of changes) expect([change.folder, change.to]).not.toContain(folder);
});

// Real messages from other projects' test suites, where they are at hand.
const corpus = fileURLToPath(new URL('../../../../../shared/corpus/mail', import.meta.url));

test.skipIf(!existsSync(corpus))(
  'a corpus of real-world oddities goes through mbox and back byte by byte',
  async () => {
    const names = readdirSync(corpus).filter((name) => name.endsWith('.eml'));
    await copy(`eml:${corpus}`, `mbox:${join(base, 'corpus')}`);
    await copy(`mbox:${join(base, 'corpus')}`, `eml:${join(base, 'corpus-back')}`);
    const hashes = (dir: string): string[] =>
      (readdirSync(dir, { recursive: true }) as string[])
        .filter((name) => name.endsWith('.eml'))
        .map((name) =>
          createHash('sha256')
            .update(readFileSync(join(dir, name)))
            .digest('hex'),
        )
        .sort();
    expect(hashes(join(base, 'corpus-back'))).toEqual(hashes(corpus));
    expect(names.length).toBeGreaterThan(0);
  },
);
