import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { archiveConnector } from '@sterna/connector-archive';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { CATEGORIES, Graph, type Json, RULES } from '../support/graph.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';

let dir: string;
let bench: Bench;
let server: Microsoft365;
beforeAll(async () => {
  dir = scratch('engine-microsoft365-settings');
  [bench, server] = await Promise.all([
    openBench(join(dir, 'data'), [archiveConnector, microsoft365Connector]),
    startMicrosoft365({ empty: true }),
  ]);
});
afterEach(() => {
  expect(server.invitations.filter(({ kind }) => kind !== 'sharing')).toEqual([]);
});
afterAll(async () => {
  const [failure] = server.failures;
  await bench.close();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
  if (failure !== undefined) throw failure;
});

const graphOf = (address: string): Graph => new Graph(server, address);

/** A mailbox of a person who has settled in. */
async function furnished(address: string) {
  const graph = graphOf(address);
  const projects = await graph.call('POST', '/mailFolders', { displayName: 'Projekte' });
  await graph.call('POST', RULES, {
    displayName: 'Projects',
    sequence: 1,
    isEnabled: true,
    conditions: { fromAddresses: [{ emailAddress: { name: 'Boss', address: 'boss@contoso.example' } }] },
    exceptions: { subjectContains: ['private'] },
    actions: { moveToFolder: projects.id, stopProcessingRules: true },
  });
  await graph.call('POST', RULES, {
    displayName: 'Forward',
    sequence: 2,
    isEnabled: true,
    conditions: { hasAttachments: true },
    actions: { forwardTo: [{ emailAddress: { name: 'Deputy', address: 'deputy@contoso.example' } }] },
  });
  await graph.call('POST', CATEGORIES, { displayName: 'Urgent', color: 'preset0' });
  await graph.call('PATCH', '/mailboxSettings', {
    language: { locale: 'de-DE' },
    automaticRepliesSetting: {
      status: 'scheduled',
      internalReplyMessage: 'Bin weg',
      externalReplyMessage: 'Away',
      scheduledStartDateTime: { dateTime: '2026-12-24T08:00:00.0000000', timeZone: 'W. Europe Standard Time' },
      scheduledEndDateTime: { dateTime: '2027-01-04T08:00:00.0000000', timeZone: 'W. Europe Standard Time' },
    },
  });
  return graph;
}
const SETTINGS = 5;

test('tenant to tenant: rules find their folders and people, a delta changes what changed, verification finds all', async () => {
  const source = await furnished('alice@contoso.example');
  await source.call('POST', '/calendar/calendarPermissions', {
    role: 'read',
    emailAddress: { address: 'bjorn@contoso.example' },
  });
  const mailed = server.invitations.length;
  const target = graphOf('alice@fabrikam.example');
  const entry = await addEntry(
    bench,
    microsoft365Endpoint(server, 'alice@contoso.example'),
    microsoft365Endpoint(server, 'alice@fabrikam.example'),
  );
  await mapping(bench, entry, 'boss@contoso.example', 'chief@fabrikam.example');
  await mapping(bench, entry, 'deputy@contoso.example', 'second@fabrikam.example');
  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  expect(first.status).toBe('completed');
  const { kinds } = first.books as Json;
  expect(kinds.setting).toMatchObject({ seen: SETTINGS + 1, created: SETTINGS, skipped: 1, failed: 0 });

  const folders = (await target.call('GET', '/mailFolders?$top=100')).value;
  const projects = folders.find(({ displayName }: Json) => displayName === 'Projekte');
  const [rule, forward] = await target.rules();
  expect(rule).toMatchObject({
    displayName: 'Projects',
    conditions: { fromAddresses: [{ emailAddress: { address: 'chief@fabrikam.example' } }] },
    exceptions: { subjectContains: ['private'] },
    actions: { moveToFolder: projects.id, stopProcessingRules: true },
  });
  expect(forward.actions.forwardTo).toMatchObject([{ emailAddress: { address: 'second@fabrikam.example' } }]);
  expect(await target.categories()).toMatchObject([{ displayName: 'Urgent', color: 'preset0' }]);
  expect((await target.settings()).automaticRepliesSetting).toMatchObject({
    status: 'scheduled',
    internalReplyMessage: 'Bin weg',
    scheduledStartDateTime: { dateTime: '2026-12-24T07:00:00.0000000', timeZone: 'UTC' },
  });
  // Nobody was mailed: who the calendar is shared with is told instead.
  expect(server.invitations).toHaveLength(mailed);
  const told = await notes(bench, entry);
  const codes = told.map(({ code }) => code);
  for (const code of ['setting-not-held', 'rule-sends-mail', 'automatic-reply-on']) expect(codes).toContain(code);
  const share = told.find(({ code }) => code === 'setting-not-held');
  expect(share?.subject).toContain('bjorn@contoso.example');
  expect(share?.fix).toContain('Add-MailboxFolderPermission');

  const ids = (await target.rules()).map(({ id }) => id);
  server.requests.length = 0;
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });
  expect(server.requests.filter(({ method, target: path }) => method !== 'GET' && !/batch|token/.test(path))).toEqual(
    [],
  );

  const [one] = await source.rules();
  await source.call('PATCH', `${RULES}/${one.id}`, { exceptions: { subjectContains: null }, isEnabled: false });
  await source.call('PATCH', '/mailboxSettings', { automaticRepliesSetting: { status: 'disabled' } });
  const changed = await pass(bench, entry, 'delta');
  expect(changed.books.total).toMatchObject({ created: 0, updated: 2, failed: 0 });
  const now = await target.rules();
  expect(now.map(({ id }) => id)).toEqual(ids);
  expect(now[0]).toMatchObject({ isEnabled: false, actions: { moveToFolder: projects.id } });
  expect(now[0].exceptions).toEqual({});
  expect((await target.settings()).automaticRepliesSetting.status).toBe('disabled');
  const verified = verifyResult(await pass(bench, entry, 'verify'));
  expect(verified).toMatchObject({ ok: true, different: 0, missing: 0 });

  // A person works on the copy; then the source changes, too: the conflict option decides.
  await target.call('PATCH', `${RULES}/${ids[0]}`, { isEnabled: true });
  await source.call('PATCH', `${RULES}/${one.id}`, { actions: { markAsRead: true } });
  const kept = await pass(bench, entry, 'delta');
  expect((kept.books as Json).kinds.setting).toMatchObject({ updated: 0, skipped: 2 });
  expect((await target.rules())[0].actions).not.toHaveProperty('markAsRead');
  await source.call('PATCH', `${RULES}/${one.id}`, { actions: { markImportance: 'high' } });
  await pass(bench, entry, 'delta', { conflict: 'overwrite' });
  expect((await target.rules())[0]).toMatchObject({
    isEnabled: false,
    actions: { markAsRead: true, markImportance: 'high' },
  });
}, 120_000);

