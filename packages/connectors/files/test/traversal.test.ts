import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { SternaError } from '@sterna/core';
import { describe, expect, test } from 'vitest';
import { filesConnector } from '../src/index.ts';
import { collect } from './collect.ts';
import { createOp, makeBase, openFiles } from './support.ts';

const SECRET = 'not yours';

/** A drive with one folder and one file, and a secret beside it. */
function stage(): { readonly root: string; readonly outside: string } {
  const { root, outside } = makeBase();
  mkdirSync(join(root, 'folder', 'below'), { recursive: true });
  writeFileSync(join(root, 'folder', 'file'), 'mine');
  writeFileSync(join(outside, 'file'), SECRET);
  mkdirSync(join(outside, 'below'));
  return { root, outside };
}

/** Puts a link to the folder outside in the place of a folder, as somebody else might between two of our calls. */
function swap(root: string, outside: string): void {
  renameSync(join(root, 'folder'), join(root, 'folder before'));
  symlinkSync(outside, join(root, 'folder'));
}

const readAll = async (session: Awaited<ReturnType<typeof openFiles>>, container: string, ids: readonly string[]) => {
  const results: unknown[] = [];
  for await (const one of session.reader.read(container, ids)) results.push('body' in one ? String(one.body) : one);
  return results;
};

describe('a folder that is swapped for a link', () => {
  test('before it is listed, and between its listing and its reading: nothing behind the link is told', async () => {
    const { root, outside } = stage();
    const session = await openFiles(root);
    const containers = await session.reader.containers();
    expect(containers.map(({ id }) => id)).toEqual(['', 'folder', 'folder/below']);
    const listing = session.reader.changes('folder', undefined, {})[Symbol.asyncIterator]();
    expect((await listing.next()).value?.changes).toMatchObject([{ id: 'file' }]);
    swap(root, outside);
    expect(await readAll(session, 'folder', ['file'])).toEqual([{ id: 'file', vanished: true }]);
    expect(await readAll(session, 'folder/below', ['../file', '..', 'file'])).toEqual([
      { id: '../file', vanished: true },
      { id: '..', vanished: true },
      { id: 'file', vanished: true },
    ]);
    await expect(session.reader.changes('folder', undefined, {})[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'container-not-found',
    });
    const now = await session.reader.containers();
    expect(now.map(({ id }) => id)).toEqual(['', 'folder before', 'folder before/below']);
  });

  test('while its files are read: what is read is what was in the folder that was opened', async () => {
    const { root, outside } = stage();
    const names = Array.from({ length: 200 }, (_, n) => `file ${n}`);
    for (const name of names) {
      writeFileSync(join(root, 'folder', name), 'mine');
      writeFileSync(join(outside, name), SECRET);
    }
    const session = await openFiles(root);
    let read = 0;
    for await (const one of session.reader.read('folder', names)) {
      if (read++ === 0) swap(root, outside);
      expect('body' in one && String(one.body)).toBe('mine');
    }
    expect(read).toBe(names.length);
  });

  test('a file in the place of which a link is put, also of a large one that is read later', async () => {
    const { root, outside } = stage();
    const large = Buffer.alloc(5 * 1024 * 1024, 'mine');
    writeFileSync(join(root, 'large'), large);
    writeFileSync(join(outside, 'large'), Buffer.alloc(large.length, SECRET));
    const session = await openFiles(root);
    const [content] = await collect(session.reader.read('', ['large']));
    if (content === undefined || !('body' in content) || Buffer.isBuffer(content.body)) throw new Error('not streamed');
    unlinkSync(join(root, 'large'));
    symlinkSync(join(outside, 'large'), join(root, 'large'));
    await expect(collect(content.body)).rejects.toMatchObject({ class: 'object' });
    expect(await readAll(session, '', ['large'])).toMatchObject([{ error: { code: 'symlink-not-migrated' } }]);
    rmSync(join(root, 'folder', 'file'));
    symlinkSync('/etc/passwd', join(root, 'folder', 'file'));
    expect(await readAll(session, 'folder', ['file'])).toMatchObject([{ error: { code: 'symlink-not-migrated' } }]);
  });

  test('in the target: nothing is made, written over, moved or removed behind the link', async () => {
    const { root, outside } = stage();
    const session = await openFiles(root, 'write');
    const { writer } = session;
    swap(root, outside);
    const before = readdirSync(outside, { recursive: true }).sort();
    expect(await writer.apply([createOp('new', Buffer.from('x'), { container: 'folder' })])).toMatchObject([
      { outcome: 'refused' },
    ]);
    const file = { container: 'folder', targetId: 'file' };
    expect(
      await writer.apply([
        { verb: 'replace', op: 'a', ...file, ifVersion: undefined, size: 1, body: Buffer.from('x') },
        { verb: 'remove', op: 'b', ...file, how: 'expunge' },
        { verb: 'place', op: 'c', ...file, to: '' },
      ]),
    ).toMatchObject([{ outcome: 'missing' }, { outcome: 'missing' }, { outcome: 'missing' }]);
    expect(await writer.removeContainer?.('folder/below')).toBe('missing');
    expect(await writer.removeContainer?.('folder')).toBe('missing');
    for (const path of [['folder'], ['folder', 'made'], ['folder', 'below', 'made']])
      await expect(writer.ensureContainer(path, { kind: 'file' })).rejects.toMatchObject({ code: 'file-in-the-way' });
    // Not through the name of a file, either.
    symlinkSync(join(outside, 'file'), join(root, 'link'));
    symlinkSync(join(outside, 'made by a dangling link'), join(root, 'dangling'));
    for (const name of ['link', 'dangling']) {
      expect(await writer.apply([createOp(name, Buffer.from('x'))])).toMatchObject([
        { outcome: 'exists', targetId: name },
      ]);
      expect(
        await writer.apply([
          {
            verb: 'replace',
            op: 'd',
            container: '',
            targetId: name,
            ifVersion: undefined,
            size: 1,
            body: Buffer.from('x'),
          },
        ]),
      ).toMatchObject([{ outcome: 'refused' }]);
    }
    expect(readdirSync(outside, { recursive: true }).sort()).toEqual(before);
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe(SECRET);
  });

  test('a link, or a second name of another file, under the name of what is half written', async () => {
    const { root, outside } = stage();
    const { writer } = await openFiles(root, 'write');
    const stamp = 'ab'.repeat(16);
    const body = Buffer.alloc(100_000, 'new');
    const stream = async function* (): AsyncGenerator<Buffer> {
      yield body;
    };
    for (const [n, bodyOf] of [[1, () => body] as const, [2, stream] as const]) {
      symlinkSync(join(outside, 'file'), join(root, `.sterna-${stamp}.part`));
      const op = createOp(`new ${n}`, body, { stamp });
      expect(await writer.apply([{ ...op, body: bodyOf() }])).toMatchObject([{ outcome: 'done' }]);
      expect(readFileSync(join(outside, 'file'), 'utf8')).toBe(SECRET);
      expect(readFileSync(join(root, `new ${n}`))).toEqual(body);
      expect(existsSync(join(root, `.sterna-${stamp}.part`))).toBe(false);
    }
  });
});

