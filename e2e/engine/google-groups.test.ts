import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connectors } from '@sterna/connectors';
import type { PreprocessResult } from '@sterna/engine';
import { accessOf, type Domain, type Google, type Group, type GroupMember } from '@sterna/simulator-google';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addEntry, type Bench, type Endpoint, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { googleEndpoint } from '../support/google.ts';
import { mapping } from '../support/mapping.ts';
import { startGoogle } from '../support/watched-simulators.ts';

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
beforeEach(async () => {
  const started = await startGoogle({ empty: true });
  server = started;
  from = started.domain('nordwind.example');
  to = started.domain('lamna.example');
  return async () => {
    await started.stop();
    expect(started.failures).toEqual([]);
  };
});

const endpoint = (address: string): Endpoint => ({
  ...googleEndpoint(server, address, { admin: `alice@${address.split('@')[1]}` }),
  itemType: 'group',
});

const PEOPLE = ['alice', 'bjorn', 'chloe', 'elena', 'everybody', 'support', 'help'];

/** @param unknown Whom the mapping table leaves out */
async function entryOf(name: string, unknown: readonly string[] = []): Promise<number> {
  const entry = await addEntry(bench, endpoint(`${name}@${from.name}`), endpoint(`${name}@${to.name}`));
  for (const one of PEOPLE.filter((person) => !unknown.includes(person)))
    await mapping(bench, entry, `${one}@${from.name}`, `${one}@${to.name}`);
  return entry;
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
