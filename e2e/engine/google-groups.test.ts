import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectors } from '@sterna/connectors';
import type { PreprocessResult } from '@sterna/engine';
import {
  type Assumptions,
  accessOf,
  archiveOf,
  type Domain,
  type Google,
  type Group,
  type GroupMember,
} from '@sterna/simulator-google';
import { DirectGroup, groupsOf, type Microsoft365 } from '@sterna/simulator-microsoft365';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEntry,
  type Bench,
  type Endpoint,
  notes,
  openBench,
  pass,
  twinEntry,
  verifyResult,
} from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { googleEndpoint } from '../support/google.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { startGoogle, startMicrosoft365 } from '../support/watched-simulators.ts';

const dir = scratch('engine-google-groups');
let bench: Bench;
let server: Google;
let from: Domain;
let to: Domain;

beforeAll(async () => {
  bench = await openBench(join(dir, 'data'), [...connectors.values()]);
});
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => start({}));

/** @returns what ends it */
async function start(assumptions: Partial<Assumptions>): Promise<() => Promise<void>> {
  const started = await startGoogle({ empty: true, assumptions });
  server = started;
  from = started.domain('nordwind.example');
  to = started.domain('lamna.example');
  return async () => {
    await started.stop();
    expect(started.failures).toEqual([]);
  };
}

const endpoint = (address: string): Endpoint => ({
  ...googleEndpoint(server, address, { admin: `alice@${address.split('@')[1]}` }),
  itemType: 'group',
});

const PEOPLE = ['alice', 'bjorn', 'chloe', 'elena', 'everybody', 'support', 'help', 'gone'];

/** @param unknown Whom the mapping table leaves out */
async function entryOf(name: string, unknown: readonly string[] = []): Promise<number> {
  const entry = await addEntry(bench, endpoint(`${name}@${from.name}`), endpoint(`${name}@${to.name}`));
  for (const one of PEOPLE.filter((person) => !unknown.includes(person)))
    await mapping(bench, entry, `${one}@${from.name}`, `${one}@${to.name}`);
  return entry;
}

/** Another entry over the same groups and people, as a remigration makes. */
async function twinOf(entry: number): Promise<number> {
  const twin = await twinEntry(bench, entry);
  for (const one of PEOPLE) await mapping(bench, twin, `${one}@${from.name}`, `${one}@${to.name}`);
  return twin;
}

const group = (domain: Domain, name: string): Group => {
  const found = domain.group(`${name}@${domain.name}`);
  if (found === undefined) throw new Error(`no group ${name}`);
  return found;
};

/** Everything of a group that people see, by the vendor's side alone; the domain's own name left out. */
const held = (domain: Domain, name: string) => {
  const { name: title, description, aliases, members } = group(domain, name);
  return {
    title,
    description,
    aliases: aliases.map((one) => one.replace(domain.name, '')).sort(),
    members: members.map(({ email, role, type }) => `${role} ${type} ${email.replace(domain.name, '')}`).sort(),
    access: { ...accessOf(group(domain, name)) },
  };
};

const member = (domain: Domain, name: string, role: GroupMember['role'] = 'MEMBER'): GroupMember => {
  const { id, primaryEmail } = domain.named(name);
  return { id, email: primaryEmail, role, type: 'USER' };
};

/** Of a group with all that a group can have. */
function furnish(): Group {
  const one = group(from, 'support');
  one.name = 'Support';
  one.description = 'Who helps';
  one.aliases.push(`help@${from.name}`);
  Object.assign(accessOf(one), {
    whoCanJoin: 'ANYONE_CAN_JOIN',
    whoCanPostMessage: 'ALL_MEMBERS_CAN_POST',
    allowExternalMembers: 'true',
    replyTo: 'REPLY_TO_CUSTOM',
    customReplyTo: `bjorn@${from.name}`,
    includeCustomFooter: 'true',
    customFooterText: 'Sent to support',
  });
  const inner = group(from, 'everybody');
  one.members.splice(
    0,
    one.members.length,
    member(from, 'alice', 'OWNER'),
    member(from, 'bjorn', 'MANAGER'),
    member(from, 'chloe'),
    { id: inner.id, email: inner.email, role: 'MEMBER', type: 'GROUP' },
    { id: '77', email: 'partner@elsewhere.example', role: 'MEMBER', type: 'USER' },
  );
  return one;
}