describe('addresses', () => {
  test('that lead elsewhere are refused, by their letters and by links', async () => {
    const { base, root, outside } = makeBase();
    symlinkSync(outside, join(root, 'link'));
    mkdirSync(join(root, 'inside', 'deep'), { recursive: true });
    for (const address of ['..', '../outside', '/', '/etc', 'inside/..', 'inside//deep', 'a\\b', 'nul\0', './inside'])
      for (const role of ['read', 'write'] as const)
        await expect(openFiles(root, role, address), address).rejects.toMatchObject({ code: 'bad-address' });
    for (const address of ['link', 'link/below']) {
      const error = await openFiles(root, 'write', address).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SternaError);
      expect(error).toMatchObject({ class: 'config' });
    }
    expect(readdirSync(outside)).toEqual([]);
    expect((await openFiles(root, 'read', 'inside/deep')).identity).toBe(join(root, 'inside', 'deep'));
    await openFiles(root, 'write', 'made/now');
    expect(readdirSync(root).sort()).toEqual(['inside', 'link', 'made']);
    for (const address of ['..', 'a/b', '.ssh', '', '@', '../x@y', 'u@..', 'u@.hidden'])
      await expect(openFiles(join(base, '{domain}', '{user}'), 'write', address), address).rejects.toMatchObject({
        code: 'bad-address',
      });
    expect(readdirSync(base).sort()).toEqual(['drive', 'outside']);
  });

  test('the administrator’s own link is followed: it is the folder that was meant', async () => {
    const { base, root, outside } = makeBase();
    symlinkSync(outside, join(base, 'alias'));
    expect((await openFiles(join(base, 'alias'))).identity).toBe(outside);
    expect((await openFiles(outside)).identity).toBe(outside);
    expect((await openFiles(root)).identity).not.toBe(outside);
  });

  test('drives are found: folders right below, or those that the pattern fits', async () => {
    const { base, root, outside } = makeBase();
    for (const path of ['ann', 'bob', '.hidden', 'x+y [1]']) mkdirSync(join(root, path));
    writeFileSync(join(root, 'file'), '');
    symlinkSync(outside, join(root, 'link'));
    for (const path of ['a.example/ann/files', 'b.example/bob/files'])
      mkdirSync(join(outside, path), { recursive: true });
    mkdirSync(join(outside, 'b.example', 'no drive'));
    const found = async (path: string): Promise<string[]> => {
      const system = { settings: { path }, credentials: {} };
      const items = await collect(filesConnector.discover(system, 'drive'));
      return items.map(({ address }) => address).sort();
    };
    expect(await found(root)).toEqual(['ann', 'bob', 'x+y [1]']);
    expect(await found(join(outside, '{domain}', '{user}', 'files'))).toEqual(['ann@a.example', 'bob@b.example']);
    expect(await found(join(base, 'd{user}'))).toEqual(['rive']);
    for (const address of await found(join(outside, '{domain}', '{user}', 'files')))
      await openFiles(join(outside, '{domain}', '{user}', 'files'), 'read', address);
    const mailboxes = filesConnector.discover({ settings: { path: root }, credentials: {} }, 'mailbox');
    expect(await collect(mailboxes)).toEqual([]);
  });
});
