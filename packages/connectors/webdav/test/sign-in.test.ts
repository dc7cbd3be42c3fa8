import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
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

test('a web page, and what lists a folder without the folder itself, are told from an empty folder', async () => {
  const pages: Record<string, (response: ServerResponse, depth: string | undefined) => void> = {
    page: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body><br></body></html>'),
    refusing: (response) => response.writeHead(405).end(),
    selfless: (response, depth) => {
      const one = (href: string, type: string): string =>
        `<d:response><d:href>${href}</d:href><d:propstat><d:prop><d:resourcetype>${type}</d:resourcetype></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;
      const own = one('/selfless/', '<d:collection/>');
      const inside = one('/selfless/a.txt', '') + one('/selfless/b.txt', '');
      response.writeHead(207).end(`<d:multistatus xmlns:d="DAV:">${depth === '1' ? inside : own}</d:multistatus>`);
    },
  };
  const server = createServer((request, response) => {
    if (request.method === 'OPTIONS') response.writeHead(200).end();
    else pages[request.url?.split('/')[1] ?? '']?.(response, request.headers.depth as string | undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const at = (path: string) =>
    webdavConnector.open({ ...requestTo(`http://127.0.0.1:${port}/${path}/`, 'user'), role: 'read' });
  try {
    for (const path of ['page', 'refusing'])
      await expect(at(path)).rejects.toMatchObject({ class: 'config', code: 'not-a-dav-server', field: 'url' });
    const session = await at('selfless');
    await expect(session.reader.containers()).rejects.toMatchObject({ class: 'transient', code: 'dav-answer-invalid' });
    session.destroy();
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
