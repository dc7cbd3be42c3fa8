import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { archiveConnector } from '@sterna/connector-archive';
import { googleConnector } from '@sterna/connector-google';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import type { Google } from '@sterna/simulator-google';
import { MIGRATION_APP, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { furnishGmail, GMAIL_SETTINGS, gmailSettings } from '../support/gmail-settings.ts';
import { googleApi, googleEndpoint } from '../support/google.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { startGoogle, startMicrosoft365 } from '../support/watched-simulators.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of a service, looked at by tests
type Json = any;

let dir: string;
let bench: Bench;
let google: Google;
let microsoft: Microsoft365;
beforeAll(async () => {
  dir = scratch('engine-google-settings');
  [bench, google, microsoft] = await Promise.all([
    openBench(join(dir, 'data'), [archiveConnector, googleConnector, microsoft365Connector]),
    startGoogle({ empty: true }),
    startMicrosoft365({ empty: true }),
  ]);
});
afterEach(() => {
  expect(microsoft.invitations).toEqual([]);
});
afterAll(async () => {
  const [failure] = [...google.failures, ...microsoft.failures];
  await bench.close();
  await google.stop();
  await microsoft.stop();
  rmSync(dir, { recursive: true, force: true });
  if (failure !== undefined) throw failure;
});

/** Google Calendar past the connector. */
const calendarOf = (address: string) => {
  const api = googleApi(google, address);
  const call = (method: string, path: string, body?: object): Promise<Json> => api(method, `/calendar/v3${path}`, body);
  return {
    call,
    idOf: async (name: string): Promise<string> =>
      (await call('GET', '/users/me/calendarList')).items.find(({ summary }: Json) => summary === name).id,
    share: (id: string, role: string, scope: object) =>
      call('POST', `/calendars/${id}/acl?sendNotifications=false`, { role, scope }),
    shares: async (id: string): Promise<string[]> =>
      (await call('GET', `/calendars/${id}/acl`)).items
        .map(({ scope, role }: Json) => `${scope.type} ${scope.value ?? ''} ${role}`)
        .filter((one: string) => one !== `user ${address} owner`)
        .sort(),
  };
};

async function tokenFor(domain: string): Promise<string> {
  const form = { grant_type: 'client_credentials', client_id: MIGRATION_APP.id, client_secret: MIGRATION_APP.secret };
  const answer = await fetch(`${microsoft.baseUrl}/${domain}/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...form, scope: 'https://graph.microsoft.com/.default' }).toString(),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Graph past the connector. */
const graphOf = (address: string) => {
  const call = async (method: string, path: string, body?: object): Promise<Json> => {
    const answer = await fetch(`${microsoft.baseUrl}/v1.0/users/${address}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await tokenFor(address.split('@')[1] ?? '')}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    call,
    rules: async (): Promise<Json[]> => (await call('GET', RULES)).value,
    settings: (): Promise<Json> => call('GET', '/mailboxSettings'),
  };
};
const RULES = '/mailFolders/inbox/messageRules';
const settingsOf = (done: { books: Json }): Json => done.books.kinds.setting;
const codesOf = async (entry: number): Promise<string[]> => (await notes(bench, entry)).map(({ code }) => code);