const reportOf = ({ result }: { readonly result: unknown }) => result as PreprocessResult;

test('a group is made as it is, its people and settings come, and a delta pass brings what changed alone', async () => {
  furnish();
  to.groups.delete(group(to, 'support').id);
  const entry = await entryOf('support');
  const preprocessed = await pass(bench, entry, 'preprocess');
  expect(preprocessed.error).toBeNull();
  expect(reportOf(preprocessed)).toMatchObject({ missing: 0, failed: 0 });
  const again = await pass(bench, entry, 'preprocess');
  expect(reportOf(again)).toMatchObject({ made: 0, missing: 0, failed: 0 });

  const first = await pass(bench, entry, 'initial');
  expect(first).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
  expect(first.books.kinds).toMatchObject({
    member: { seen: 5, failed: 0 },
    // Name, rights and the alias, which preprocess leaves to the pass.
    setting: { seen: 3, created: 1, failed: 0 },
  });
  const wanted = held(from, 'support');
  expect(held(to, 'support')).toEqual({
    ...wanted,
    access: { ...wanted.access, customReplyTo: `bjorn@${to.name}` },
  });
  const told = (await notes(bench, entry)).filter(({ code }) => code === 'conversations-unreadable');
  expect(told).toHaveLength(1);

  const source = group(from, 'support');
  source.members.push(member(from, 'elena'));
  source.description = 'Who helps today';
  const members = source.members.find(({ email }) => email.startsWith('chloe'));
  if (members !== undefined) members.role = 'MANAGER';
  const writes = server.requests.length;
  const delta = await pass(bench, entry, 'delta');
  expect(delta.books.kinds).toMatchObject({
    member: { seen: 6, created: 1, updated: 1, failed: 0 },
    setting: { seen: 3, created: 0, updated: 1, failed: 0 },
  });
  const sent = server.requests.slice(writes).filter(({ method, target }) => method !== 'GET' && target !== '/token');
  expect(sent.map(({ method, target }) => `${method} ${target.split('/')[6] ?? 'group'}`).sort()).toEqual([
    'PATCH group',
    'PATCH members',
    'POST members',
  ]);
  // Anybody may join, still: a change of its description is none of that.
  expect(held(to, 'support').access).toEqual({ ...held(from, 'support').access, customReplyTo: `bjorn@${to.name}` });
  expect(held(to, 'support').members).toEqual(held(from, 'support').members);
  expect((await notes(bench, entry)).filter(({ code }) => code === 'conversations-unreadable')).toHaveLength(1);
  expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
    ok: true,
    missing: 0,
    different: 0,
    extra: 0,
  });
});

test('people whom nobody knows, who may not come or who are suspended are told one by one', async () => {
  const source = group(from, 'support');
  source.members.splice(
    0,
    source.members.length,
    member(from, 'alice', 'OWNER'),
    member(from, 'bjorn'),
    member(from, 'chloe'),
    { id: '77', email: 'partner@elsewhere.example', role: 'MEMBER', type: 'USER' },
    { id: '78', email: `gone@${from.name}`, role: 'MEMBER', type: 'GROUP' },
    { id: from.id, email: '', role: 'MEMBER', type: 'CUSTOMER' },
  );
  group(to, 'support').members.splice(0);
  to.named('bjorn').suspended = true;
  const entry = await entryOf('support', ['chloe']);
  const first = await pass(bench, entry, 'initial', { kinds: { setting: false } });
  expect(first).toMatchObject({
    status: 'completed with failures',
    books: { balanced: true, kinds: { member: { seen: 6, created: 2, failed: 3, skipped: 1 } } },
  });
  const told = await notes(bench, entry);
  expect(told.map(({ code }) => code).sort()).toEqual([
    'conversations-unreadable',
    'group-not-in-target',
    'member-suspended',
    'member-without-address',
    'stranger-not-taken',
    'stranger-not-taken',
  ]);
  expect(told.filter(({ code }) => code !== 'member-suspended').every(({ fix }) => fix)).toBe(true);

  // What was wrong is put right, in the target and in the mapping table.
  await mapping(bench, entry, `chloe@${from.name}`, `chloe@${to.name}`);
  accessOf(group(to, 'support')).allowExternalMembers = 'true';
  const delta = await pass(bench, entry, 'delta', { kinds: { setting: false } });
  expect(delta.books.kinds).toMatchObject({ member: { created: 2, unchanged: 2, failed: 1, skipped: 1 } });
});