test('what the target has already stays by default and is never there twice; a folder that is left out holds a rule back', async () => {
  await furnished('bjorn@contoso.example');
  const target = graphOf('bjorn@fabrikam.example');
  await target.call('POST', CATEGORIES, { displayName: 'urgent', color: 'preset7' });
  await target.call('POST', RULES, { displayName: 'Forward', sequence: 1, actions: { markAsRead: true } });
  const entry = await addEntry(
    bench,
    microsoft365Endpoint(server, 'bjorn@contoso.example'),
    microsoft365Endpoint(server, 'bjorn@fabrikam.example'),
  );
  const first = await pass(bench, entry, 'initial', { folders: { exclude: ['Projekte'] }, conflict: 'rename' });
  expect((first.books as Json).kinds.setting).toMatchObject({ seen: SETTINGS, created: 2, skipped: 2, failed: 1 });
  expect((await notes(bench, entry)).map(({ code }) => code)).toContain('setting-folder-missing');
  expect((await target.rules()).map(({ displayName }) => displayName)).toEqual(['Forward']);
  expect(await target.categories()).toMatchObject([{ displayName: 'urgent', color: 'preset7' }]);

  // Now it goes elsewhere, and the rule with it.
  const second = await pass(bench, entry, 'delta', { folders: { map: [{ from: 'Projekte', to: 'Arbeit' }] } });
  expect((second.books as Json).kinds.setting).toMatchObject({ created: 1, failed: 0 });
  const made = (await target.rules()).find(({ displayName }) => displayName === 'Projects');
  expect(await target.call('GET', `/mailFolders/${made.actions.moveToFolder}`)).toMatchObject({
    displayName: 'Arbeit',
  });
  expect((await target.rules()).map(({ displayName }) => displayName).sort()).toEqual(['Forward', 'Projects']);
}, 120_000);

test('emptying takes what was listed for it: no rule or category that an earlier pass took inventory of', async () => {
  const source = graphOf('farid@contoso.example');
  await source.call('POST', CATEGORIES, { displayName: 'Ours', color: 'preset1' });
  const target = graphOf('farid@fabrikam.example');
  await target.call('POST', CATEGORIES, { displayName: 'Theirs', color: 'preset0' });
  await target.call('POST', RULES, {
    ...{ displayName: 'Theirs', sequence: 1, isEnabled: true },
    ...{ conditions: { hasAttachments: true }, actions: { markAsRead: true } },
  });
  const entry = await addEntry(
    bench,
    microsoft365Endpoint(server, 'farid@contoso.example'),
    microsoft365Endpoint(server, 'farid@fabrikam.example'),
  );
  expect((await pass(bench, entry, 'initial')).status).toBe('completed');
  expect((await pass(bench, entry, 'empty', { empty: 'freeze' })).result).toMatchObject({ objects: 0 });
  expect((await pass(bench, entry, 'empty', { empty: 'remove' })).result).toMatchObject({ objects: 0 });
  expect((await target.rules()).map(({ displayName }: Json) => displayName)).toEqual(['Theirs']);
  expect((await target.categories()).map(({ displayName }: Json) => displayName).sort()).toEqual(['Ours', 'Theirs']);
});