test('Google to Microsoft 365: filters are rules, with their folders and people; what Exchange has no words for is told', async () => {
  const source = furnishGmail(google, 'alice@nordwind.example');
  const target = graphOf('alice@fabrikam.example');
  const entry = await addEntry(
    bench,
    googleEndpoint(google, 'alice@nordwind.example'),
    microsoft365Endpoint(microsoft, 'alice@fabrikam.example'),
  );
  await mapping(bench, entry, 'boss@nordwind.example', 'chief@fabrikam.example');
  await mapping(bench, entry, 'deputy@nordwind.example', 'second@fabrikam.example');
  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  expect(settingsOf(first)).toMatchObject({ seen: GMAIL_SETTINGS, created: GMAIL_SETTINGS - 4, skipped: 4, failed: 0 });
  const rules = await target.rules();
  const folders: Json[] = (await target.call('GET', '/mailFolders?$top=100')).value;
  const parent = folders.find(({ displayName }) => displayName === 'Projekte');
  const [nord] = (await target.call('GET', `/mailFolders/${parent.id}/childFolders`)).value;
  expect(rules).toHaveLength(3);
  expect(rules[0]).toMatchObject({
    conditions: { fromAddresses: [{ emailAddress: { address: 'chief@fabrikam.example' } }] },
    exceptions: { subjectContains: ['private'] },
    actions: { moveToFolder: nord.id },
  });
  expect(rules[1]).toMatchObject({
    conditions: { subjectContains: ['invoice'], hasAttachments: true },
    actions: { assignCategories: ['Money'], markAsRead: true },
  });
  expect(rules[2].actions.redirectTo).toMatchObject([{ emailAddress: { address: 'second@fabrikam.example' } }]);
  const { automaticRepliesSetting: reply, language } = await target.settings();
  expect(reply).toMatchObject({
    status: 'scheduled',
    externalAudience: 'contactsOnly',
    internalReplyMessage: '<p>Bin weg</p>',
    externalReplyMessage: '<p>Bin weg</p>',
    scheduledStartDateTime: { dateTime: '2026-12-24T07:00:00.0000000', timeZone: 'UTC' },
  });
  expect(language.locale).toBe('de-DE');
  const told = await notes(bench, entry);
  const codes = told.map(({ code }) => code);
  // The star, the signature, the search, and the reply’s subject.
  for (const code of [
    'setting-adapted',
    'setting-not-held',
    'rule-not-held',
    'rule-texts-otherwise',
    'rule-sends-mail',
  ])
    expect(codes).toContain(code);
  expect(verifyResult(await pass(bench, entry, 'verify'))).toMatchObject({ ok: true, different: 0, missing: 0 });

  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });
  // Gmail’s own way to change a filter: another one with the same criteria.
  const [old] = source.filters();
  source.settings.filters.delete(old.id);
  source.filter(old.criteria, { addLabelIds: ['TRASH'] });
  source.settings.vacation = { ...source.settings.vacation, enableAutoReply: false };
  const changed = await pass(bench, entry, 'delta');
  expect(settingsOf(changed)).toMatchObject({ created: 0, updated: 2, failed: 0 });
  const now = await target.rules();
  expect(now.map(({ id }) => id).sort()).toEqual(rules.map(({ id }) => id).sort());
  expect(now.find(({ id }) => id === rules[0].id)?.actions).toMatchObject({ delete: true });
  expect((await target.settings()).automaticRepliesSetting.status).toBe('disabled');
}, 60_000);