test('whom a group takes from outside is said before they come, in a first pass without preprocess and in a delta', async () => {
  furnish();
  const stranger = (name: string): GroupMember => ({
    id: name,
    email: `${name}@elsewhere.example`,
    role: 'MEMBER',
    type: 'USER',
  });
  Object.assign(accessOf(group(to, 'support')), { allowExternalMembers: 'false' });
  const entry = await entryOf('support');
  const first = await pass(bench, entry, 'initial', { conflict: 'overwrite' });
  expect(first.books.kinds).toMatchObject({ member: { seen: 5, failed: 0 }, setting: { failed: 0 } });

  // The other group takes nobody from outside, until it does and somebody comes.
  const other = group(from, 'everybody');
  Object.assign(accessOf(other), { allowExternalMembers: 'false' });
  other.members.splice(0, other.members.length, member(from, 'alice', 'OWNER'), member(from, 'chloe'));
  const second = await entryOf('everybody');
  const before = await pass(bench, second, 'initial', { conflict: 'overwrite' });
  expect(before.books.kinds).toMatchObject({ member: { failed: 0 } });
  Object.assign(accessOf(other), { allowExternalMembers: 'true' });
  other.members.push(stranger('customer'));
  const delta = await pass(bench, second, 'delta', { conflict: 'overwrite' });
  expect(delta.books.kinds).toMatchObject({ member: { failed: 0 }, setting: { updated: 1, failed: 0 } });
  expect(held(to, 'everybody').members).toContain('MEMBER USER customer@elsewhere.example');
});

test('an address that is no group’s, and an API that is off, are told with the way out', async () => {
  const nobody = await pass(bench, await entryOf('elena'), 'initial');
  expect(nobody.error).toMatchObject({ code: 'group-not-found' });
  expect(nobody.error?.message).toContain(`elena@${from.name}`);

  server.cloud.apisOff.add('groupsSettings');
  const entry = await entryOf('support');
  const off = await pass(bench, entry, 'initial');
  expect(off.error).toMatchObject({ code: 'api-off', fix: expect.stringContaining('Groups Settings API') });
  // Who is in a group needs none of it.
  furnish().members.splice(1);
  const members = await pass(bench, entry, 'initial', { kinds: { setting: false } });
  expect(members).toMatchObject({ error: null, books: { kinds: { member: { failed: 0 } } } });
});

test('emptying takes everybody but the last owner, and says that the archive stays', async () => {
  const target = group(to, 'support');
  archiveOf(target).push(Buffer.from('kept'));
  target.members.splice(0, 9, member(to, 'alice', 'OWNER'), member(to, 'bjorn'), member(to, 'chloe', 'OWNER'));
  const entry = await entryOf('support');
  const frozen = await pass(bench, entry, 'empty', { empty: 'freeze' });
  expect(frozen.result).toMatchObject({ objects: 3, containers: [{ container: 'Members', objects: 3 }] });
  expect((await notes(bench, entry)).map(({ code }) => code)).toEqual(['conversations-unreadable']);
  await pass(bench, entry, 'empty', { empty: 'remove' });
  expect(target.members.map(({ role }) => role)).toEqual(['OWNER']);
  expect((await notes(bench, entry)).map(({ code }) => code)).toContain('last-owner-kept');
  expect(archiveOf(target)).toHaveLength(1);
});

