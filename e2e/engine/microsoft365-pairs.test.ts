import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connectors } from '@sterna/connectors';
import { DirectMail, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { type Dovecot, type Radicale, startDovecot, startRadicale } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { microsoftOrganization } from '../golden/apis/graph.ts';
import { compare, type Finding, type Told } from '../golden/compare.ts';
import type { GoldenObject } from '../golden/objects.ts';
import { addEntry, type Bench, type Endpoint, openBench, pass } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { Graph } from '../support/graph.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { calendarsOf, startTenants } from '../support/microsoft365-tenants.ts';
import { davObject, mailObjects } from '../support/standards-objects.ts';

const FROM = 'contoso.example';
let dir: string;
let bench: Bench;
let tenants: Microsoft365;
let mail: Dovecot;
let dav: Radicale;
beforeAll(async () => {
  dir = scratch('engine-microsoft365-pairs');
  [bench, tenants, mail, dav] = await Promise.all([
    openBench(join(dir, 'data'), [...connectors.values()]),
    startTenants(),
    startDovecot({ listescape: true }),
    startRadicale({ users: ['bjorn'] }),
  ]);
});
afterAll(async () => {
  const { failures } = tenants;
  await Promise.all([bench.close(), tenants.stop(), mail.stop(), dav.stop()]);
  rmSync(dir, { recursive: true, force: true });
  expect(failures).toEqual([]);
});

/** All that somebody has, by Graph alone. */
const graphObjects = (address: string): Promise<readonly GoldenObject[]> =>
  microsoftOrganization(tenants.baseUrl, address.split('@')[1] ?? '', {
    holders: [],
    everybody: [],
    withSettings: true,
  }).read({ type: 'person', address });

/** What the books tell of objects, by the name that people know them by. */
async function toldOf(...entries: readonly number[]): Promise<Told[]> {
  const { rows } = await bench.database.pool.query<Told>(
    `select null as "objectId", subject, code, kind, null as folder, text as reason from object_note
      where entry_id = any($1)`,
    [entries],
  );
  return rows.map(({ objectId: _, folder: _folder, ...note }) => ({ ...note, objectId: undefined, folder: undefined }));
}

/** Only what both sides have words for. */
function inWordsOf(copies: readonly GoldenObject[], originals: readonly GoldenObject[]): GoldenObject[] {
  const words = new Map(copies.map(({ kind, properties }) => [kind, Object.keys(properties)]));
  return originals.flatMap(({ native, ...one }) => {
    const names = words.get(one.kind);
    if (names === undefined) return [];
    const said = { ...native, ...one.properties };
    // The first of its addresses is nobody's name.
    const key = one.kind === 'contact' ? one.name : one.key;
    return { ...one, key, properties: Object.fromEntries(names.map((name) => [name, said[name] ?? ''])) };
  });
}

const unaccounted = (findings: readonly Finding[]): readonly string[] =>
  findings
    .filter(({ verdict }) => verdict === 'unaccounted')
    .map(({ kind, name, problem, differences, codes }) =>
      [
        `${kind} ${name}`,
        problem ?? '',
        codes.join(' '),
        ...differences.map(({ property, was, is }) => `${property}: ${was} → ${is}`),
      ].join(' | '),
    );

test('a mailbox goes to IMAP, CalDAV and CardDAV: all that it says is there, and a delta brings what changed', async () => {
  const address = `bjorn@${FROM}`;
  const target: Endpoint = {
    connector: 'standards',
    settings: {
      imap: { host: mail.host, port: mail.port, tls: 'none' },
      caldav: { url: dav.url },
      carddav: { url: dav.url },
    },
    address: 'bjorn',
    password: 'pw',
  };
  const entry = await addEntry(bench, microsoft365Endpoint(tenants, address), target);
  const arrived = async (): Promise<GoldenObject[]> => [
    ...(await mailObjects(mail.mailRoot('bjorn'))),
    ...[...dav.objects('bjorn').values()].flat().map(davObject),
  ];
  const expectAllThere = async (): Promise<void> => {
    const copies = await arrived();
    const { findings } = compare(inWordsOf(copies, await graphObjects(address)), copies, await toldOf(entry));
    expect(unaccounted(findings)).toEqual([]);
    for (const kind of ['message', 'event', 'contact', 'task'])
      expect(findings.filter((one) => one.kind === kind && one.verdict === 'identical').length, kind).toBeGreaterThan(
        2,
      );
  };
  const first = await pass(bench, entry, 'initial');
  expect(first).toMatchObject({ error: null, books: { balanced: true, total: { failed: 0 } } });
  await expectAllThere();

  const graph = new Graph(tenants, address);
  const box = new DirectMail(tenants, address);
  await box.put(['INBOX'], Buffer.from('Message-ID: <new@x>\r\nSubject: New\r\n\r\nNew.\r\n'), Date.UTC(2026, 7, 2));
  const calendars = calendarsOf(tenants, address);
  const series = [...calendars.events.values()].find(({ fields }) => fields.subject === 'Team meeting');
  if (series === undefined) throw new Error('there is no meeting');
  calendars.changeEvent(series, () => {
    series.fields = { ...series.fields, subject: 'Team meeting, renamed' };
  });
  const [contact] = (await graph.call('GET', '/contacts?$top=1')).value;
  await graph.call('PATCH', `/contacts/${contact.id}`, { jobTitle: 'Chief of everything' });
  const [list] = (await graph.call('GET', '/todo/lists')).value;
  await graph.call('POST', `/todo/lists/${list.id}/tasks`, { title: 'A new one', importance: 'high' });
  expect((await pass(bench, entry, 'delta')).books).toMatchObject({
    balanced: true,
    total: { created: 2, updated: 2, failed: 0 },
  });
  await expectAllThere();
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });
  expect(tenants.invitations).toEqual([]);
}, 120_000);
