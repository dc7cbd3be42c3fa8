import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, createClient, LIVE_PASS_STATUSES } from '@sterna/api-contract';
import { createLog, type RunningServer, startServer } from '@sterna/server';
import { DirectGmail, type Google } from '@sterna/simulator-google';
import { prepareDatabase } from '@sterna/store/prepared';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scratch } from '../support/folders.ts';
import { googleApi, googleEndpoint } from '../support/google.ts';
import { until } from '../support/until.ts';
import { startGoogle } from '../support/watched-simulators.ts';

let dir: string;
let google: Google;
let server: RunningServer;
let client: Client;
let projectId: number;

beforeAll(async () => {
  dir = scratch('google-remigration');
  const dataDir = join(dir, 'data');
  await prepareDatabase(dataDir);
  [google, server] = await Promise.all([
    startGoogle({ empty: true }),
    startServer({ port: 0, dataDir, version: '0.0.0', log: createLog({ level: 'fatal' }) }),
  ]);
  const baseUrl = server.url as string;
  const { token = '' } = await createClient({ baseUrl }).setUp({
    body: { organization: 'Tern', email: 'ada@tern.example', password: 'correct horse battery staple' },
  });
  client = createClient({ baseUrl, token });
  const { settings, password = '' } = googleEndpoint(google, 'alice@nordwind.example');
  const system = async (name: string): Promise<number> =>
    (
      await client.createSystem({
        body: {
          name,
          connector: 'google',
          settings: settings as Record<string, unknown>,
          credentials: { password },
        },
      })
    ).id;
  const systems = { sourceSystemId: await system('Nordwind'), targetSystemId: await system('Lamna') };
  projectId = (await client.createProject({ body: { name: 'Move', ...systems } })).id;
}, 60_000);
afterAll(async () => {
  await server?.close();
  await google?.stop();
  rmSync(dir, { recursive: true, force: true });
  expect(google.calendarMails).toEqual([]);
  expect(google.failures).toEqual([]);
});

const AT = Date.UTC(2026, 1, 3, 10);
const message = (name: string): Buffer =>
  Buffer.from(
    `Message-ID: <${name}@old.example>\r\nDate: Tue, 3 Feb 2026 10:00:00 +0000\r\nFrom: a@old.example\r\nSubject: ${name}\r\n\r\nText of ${name}\r\n`,
  );
const MAIL = ['one', 'two', 'three', 'four'];

/** Somebody's mailbox on either side, and what is in it, past the product. */
function person(address: string) {
  const mail = new DirectGmail(google, address);
  const api = googleApi(google, address);
  const people = async () =>
    (await api('GET', '/v1/people/me/connections?personFields=names,biographies&pageSize=100')).connections ?? [];
  const events = async () => (await api('GET', '/calendar/v3/calendars/primary/events')).items;
  return {
    mail,
    subjects: () =>
      mail
        .messages()
        .map(({ mime, labels }) => `${/^Subject: (\S+)/m.exec(mime.toString())?.[1]} ${[...labels].sort().join()}`)
        .sort(),
    summaries: async (): Promise<string[]> =>
      (await events()).map(({ summary }: { summary: string }) => summary).sort(),
    names: async (): Promise<string[]> =>
      (await people()).map(({ names }: { names: { displayName: string }[] }) => names[0]?.displayName).sort(),
    async settle(): Promise<void> {
      for (const name of MAIL) mail.put(['INBOX', ...(name === 'one' ? ['Projekte'] : [])], message(name), AT);
      await api('POST', '/calendar/v3/calendars/primary/events', {
        summary: 'Planning',
        start: { dateTime: '2026-03-02T10:00:00Z' },
        end: { dateTime: '2026-03-02T11:00:00Z' },
      });
      await api('POST', '/v1/people:createContact?personFields=metadata', {
        names: [{ givenName: 'Grace', familyName: 'Hopper' }],
      });
    },
    /** The owner goes on working. */
    async rename(): Promise<void> {
      const [event] = await events();
      await api('PATCH', `/calendar/v3/calendars/primary/events/${event.id}`, { summary: 'Theirs' });
      const [contact] = await people();
      await api('PATCH', `/v1/${contact.resourceName}:updateContact?updatePersonFields=names`, {
        etag: contact.etag,
        metadata: { sources: contact.metadata?.sources },
        names: [{ givenName: 'Grace', familyName: 'Theirs' }],
      });
    },
  };
}

async function idle(entryId: number): Promise<void> {
  await until(`entry ${entryId} has come to rest`, async () => {
    const { items } = await client.listPasses({ query: { entryId, limit: 1 } });
    return !items.some(({ status }) => LIVE_PASS_STATUSES.includes(status));
  });
}

async function migrated(name: string) {
  const [from, to] = [`${name}@nordwind.example`, `${name}@lamna.example`];
  const [source, target] = [person(from), person(to)];
  await source.settle();
  await client.grantLicenses({ body: { type: 'mail', quantity: 2, note: name } });
  const { items } = await client.createEntries({
    params: { id: projectId },
    body: { entries: [{ sourceAddress: from, targetAddress: to }] },
  });
  const entryId = items[0]?.id ?? 0;
  await client.startEntry({ params: { id: entryId }, body: {} });
  await idle(entryId);
  expect(await client.entryReport({ params: { id: entryId } })).toMatchObject({
    balanced: true,
    books: { seen: MAIL.length + 2, created: MAIL.length + 2, failed: 0 },
  });
  return { source, target, entryId, to };
}