test('what differs in the target goes by the conflict option, and a remigration makes nothing twice', async () => {
  const source = furnish();
  const target = group(to, 'support');
  target.description = 'Whom to ask';
  Object.assign(accessOf(target), { allowExternalMembers: 'true', whoCanJoin: 'CAN_REQUEST_TO_JOIN' });
  target.members.splice(0, target.members.length, member(to, 'alice', 'OWNER'), member(to, 'chloe', 'MANAGER'));
  const chloe = () => target.members.find(({ email }) => email === `chloe@${to.name}`)?.role;
  const entry = await entryOf('support');
  const kept = await pass(bench, entry, 'initial', { conflict: 'skip' });
  expect(kept.books).toMatchObject({
    balanced: true,
    // Alice owns it already.
    reasons: { 'conflict-kept-target': 3, 'already-in-target': 1 },
    kinds: { setting: { seen: 3, created: 1, skipped: 2 }, member: { seen: 5, created: 3, skipped: 2 } },
  });
  expect([target.description, chloe()]).toEqual(['Whom to ask', 'MANAGER']);
  expect((await notes(bench, entry)).filter(({ code }) => code === 'conflict-kept-target')).toHaveLength(3);

  // Another entry of the same group, which knows nothing of the first: what is the same is taken over.
  const again = await twinOf(entry);
  const writes = server.requests.length;
  const over = await pass(bench, again, 'initial', { conflict: 'overwrite' });
  expect(over).toMatchObject({
    status: 'completed',
    books: { balanced: true, kinds: { setting: { seen: 3, created: 0 }, member: { seen: 5, created: 0 } } },
  });
  const sent = server.requests
    .slice(writes)
    .filter(({ method, target: path }) => method !== 'GET' && path !== '/token');
  expect(sent.filter(({ method }) => method === 'POST')).toEqual([]);
  const wanted = held(from, 'support');
  expect(held(to, 'support')).toEqual({ ...wanted, access: { ...wanted.access, customReplyTo: `bjorn@${to.name}` } });
  expect(source.members).toHaveLength(target.members.length);
  expect(verifyResult(await pass(bench, again, 'verify', { verifyDepth: 'content' }))).toMatchObject({
    ok: true,
    missing: 0,
    different: 0,
    extra: 0,
  });
});

const mail = (n: number, header = `From: bjorn@elsewhere.example\r\nTo: support@nordwind.example`): string =>
  `${header}\r\nDate: Tue, 3 Feb 2026 10:${String(n).padStart(2, '0')}:00 +0100\r\nMessage-ID: <${n}@elsewhere.example>\r\nSubject: Mail ${n}\r\n\r\nHello ${n}\r\n`;

/** A folder of mail, as an export of a group's conversations is. */
function maildir(
  name: string,
  messages: readonly string[],
): Endpoint & { readonly add: (n: number, raw: string) => void } {
  const root = join(dir, name);
  for (const one of ['cur', 'new', 'tmp']) mkdirSync(join(root, one), { recursive: true });
  const add = (n: number, raw: string): void =>
    writeFileSync(join(root, 'cur', `${1_770_000_000 + n}.${n}.here:2,S`), raw);
  for (const [n, raw] of messages.entries()) add(n, raw);
  return { connector: 'archive', settings: { path: root, format: 'maildir' }, address: '.', itemType: 'group', add };
}

const texts = (): string[] =>
  archiveOf(group(to, 'support')).map((raw) => /Subject: (.*)\r/.exec(String(raw))?.[1] ?? '');

test('messages go into the archive once, with what they lack; what nobody can see again isn’t called missing', async () => {
  const source = maildir('list', [
    mail(0),
    mail(1).replaceAll('\r', ''),
    mail(2, 'From: bjorn@elsewhere.example\r\nCc: support@nordwind.example'),
    mail(3, 'To: support@nordwind.example'),
    mail(4, `From: left@lamna.example\r\nTo: support@nordwind.example`),
    mail(5).replace('Date:', 'X-Date:'),
  ]);
  const entry = await addEntry(bench, source, endpoint(`support@${to.name}`));
  const first = await pass(bench, entry, 'initial');
  expect(first).toMatchObject({
    error: null,
    books: { balanced: true, kinds: { message: { seen: 6, created: 4, failed: 2, uncertain: 0 } } },
  });
  expect(texts()).toEqual(['Mail 0', 'Mail 1', 'Mail 2', 'Mail 5']);
  expect(archiveOf(group(to, 'support')).map((raw) => String(raw).split('\r\n')[0])).toEqual([
    'From: bjorn@elsewhere.example',
    'From: bjorn@elsewhere.example',
    `To: support@${to.name}`,
    expect.stringMatching(/^Date: .* \+0000$/),
  ]);
  const codes = async (): Promise<string[]> => (await notes(bench, entry)).map(({ code }) => code).sort();
  expect(await codes()).toEqual([
    'date-added',
    'folder-not-held',
    'message-not-taken',
    'message-without-sender',
    'recipient-added',
  ]);
  source.add(6, mail(6));
  const delta = await pass(bench, entry, 'delta');
  expect(delta.books.kinds).toMatchObject({ message: { seen: 7, created: 1, unchanged: 4, failed: 2 } });
  expect(texts()).toEqual(['Mail 0', 'Mail 1', 'Mail 2', 'Mail 5', 'Mail 6']);
  expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
    ok: true,
    missing: 0,
    uncompared: 5,
  });
  // Nothing of it can be taken back, and nothing is sent once more because of that.
  const undone = await pass(bench, entry, 'undo', { undo: { mode: 'remove', pass: 2 } });
  expect(undone.result).toMatchObject({ created: 1, removed: 0, refused: 1 });
  await pass(bench, entry, 'delta');
  expect(texts()).toHaveLength(5);
});

