import { describeReader, type FoundMessage, fileNameOf, files, type SuiteEndpoint } from '@sterna/connector-suite';
import { type Cyrus, cyrusInstalled, startCyrus } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { webdavConnector } from '../src/index.ts';

/**
 * Files of Cyrus (its module `webdav`): a server whose reports say that there is `sync-collection`, of single folders, and
 * leave folders out of it.
 */

let cyrus: Cyrus;
let serial = 0;

beforeAll(async () => {
  if (cyrusInstalled()) cyrus = await startCyrus({ users: ['ann'], drives: true });
}, 60_000);
afterAll(() => cyrus?.stop());

const HOME = '/dav/drive/user/ann/';

const XML = { 'content-type': 'application/xml; charset=utf-8' };
const encoded = (path: readonly string[]): string => path.map(encodeURIComponent).join('/');

/** Past the connector. @throws Error where the server refuses */
async function ask(
  method: string,
  path: string,
  options: { body?: Buffer | string; headers?: Record<string, string>; refused?: readonly number[] } = {},
): Promise<{ status: number; body: Buffer }> {
  const answer = await fetch(`${cyrus.davUrl}${path}`, {
    method,
    headers: { authorization: `Basic ${Buffer.from('ann:pw').toString('base64')}`, ...options.headers },
    ...(options.body === undefined ? {} : { body: new Uint8Array(Buffer.from(options.body)) }),
  });
  const body = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok && !options.refused?.includes(answer.status)) throw new Error(`${method} ${path}: ${answer.status}`);
  return { status: answer.status, body };
}

async function endpoint(): Promise<SuiteEndpoint> {
  const own = `e${++serial}`;
  const at = (path: readonly string[]): string => `${HOME}${own}/${encoded(path)}`;
  const folder = async (path: readonly string[]): Promise<void> => {
    // 403: it is there.
    for (const [i] of path.entries()) await ask('MKCOL', `${at(path.slice(0, i + 1))}/`, { refused: [403] });
  };
  const members = async (path: readonly string[]): Promise<{ path: string[]; isFolder: boolean }[]> => {
    const { body } = await ask('PROPFIND', path.length === 0 ? at([]) : `${at(path)}/`, {
      headers: { depth: '1', ...XML },
      body: '<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>',
    });
    const hrefs = [...body.toString('utf8').matchAll(/href>([^<]*)</g)].map(([, href]) =>
      (href as string).replace(/&amp;/g, '&').replace(/&lt;/g, '<'),
    );
    const inner = hrefs.flatMap((href) => {
      const names = href.slice(at([]).length).split('/').filter(Boolean).map(decodeURIComponent);
      return names.length === path.length + 1 ? [{ path: names, isFolder: href.endsWith('/') }] : [];
    });
    const below = await Promise.all(inner.filter((one) => one.isFolder).map((one) => members(one.path)));
    return [...inner, ...below.flat()];
  };
  await ask('MKCOL', at([]));
  return {
    connector: webdavConnector,
    system: {
      settings: { url: `${cyrus.davUrl}/dav/drive/user/{user}/${own}/`, retryDelaysMs: [0, 0, 10] },
      credentials: { user: 'ann', password: 'pw' },
    },
    address: 'ann',
    async seed(objects) {
      for (const { folder: path, raw } of objects) {
        await folder(path);
        await ask('PUT', at([...path, fileNameOf(raw)]), { body: raw });
      }
    },
    async dump() {
      const found = (await members([])).filter(({ isFolder }) => !isFolder);
      return Promise.all(
        found.map(async ({ path }): Promise<FoundMessage> => {
          const { body } = await ask('GET', at(path));
          return { folder: path.slice(0, -1), raw: body, flags: [], date: undefined, name: path.at(-1) as string };
        }),
      );
    },
    folders: async () => (await members([])).flatMap(({ path, isFolder }) => (isFolder ? [path] : [])),
    async remove({ folder: path, raw }) {
      await ask('DELETE', at([...path, fileNameOf(raw)]));
    },
    async replace({ folder: path, raw }, content) {
      await ask('PUT', at([...path, fileNameOf(raw)]), { body: content });
    },
    async move({ folder: path, raw }, to) {
      await folder(to);
      const name = fileNameOf(raw);
      await ask('MOVE', at([...path, name]), { headers: { destination: `${cyrus.davUrl}${at([...to, name])}` } });
    },
    makeFolder: folder,
    leftovers: async () => [],
    async dispose() {
      await ask('DELETE', at([]));
    },
  };
}

describe.skipIf(!cyrusInstalled())('Cyrus', () => {
  describeReader('webdav on Cyrus', {
    material: files,
    make: endpoint,
    keepsFlags: false,
    keepsDates: false,
    // Each file is a message to it, which takes a while to store.
    pagedMessages: 0,
    // Its folders are mailboxes: it takes few other characters, and leaves a `?` in an href as it is.
    folderNames: [['Documents', 'Below', 'Below'], ['.hidden folder'], ['what?'], ['plain-1.txt']],
    // Of an empty file it stores what was in its memory, it loses backslashes, and others are too much for it.
    notSeedable: ['an empty file', 'a name of markup', 'a name with a backslash', 'a name of two lines'],
  });

  test('its reports leave out folders that came, so nothing is left to them', async () => {
    const { system, address, seed, makeFolder } = await endpoint();
    const own = `${HOME}e${serial}/`;
    await seed([{ folder: [], raw: Buffer.from('name: a.txt\nA'), flags: [], date: new Date() }]);
    const open = () =>
      webdavConnector.open({
        system,
        address,
        role: 'read',
        installation: '00000000',
        signal: new AbortController().signal,
      });
    const changes = async (token: string): Promise<string> => {
      const body = `<sync-collection xmlns="DAV:"><sync-token>${token}</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`;
      return (await ask('REPORT', own, { headers: XML, body })).body.toString('utf8');
    };
    const before = await changes('');
    expect(before).toContain('a.txt');
    const first = await open();
    expect(first.capabilities.evidence.changes).toMatch(/folders are listed/);
    const known = await first.reader.containers({});
    await first.close();
    await makeFolder?.(['new', 'newer']);
    expect(await changes(/sync-token>([^<]*)</.exec(before)?.[1] ?? '')).not.toContain('new');
    const second = await open();
    const found = await second.reader.containers({ known });
    await second.close();
    expect(found.map(({ id }) => id)).toEqual(['', 'new', 'new/newer']);
  });
});
