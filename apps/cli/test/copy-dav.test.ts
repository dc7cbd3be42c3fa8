import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Radicale, RawDav, startRadicale } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Outcome, sterna, testFolder } from './sterna.ts';

const SECRET = 'Sw0rdfish-of-the-source';
let folder: Awaited<ReturnType<typeof testFolder>>;
let dav: Radicale;
/** A web server that knows nothing of DAV. */
let web: Server;

beforeAll(async () => {
  folder = await testFolder();
  dav = await startRadicale({ users: [{ name: 'ada', password: SECRET }, 'bo'] });
  web = createServer((_, answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>'));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const ada = new RawDav(`${dav.url}ada/`, 'ada', SECRET);
  await ada.makeAddressBook('people/', 'People');
  await ada.put('people/1.vcf', 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c1\r\nFN:C 1\r\nN:C;;;;\r\nEND:VCARD\r\n');
}, 60_000);
afterAll(async () => {
  web?.close();
  await dav?.stop();
  await folder?.remove();
});

const at = (scheme: string, user: string, port = dav.port, path = '') =>
  `${scheme}+http://${user}@127.0.0.1:${port}${path}`;
const copy = (source: string, target: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
  sterna(['copy', source, target, '--state', join(folder.path, 'state')], {
    STERNA_SOURCE_PASSWORD: SECRET,
    STERNA_TARGET_PASSWORD: 'pw',
    ...env,
  });

/** Ends with this code, says what is wrong and what to do in two lines, and gives no password away. */
function expectRefused({ code, stderr, stdout }: Outcome, expected: number, words: RegExp): void {
  expect([code, stderr]).toEqual([expected, expect.stringMatching(/^(?:initial: .+\n)*sterna: .+\nFix: .+\n$/)]);
  expect(stderr).toMatch(words);
  expect(stderr + stdout).not.toContain(SECRET);
}

test('an address book, from server to server', async () => {
  const outcome = await copy(at('carddav', 'ada'), at('carddav', 'bo'));
  expect(outcome.code, outcome.stderr).toBe(0);
  expect(outcome.stdout).toMatch(/initial pass: seen 1 = created 1; the books balance/);
  expect(dav.objects('bo').get('People')).toHaveLength(1);
});

test('a wrong password, on either side', async () => {
  const source = await copy(at('carddav', 'ada'), at('carddav', 'bo'), { STERNA_SOURCE_PASSWORD: 'wrong' });
  expectRefused(source, 5, /refused the sign-in/);
  const target = await copy(at('caldav', 'ada'), at('caldav', 'bo'), { STERNA_TARGET_PASSWORD: 'wrong' });
  expectRefused(target, 5, /refused the sign-in/);
});

test('a web server that is no DAV server, and a path where there is none', async () => {
  const { port } = web.address() as AddressInfo;
  expectRefused(await copy(at('carddav', 'ada', port), at('carddav', 'bo')), 2, /is no CardDAV address books server/);
  expectRefused(
    await copy(at('carddav', 'ada'), at('carddav', 'bo', port, '/dav/')),
    2,
    /is no CardDAV address books server/,
  );
  expectRefused(
    await copy(at('caldav', 'ada', dav.port, '/nobody/nowhere/'), at('caldav', 'bo')),
    5,
    /looking for the home: 403/,
  );
});

test('nobody listens there', async () => {
  const { port } = web.address() as AddressInfo;
  await new Promise((resolve) => web.close(resolve));
  expectRefused(await copy(at('caldav', 'ada', port), at('caldav', 'bo')), 6, /Nothing accepts connections/);
});

test('addresses that can’t be right', async () => {
  const target = at('caldav', 'bo');
  for (const [address, words] of [
    [`caldav+http://127.0.0.1:${dav.port}/`, /names no user/],
    [`caldav+ftp://ada@127.0.0.1:${dav.port}/`, /scheme caldav\+ftp: is not known/],
    [`caldav+http://ada:${SECRET}@127.0.0.1:${dav.port}/`, /password/i],
    ['caldav+http://', /http/],
  ] as const)
    expectRefused(await copy(address, target), 2, words);
  expectRefused(await copy(at('caldav', 'ada'), at('caldav', 'ada')), 2, /The target is the source/);
  // Calendars into an address book: there is nothing that both sides hold.
  expectRefused(await copy(at('caldav', 'ada'), at('carddav', 'bo')), 2, /has events, tasks, .* holds contacts/);
});