const INTO_ARCHIVE = ({ target }: { readonly target: string }): boolean => /\/archive\?/.test(target);

test('a lost answer leaves one message uncertain and never sent again; a refusal of all leaves none', async () => {
  const source = maildir('lost', [mail(0), mail(1), mail(2)]);
  const entry = await addEntry(bench, source, endpoint(`support@${to.name}`));
  const off = { kind: 'answer', status: 403, code: 'accessNotConfigured' } as const;
  server.faults.inject({ when: INTO_ARCHIVE, after: 1, fault: off });
  const refused = await pass(bench, entry, 'initial');
  expect(refused.error).toMatchObject({ code: 'api-off', fix: expect.stringContaining('Groups Migration API') });
  expect(texts()).toHaveLength(1);
  server.faults.inject({ when: INTO_ARCHIVE, fault: { kind: 'reset' } });
  const first = await pass(bench, entry, 'initial');
  expect(first).toMatchObject({
    status: 'completed with failures',
    books: { balanced: true, kinds: { message: { seen: 3, created: 1, unchanged: 1, uncertain: 1 } } },
  });
  const after = texts();
  expect(after).toHaveLength(2);
  const delta = await pass(bench, entry, 'delta');
  expect(delta.books.kinds).toMatchObject({ message: { seen: 3, unchanged: 2, uncertain: 1 } });
  expect(texts()).toEqual(after);
});

test.each([
  ['group-read-only', { archiveOnly: 'true' }],
  ['archive-off', { isArchived: 'false' }],
])('a group that can’t take messages is told before any is sent: %s', async (code, access) => {
  Object.assign(accessOf(group(to, 'support')), access);
  const entry = await addEntry(bench, maildir(code, [mail(0)]), endpoint(`support@${to.name}`));
  const first = await pass(bench, entry, 'initial');
  expect(first.error).toMatchObject({ code, fix: expect.any(String) });
  Object.assign(accessOf(group(to, 'support')), { archiveOnly: 'false', isArchived: 'true' });
  const again = await pass(bench, entry, 'initial');
  expect(again.books.kinds).toMatchObject({ message: { seen: 1, created: 1, uncertain: 0 } });
});

async function tenants(use: (server: Microsoft365) => Promise<void>): Promise<void> {
  const other = await startMicrosoft365({ empty: true });
  try {
    await use(other);
    expect(other.failures).toEqual([]);
  } finally {
    await other.stop();
  }
}

const inTenant = (other: Microsoft365, address: string): Endpoint => ({
  ...microsoft365Endpoint(other, address),
  itemType: 'group',
});

test('a Google group becomes a Microsoft 365 group: managers own it, what it can’t hold is told', () =>
  tenants(async (other) => {
    furnish();
    const entry = await addEntry(bench, endpoint(`support@${from.name}`), inTenant(other, 'support@fabrikam.example'));
    for (const one of PEOPLE) await mapping(bench, entry, `${one}@${from.name}`, `${one}@fabrikam.example`);
    const made = await pass(bench, entry, 'preprocess');
    expect(made.error).toBeNull();
    expect(reportOf(made)).toMatchObject({ failed: 0 });
    const first = await pass(bench, entry, 'initial');
    expect(first).toMatchObject({ error: null, books: { balanced: true } });
    // Of rights and an alias it says why not; what preprocess made is there.
    expect(first.books.kinds).toMatchObject({
      setting: { seen: 3, skipped: 3, failed: 0 },
      // The group within, and who isn't invited.
      member: { seen: 5, failed: 2 },
    });
    const tenant = other.tenant('fabrikam.example');
    const found = groupsOf(tenant).all.find(({ mailNickname }) => mailNickname === 'support');
    const names = (ids: Iterable<string> = []): string[] =>
      [...ids].map((id) => tenant.users.get(id)?.userPrincipalName.split('@')[0] ?? id).sort();
    expect([found?.displayName, found?.visibility]).toEqual(['Support', 'Public']);
    expect([names(found?.owners), names(found?.members.keys())]).toEqual([
      ['alice', 'bjorn'],
      ['alice', 'bjorn', 'chloe'],
    ]);
    expect(other.notices.filter(({ tenant: where }) => where === 'fabrikam.example')).toEqual([]);
    const codes = (await notes(bench, entry)).map(({ code }) => code);
    expect(codes.filter((code) => code === 'setting-not-held')).toHaveLength(2);
    // Though preprocess made them so.
    expect(codes).toContain('manager-is-owner');
  }));

