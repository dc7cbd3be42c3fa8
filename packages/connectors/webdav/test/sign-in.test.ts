import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startApache } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { webdavConnector } from '../src/index.ts';

const requestTo = (url: string, address: string, password = 'pw') => ({
  system: { settings: { url, retryDelaysMs: [] }, credentials: { user: 'user', password } },
  address,
  installation: '0badcafe',
  signal: new AbortController().signal,
});

test('Digest on Apache: reads and writes, streams too; a wrong password is refused', async () => {
  await using apache = await startApache({ auth: 'digest' });
  mkdirSync(join(apache.root, 'café 1%'));
  writeFileSync(join(apache.root, 'café 1%', 'a?b.txt'), 'content');
  apache.adopt();
  const session = await webdavConnector.open({ ...requestTo(apache.url, 'user'), role: 'write' });
  try {
    expect(session.capabilities.evidence['sign-in']).toBe('digest');
    expect(session.capabilities.evidence.server).toBe('Apache mod_dav');
    expect(session.capabilities.dateKept).toBe(false);
    for await (const one of session.reader.read('café 1%', ['a?b.txt']))
      expect('body' in one && one.body.toString()).toBe('content');
    const raw = Buffer.alloc(5 * 1024 * 1024, 'sterna ');
    async function* body(): AsyncGenerator<Buffer> {
      yield raw.subarray(0, 1_000_000);
      yield raw.subarray(1_000_000);
    }
    expect(
      await session.writer?.apply([
        {
          verb: 'create',
          op: 'c',
          container: 'café 1%',
          name: 'large.bin',
          reservedId: 'large.bin',
          flags: [],
          date: undefined,
          size: raw.length,
          body: body(),
        },
      ]),
    ).toMatchObject([{ outcome: 'done', targetId: 'large.bin' }]);
    expect(readFileSync(join(apache.root, 'café 1%', 'large.bin')).equals(raw)).toBe(true);
  } finally {
    session.destroy();
  }
  await expect(webdavConnector.open({ ...requestTo(apache.url, 'user', 'wrong'), role: 'read' })).rejects.toMatchObject(
    {
      class: 'auth',
      code: 'sign-in-refused',
    },
  );
});

test('the entry’s address: a path below the system’s, which it can’t leave, or a user', async () => {
  await using apache = await startApache({ users: ['user', 'ada'] });
  mkdirSync(join(apache.root, 'team/a b'), { recursive: true });
  writeFileSync(join(apache.root, 'team/a b', 'x.txt'), 'x');
  mkdirSync(join(apache.root, 'ada'));
  apache.adopt();
  const files = async (url: string, address: string): Promise<unknown> => {
    const session = await webdavConnector.open({ ...requestTo(url, address), role: 'read' });
    try {
      return [(await session.reader.containers()).map(({ path, total }) => [path.join('/'), total]), session.identity];
    } finally {
      session.destroy();
    }
  };
  const host = `webdav://${apache.host}:${apache.port}`;
  expect(await files(apache.url, '/team/a b')).toEqual([[['', 1]], `${host}/team/a%20b/`]);
  expect(await files(`${apache.url}{address}`, 'ada')).toEqual([[['', 0]], `${host}/ada/`]);
  await expect(files(`${apache.url}team`, '/../ada')).rejects.toMatchObject({ class: 'config', code: 'path-invalid' });
  await expect(files(apache.url, '/team/nobody')).rejects.toMatchObject({ class: 'config', code: 'folder-not-found' });
});

test('a URL of the command line names scheme, user and folder, and never a password', () => {
  expect(webdavConnector.parseUrl('webdav+https://ada%40x@host/a%20b/', { insecure: false })).toMatchObject({
    settings: { url: 'https://host/a%20b/' },
    address: 'ada@x',
    credentials: { user: 'ada@x' },
  });
  expect(() => webdavConnector.parseUrl('webdav+https://ada:secret@host/', { insecure: false })).toThrow(
    expect.objectContaining({ class: 'config', field: 'password', message: expect.not.stringContaining('secret') }),
  );
});