test('Microsoft 365 to Google: rules are filters, never with less in them to look for, and forward where that is confirmed', async () => {
  const source = graphOf('bjorn@contoso.example');
  const projects = await source.call('POST', '/mailFolders', { displayName: 'Projekte' });
  const rule = (displayName: string, sequence: number, conditions: object, actions: object, more: object = {}) =>
    source.call('POST', RULES, { displayName, sequence, isEnabled: true, conditions, actions, ...more });
  const person = (address: string) => [{ emailAddress: { name: address, address } }];
  await rule(
    'Projects',
    1,
    { fromAddresses: person('boss@contoso.example') },
    { moveToFolder: projects.id, assignCategories: ['Red'], stopProcessingRules: true },
    { exceptions: { subjectContains: ['private'] } },
  );
  await rule('Known', 2, { subjectContains: ['report'] }, { forwardTo: person('known@contoso.example') });
  await rule(
    'Stranger',
    3,
    { subjectContains: ['bill'] },
    { forwardTo: person('stranger@else.example'), markAsRead: true },
  );
  await rule('Only stranger', 4, { subjectContains: ['news'] }, { redirectTo: person('stranger@else.example') });
  await rule('Body', 5, { bodyContains: ['x'] }, { markAsRead: true });
  await rule('Off', 6, { hasAttachments: true }, { markAsRead: true }, { isEnabled: false });
  await source.call('POST', '/outlook/masterCategories', { displayName: 'Red', color: 'preset0' });
  await source.call('PATCH', '/mailboxSettings', {
    language: { locale: 'de-DE' },
    automaticRepliesSetting: {
      status: 'alwaysEnabled',
      externalAudience: 'all',
      internalReplyMessage: 'Im Urlaub auf Sylt',
      externalReplyMessage: 'Away',
    },
  });
  const target = gmailSettings(google, 'bjorn@nordwind.example');
  target.settings.forwardingAddresses.set('known@nordwind.example', {
    forwardingEmail: 'known@nordwind.example',
    verificationStatus: 'accepted',
  });
  const entry = await addEntry(
    bench,
    microsoft365Endpoint(microsoft, 'bjorn@contoso.example'),
    googleEndpoint(google, 'bjorn@nordwind.example'),
  );
  await mapping(bench, entry, 'boss@contoso.example', 'chief@nordwind.example');
  await mapping(bench, entry, 'known@contoso.example', 'known@nordwind.example');
  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  // Three rules, the reply and the language; a category, three rules.
  expect(settingsOf(first)).toMatchObject({ seen: 9, created: 5, skipped: 4, failed: 0 });
  const filters = target.filters();
  const about = (text: string): Json[] =>
    filters.filter(({ criteria }) => JSON.stringify(criteria).includes(text)).map(({ action }) => action);
  // Gmail takes one label of the user’s in each filter.
  const actions = about('chief@nordwind.example');
  expect(actions.map(({ addLabelIds }) => target.labelNames(addLabelIds))).toEqual(
    expect.arrayContaining([['Projekte'], ['Keywords/Red']]),
  );
  expect(actions.flatMap(({ removeLabelIds = [] }) => removeLabelIds)).toEqual(['INBOX']);
  expect(filters.find(({ criteria }) => criteria.from === 'chief@nordwind.example')?.criteria).toMatchObject({
    negatedQuery: 'subject:private',
  });
  expect(about('report')).toEqual([{ forward: 'known@nordwind.example' }]);
  expect(about('bill')).toEqual([{ removeLabelIds: ['UNREAD'] }]);
  expect(filters).toHaveLength(4);
  expect(target.settings.forwardingAddresses.size).toBe(1);
  expect(target.settings.vacation).toMatchObject({ enableAutoReply: true, responseBodyHtml: 'Away' });
  expect(target.settings.language).toEqual({ displayLanguage: 'de' });
  const codes = await codesOf(entry);
  for (const code of ['forward-not-verified', 'rule-not-held', 'rule-name-not-held', 'automatic-reply-one-text'])
    expect(codes).toContain(code);
  expect(verifyResult(await pass(bench, entry, 'verify'))).toMatchObject({ ok: true, different: 0, missing: 0 });
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });

  // What it looks for changes, which makes another filter of it; the old one goes.
  const [projectsRule] = await source.rules();
  await source.call('PATCH', `${RULES}/${projectsRule.id}`, { conditions: { subjectContains: ['north'] } });
  expect(settingsOf(await pass(bench, entry, 'delta'))).toMatchObject({ created: 0, updated: 1, failed: 0 });
  const now = target.filters();
  expect(now).toHaveLength(4);
  const [north] = now.filter(({ criteria }) => criteria.subject === 'north');
  expect(north?.criteria.from).toBe('chief@nordwind.example');
  expect(verifyResult(await pass(bench, entry, 'verify'))).toMatchObject({ ok: true, different: 0, missing: 0 });
}, 60_000);