type Remigration = Awaited<ReturnType<Client['getRemigration']>>;

/** The remigration once it is at this step and waits for nothing but a person. */
async function at(id: number, step: Remigration['step']): Promise<Remigration> {
  let now: Remigration | undefined;
  await until(`remigration ${id} is at ${step}`, async () => {
    now = await client.getRemigration({ params: { id } });
    if (now.problem !== undefined) throw new Error(`${now.step}: ${now.problem}`);
    return now.step === step && now.waitingFor === undefined;
  });
  return now as Remigration;
}

const licensesLeft = async (): Promise<number> =>
  (await client.getBalances({})).items.find(({ type, tier }) => type === 'mail' && tier === 'standard')?.available ?? 0;

test('a mailbox whose content was deleted: backed up, emptied, migrated anew on a license of its own, and verified', async () => {
  const { source, target, entryId, to } = await migrated('alice');
  for (const { id, mime } of target.mail.messages())
    if (/^Subject: (?:one|two)/m.test(String(mime))) target.mail.remove(id);
  target.mail.put(['INBOX'], message('own'), AT);
  const plan = await client.planRemigration({ params: { id: entryId }, query: { live: true } });
  expect(plan.license.burns).toMatchObject({ tier: 'standard' });
  const left = await licensesLeft();

  const { id } = await client.beginRemigration({ params: { id: entryId }, body: { reason: 'target content deleted' } });
  await client.chooseRemigrationBackup({ params: { id }, body: { choice: 'backup' } });
  await at(id, 'target');
  await client.chooseRemigrationTarget({ params: { id }, body: { choice: 'empty' } });
  // Two of four, the owner's, an event and a contact.
  expect(await at(id, 'confirm')).toMatchObject({ frozen: { objects: 5 } });
  // What comes after the list isn't on it.
  target.mail.put(['INBOX'], message('late'), AT);
  await client.confirmRemigrationEmptying({ params: { id }, body: { targetAddress: to } });
  await at(id, 'recreate');
  expect(target.subjects()).toEqual(['late INBOX']);
  expect([await target.summaries(), await target.names()]).toEqual([[], []]);
  const { newEntryId = 0 } = await client.recreateRemigration({ params: { id }, body: {} });
  expect(await licensesLeft()).toBe(left - 1);
  await client.startRemigration({ params: { id } });
  await at(id, 'verify');
  await client.verifyRemigration({ params: { id }, body: {} });
  expect(await at(id, 'done')).toMatchObject({ verified: 'ok' });

  const mine = target.subjects().filter((one) => !one.startsWith('late'));
  expect(mine).toEqual(source.subjects());
  expect(await target.summaries()).toEqual(['Planning']);
  expect(await target.names()).toEqual(['Grace Hopper']);
  expect(await client.entryReport({ params: { id: newEntryId } })).toMatchObject({
    balanced: true,
    books: { seen: 6, created: 6, failed: 0 },
  });

  // What the owner had of their own is in the backup, and comes back from there without a license.
  const [backup] = (await client.listBackups({ query: { ofEntryId: entryId } })).items;
  const restored = await client.restoreBackup({ params: { id: backup?.entryId ?? 0 }, body: {} });
  await idle(restored.entryId);
  expect(target.subjects().filter((one) => one.startsWith('own'))).toEqual(['own INBOX']);
  expect(target.subjects()).toHaveLength(6);
  expect(await target.summaries()).toEqual(['Planning']);
  expect(await licensesLeft()).toBe(left - 1);
}, 60_000);

// Messages that are there are taken over, which counts as skipped.
test.each([
  ['skip', 'bjorn', ['Theirs'], ['Grace Theirs'], { created: 1, skipped: 5, updated: 0 }],
  ['overwrite', 'chloe', ['Planning'], ['Grace Hopper'], { created: 1, skipped: 3, updated: 2 }],
  ['rename', 'daiki', ['Planning', 'Theirs'], ['Grace Hopper', 'Grace Theirs'], { created: 3, skipped: 3, updated: 0 }],
] as const)(
  'a target that is kept: no message twice, and what the owner changed by the option “%s”',
  async (conflict, name, events, contacts, books) => {
    const { target, entryId } = await migrated(name);
    const [lost] = target.mail.messages();
    target.mail.remove(lost?.id ?? '');
    await target.rename();
    const { id } = await client.beginRemigration({ params: { id: entryId }, body: { reason: 'critical errors' } });
    await client.chooseRemigrationBackup({ params: { id }, body: { choice: 'refuse', why: 'a test' } });
    await client.chooseRemigrationTarget({ params: { id }, body: { choice: 'keep', conflict } });
    const { newEntryId = 0 } = await client.recreateRemigration({ params: { id }, body: {} });
    await client.startRemigration({ params: { id } });
    await at(id, 'verify');
    expect(target.subjects()).toHaveLength(MAIL.length);
    expect(new Set(target.subjects()).size).toBe(MAIL.length);
    expect(await target.summaries()).toEqual(events);
    expect(await target.names()).toEqual(contacts);
    expect(await client.entryReport({ params: { id: newEntryId } })).toMatchObject({
      balanced: true,
      books: { seen: MAIL.length + 2, failed: 0, uncertain: 0, ...books },
    });
  },
  60_000,
);