test('a Microsoft 365 group becomes a Google group, and who sees it stays the same', () =>
  tenants(async (other) => {
    const contoso = other.tenant('contoso.example');
    const { group: source } = DirectGroup.create(other, 'crew@contoso.example', 'Crew', ['alice@contoso.example']);
    source.visibility = 'Public';
    const bjorn = contoso.user('bjorn@contoso.example');
    groupsOf(contoso).addMember(source, bjorn?.id ?? '', other.clock.now());
    // The last one is what Exchange gives every group: it is of the tenant, and stays there.
    const aliases = ['smtp:Team@contoso.example', 'SPO:SPO_1@SPO_2', 'smtp:crew@contoso.onmicrosoft.com'];
    source.proxyAddresses = [...source.proxyAddresses, ...aliases];
    const entry = await addEntry(bench, inTenant(other, 'crew@contoso.example'), endpoint(`crew@${to.name}`));
    for (const one of [...PEOPLE, 'team']) await mapping(bench, entry, `${one}@contoso.example`, `${one}@${to.name}`);
    const kinds = { file: false, listItem: false, event: false, message: false };
    expect(reportOf(await pass(bench, entry, 'preprocess'))).toMatchObject({ failed: 0, missing: 0 });
    const first = await pass(bench, entry, 'initial', { kinds });
    expect(first).toMatchObject({ status: 'completed', error: null, books: { kinds: { member: { seen: 2 } } } });
    expect(held(to, 'crew')).toMatchObject({
      title: 'Crew',
      aliases: ['team@'],
      members: ['MEMBER USER bjorn@', 'OWNER USER alice@'],
      access: { whoCanJoin: 'ALL_IN_DOMAIN_CAN_JOIN', whoCanViewGroup: 'ALL_IN_DOMAIN_CAN_VIEW' },
    });
    source.visibility = 'Private';
    const delta = await pass(bench, entry, 'delta', { kinds });
    expect(delta.books.kinds).toMatchObject({ setting: { updated: 1 }, member: { unchanged: 2 } });
    expect(held(to, 'crew').access).toMatchObject({ whoCanJoin: 'CAN_REQUEST_TO_JOIN' });
  }));

const heard = async () =>
  Promise.all(archiveOf(group(to, 'support')).map((raw) => PostalMime.parse(raw))).then((mails) =>
    mails.map(({ subject, from, date, html, messageId, inReplyTo }) => ({
      subject,
      from: from?.address,
      date,
      html: /<p>.*<\/p>/.exec(html ?? '')?.[0],
      messageId,
      inReplyTo,
    })),
  );