test('Google to Google by way of a backup: all of it, what only Gmail knows too', async () => {
  const source = furnishGmail(google, 'chloe@nordwind.example');
  const root = join(dir, 'backup');
  const archive = { connector: 'archive', settings: { path: root, format: 'archive' }, address: '.' };
  const out = await addEntry(bench, googleEndpoint(google, 'chloe@nordwind.example'), archive);
  const saved = await pass(bench, out, 'initial');
  expect(saved.error).toBeNull();
  expect(settingsOf(saved)).toMatchObject({ seen: GMAIL_SETTINGS, created: GMAIL_SETTINGS });
  const texts = readdirSync(join(root, 'settings'), { recursive: true, withFileTypes: true })
    .filter(({ name }) => name.endsWith('.json'))
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
  expect(texts.join()).toContain('is:starred older_than:2d');

  const target = gmailSettings(google, 'chloe@lamna.example');
  target.settings.forwardingAddresses.set('bjorn@lamna.example', {
    forwardingEmail: 'bjorn@lamna.example',
    verificationStatus: 'accepted',
  });
  const back = await addEntry(bench, archive, googleEndpoint(google, 'chloe@lamna.example'));
  await mapping(bench, back, 'deputy@nordwind.example', 'bjorn@lamna.example');
  const lost = google.faults.inject({
    fault: { kind: 'lost-acknowledgement' },
    when: ({ method, target: path }: { method: string; target: string }) =>
      method === 'POST' && /settings\/filters/.test(path),
  });
  const restored = await pass(bench, back, 'initial');
  expect(restored.error).toBeNull();
  expect(lost.struck).toBe(1);
  expect(settingsOf(restored)).toMatchObject({ seen: GMAIL_SETTINGS, created: GMAIL_SETTINGS, failed: 0, skipped: 0 });
  expect(verifyResult(await pass(bench, back, 'verify'))).toMatchObject({ ok: true, different: 0, missing: 0 });
  const doing = (gmail: typeof target) =>
    gmail
      .filters()
      .flatMap(({ action }) => [
        ...gmail.labelNames(action.addLabelIds),
        ...gmail.labelNames(action.removeLabelIds).map((name) => `-${name}`),
        ...(action.forward === undefined ? [] : ['forward']),
      ])
      .sort();
  expect(doing(target)).toEqual(doing(source));
  expect(target.settings.vacation).toMatchObject(source.settings.vacation);
  expect(target.settings.sendAs.get('chloe@lamna.example')).toMatchObject({ signature: '<b>Alice</b>' });
  expect(target.settings.language).toEqual({ displayLanguage: 'de' });
  expect([...target.settings.delegates.keys()]).toEqual(['bjorn@lamna.example']);
  expect(target.settings.autoForwarding).toEqual({
    enabled: true,
    emailAddress: 'bjorn@lamna.example',
    disposition: 'archive',
  });
}, 60_000);

test('who calendars are shared with goes along, people mapped, and nobody is mailed; into Microsoft 365 it is told', async () => {
  const source = calendarOf('daiki@nordwind.example');
  const target = calendarOf('daiki@lamna.example');
  const { id: team } = await source.call('POST', '/calendars', { summary: 'Team' });
  await source.share('primary', 'reader', { type: 'user', value: 'bjorn@nordwind.example' });
  await source.share('primary', 'freeBusyReader', { type: 'domain', value: 'nordwind.example' });
  await source.share(team, 'writer', { type: 'group', value: 'support@nordwind.example' });
  await source.share(team, 'owner', { type: 'user', value: 'chloe@nordwind.example' });
  await source.share(team, 'reader', { type: 'default' });
  const entry = await addEntry(
    bench,
    googleEndpoint(google, 'daiki@nordwind.example'),
    googleEndpoint(google, 'daiki@lamna.example'),
  );
  for (const name of ['bjorn', 'chloe', 'support'])
    await mapping(bench, entry, `${name}@nordwind.example`, `${name}@lamna.example`);
  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  expect(await target.shares('primary')).toEqual([
    'domain lamna.example freeBusyReader',
    'user bjorn@lamna.example reader',
  ]);
  const made = await target.idOf('Team');
  expect(await target.shares(made)).toEqual([
    'default  reader',
    'group support@lamna.example writer',
    'user chloe@lamna.example owner',
  ]);
  expect(verifyResult(await pass(bench, entry, 'verify'))).toMatchObject({ different: 0, missing: 0 });

  await source.share(team, 'writer', { type: 'user', value: 'chloe@nordwind.example' });
  const before = settingsOf(first).seen;
  const changed = await pass(bench, entry, 'delta');
  expect(settingsOf(changed)).toMatchObject({ seen: before, created: 0, updated: 1, failed: 0 });
  expect(await target.shares(made)).toContain('user chloe@lamna.example writer');
  expect(google.calendarMails).toEqual([]);

  const away = await addEntry(
    bench,
    googleEndpoint(google, 'daiki@nordwind.example'),
    microsoft365Endpoint(microsoft, 'elena@fabrikam.example'),
  );
  expect((await pass(bench, away, 'initial')).error).toBeNull();
  const told = (await notes(bench, away)).filter(({ fix }) => fix?.includes('Add-MailboxFolderPermission'));
  expect(told).toHaveLength(5);
}, 60_000);