test('answers that are lost make no rule twice, and leave none out', async () => {
  await furnished('daiki@contoso.example');
  const target = graphOf('jamal@fabrikam.example');
  const entry = await addEntry(
    bench,
    microsoft365Endpoint(server, 'daiki@contoso.example'),
    microsoft365Endpoint(server, 'jamal@fabrikam.example'),
  );
  const writes = (path: RegExp) => (request: { method: string; target: string }) =>
    request.method !== 'GET' && path.test(request.target);
  const { faults } = server;
  const lost = [
    faults.inject({ fault: { kind: 'lost-acknowledgement' }, when: writes(/messageRules$/) }),
    faults.inject({ fault: { kind: 'lost-acknowledgement' }, when: writes(/masterCategories$/) }),
    faults.inject({ fault: { kind: 'lost-acknowledgement' }, when: writes(/mailboxSettings$/) }),
  ];
  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  expect((first.books as Json).kinds.setting).toMatchObject({ seen: SETTINGS, failed: 0, uncertain: 0, skipped: 0 });
  expect((await target.rules()).map(({ displayName }) => displayName)).toEqual(['Projects', 'Forward']);
  expect(await target.categories()).toHaveLength(1);
  expect(verifyResult(await pass(bench, entry, 'verify'))).toMatchObject({ ok: true, different: 0, duplicated: 0 });
  expect(lost.map(({ struck }) => struck)).toEqual([1, 1, 1]);
}, 120_000);

test('a backup holds them as JSON that people can read, and restores them; mail alone leaves them behind, and says so', async () => {
  const source = await furnished('chloe@contoso.example');
  const root = join(dir, 'backup');
  const archive = { connector: 'archive', settings: { path: root, format: 'archive' }, address: '.' };
  const from = microsoft365Endpoint(server, 'chloe@contoso.example');
  const out = await addEntry(bench, from, archive);
  const saved = await pass(bench, out, 'initial');
  expect(saved.error).toBeNull();
  expect((saved.books as Json).kinds.setting).toMatchObject({ seen: SETTINGS, created: SETTINGS });
  const texts = readdirSync(join(root, 'settings'), { recursive: true, withFileTypes: true })
    .filter(({ name }) => name.endsWith('.json'))
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
  expect(texts).toHaveLength(SETTINGS);
  expect(texts.join()).toContain('"path": [\n        "Projekte"');

  const target = graphOf('chloe@fabrikam.example');
  const back = await addEntry(bench, archive, microsoft365Endpoint(server, 'chloe@fabrikam.example'));
  const restored = await pass(bench, back, 'initial');
  expect(restored.error).toBeNull();
  expect((restored.books as Json).kinds.setting).toMatchObject({ seen: SETTINGS, created: SETTINGS, failed: 0 });
  expect(verifyResult(await pass(bench, back, 'verify'))).toMatchObject({ ok: true, different: 0 });
  const plain = ({ displayName, conditions, exceptions, isEnabled }: Json): Json => ({
    displayName,
    conditions,
    exceptions: exceptions ?? {},
    isEnabled,
  });
  expect((await target.rules()).map(plain)).toEqual((await source.rules()).map(plain));

  const maildir = { connector: 'archive', settings: { path: join(dir, 'mail'), format: 'maildir' }, address: '.' };
  const mail = await pass(bench, await addEntry(bench, from, maildir), 'initial');
  expect(mail.error).toBeNull();
  expect((mail.books as Json).kinds.setting).toMatchObject({ seen: SETTINGS, filtered: SETTINGS, created: 0 });
  expect(existsSync(join(dir, 'mail', 'settings'))).toBe(false);
  // Switched off, nothing of them is written anywhere.
  const off = await addEntry(bench, from, microsoft365Endpoint(server, 'daiki@fabrikam.example'));
  const without = await pass(bench, off, 'initial', { kinds: { setting: false } });
  expect((without.books as Json).kinds.setting).toMatchObject({ filtered: SETTINGS, created: 0 });
  expect(await graphOf('daiki@fabrikam.example').rules()).toEqual([]);
  // Without the mail the folder is there, from the pass before, or it isn't.
  const known = await pass(bench, off, 'delta', { kinds: { message: false } });
  expect((known.books as Json).kinds.setting).toMatchObject({ created: SETTINGS, failed: 0 });
  const empty = await addEntry(bench, from, microsoft365Endpoint(server, 'elena@fabrikam.example'));
  const bare = await pass(bench, empty, 'initial', { kinds: { message: false } });
  expect((bare.books as Json).kinds.setting).toMatchObject({ created: SETTINGS - 1, failed: 1 });
  expect((await graphOf('elena@fabrikam.example').rules()).map(({ displayName }) => displayName)).toEqual(['Forward']);
}, 120_000);