test('what was said in the mailbox of a Microsoft 365 group is in the archive of the Google group, each once', () =>
  tenants(async (other) => {
    const people = ['alice@contoso.example'];
    const here = DirectGroup.create(other, 'support@contoso.example', 'Support', people);
    const entry = await addEntry(bench, inTenant(other, 'support@contoso.example'), endpoint(`support@${to.name}`));
    const kinds = { file: false, listItem: false, setting: false, member: false };
    // Nobody has said anything yet.
    const silent = await pass(bench, entry, 'initial', { kinds });
    expect(silent).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
    expect(silent.books.kinds).not.toHaveProperty('message');
    expect(archiveOf(group(to, 'support'))).toEqual([]);

    const alice = { name: 'Alice', address: 'alice@contoso.example' };
    const at = Date.parse('2023-05-04T09:30:00.000Z');
    const lunch = here.begin('Lunch', { from: alice, html: '<p>At noon?</p>', at });
    const answer = { from: { name: 'Bo', address: 'bo@elsewhere.example' }, html: '<p>Yes</p>', at: at + 60_000 };
    here.answer(lunch, answer);
    const first = await pass(bench, entry, 'delta', { kinds });
    expect(first).toMatchObject({
      error: null,
      books: { balanced: true, kinds: { message: { seen: 2, created: 2, failed: 0, uncertain: 0 } } },
    });
    const [question, yes] = await heard();
    expect([question, yes]).toMatchObject([
      { subject: 'Lunch', from: alice.address, date: '2023-05-04T09:30:00.000Z', html: '<p>At noon?</p>' },
      { subject: 'Re: Lunch', from: 'bo@elsewhere.example', html: '<p>Yes</p>', inReplyTo: question?.messageId },
    ]);
    expect((await notes(bench, entry)).map(({ code }) => code)).toContain('message-rebuilt');

    here.answer(lunch, { from: alice, html: '<p>See you</p>', at: at + 120_000 });
    const delta = await pass(bench, entry, 'delta', { kinds });
    expect(delta.books.kinds).toMatchObject({ message: { seen: 3, created: 1, unchanged: 2 } });
    expect((await heard()).map(({ html }) => html)).toEqual(['<p>At noon?</p>', '<p>Yes</p>', '<p>See you</p>']);
  }));

describe('where Google does otherwise than is assumed', () => {
  const flipped = async (assumptions: Partial<Assumptions>, use: () => Promise<void>): Promise<void> => {
    const stop = await start(assumptions);
    await use();
    await stop();
  };
  const archived = async (messages: readonly string[], name: string): Promise<object> => {
    const entry = await addEntry(bench, maildir(name, messages), endpoint(`support@${to.name}`));
    return (await pass(bench, entry, 'initial')).books?.kinds?.message ?? {};
  };

  test('settings that come as JSON whatever is asked for are read all the same', () =>
    flipped({ groupSettingsAreAtom: false }, async () => {
      furnish();
      to.groups.delete(group(to, 'support').id);
      const entry = await entryOf('support');
      await pass(bench, entry, 'preprocess');
      const first = await pass(bench, entry, 'initial');
      expect(first.books.kinds).toMatchObject({ setting: { seen: 3, failed: 0 } });
      expect(held(to, 'support').access).toMatchObject({ whoCanJoin: 'ANYONE_CAN_JOIN' });
    }));

  test('somebody from elsewhere is a member where an administrator may add them after all', () =>
    flipped({ groupTakesStrangers: true }, async () => {
      Object.assign(accessOf(furnish()), { allowExternalMembers: 'false' });
      const first = await pass(bench, await entryOf('support'), 'initial');
      expect(first.books.kinds).toMatchObject({ member: { seen: 5, failed: 0 } });
      expect(held(to, 'support').members).toContain('MEMBER USER partner@elsewhere.example');
    }));

  test('a sender of the domain who has left is taken where nobody asks for them', () =>
    flipped({ groupArchiveChecksSender: false }, async () => {
      const left = mail(0, `From: left@lamna.example\r\nTo: support@nordwind.example`);
      expect(await archived([left], 'left')).toMatchObject({ seen: 1, created: 1, failed: 0 });
      expect(texts()).toEqual(['Mail 0']);
    }));

  test('a group that would forget what it is given is given nothing', () =>
    flipped({ groupWithoutArchive: 'forget' }, async () => {
      Object.assign(accessOf(group(to, 'support')), { isArchived: 'false' });
      const entry = await addEntry(bench, maildir('forgets', [mail(0)]), endpoint(`support@${to.name}`));
      expect((await pass(bench, entry, 'initial')).error).toMatchObject({ code: 'archive-off' });
      expect(texts()).toEqual([]);
    }));

  // Nothing reads an archive back: what it keeps once of two that were taken, no books can tell.
  test('of two messages of one Message-ID an archive may keep one', () =>
    flipped({ groupArchiveCollapses: true }, async () => {
      expect(await archived([mail(0), mail(0)], 'twins')).toMatchObject({ seen: 2, created: 2 });
      expect(texts()).toEqual(['Mail 0']);
    }));
});
