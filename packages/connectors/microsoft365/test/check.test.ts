import { MIGRATION_APP, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { microsoft365Connector } from '../src/index.ts';
import { simulated } from './mail/suite-endpoint.ts';
import { startSimulator } from './simulator.ts';

const DOMAIN = 'contoso.example';
const ALICE = `alice@${DOMAIN}`;

let server: Microsoft365;
beforeEach(async () => {
  server = await startSimulator({ empty: true });
});
afterEach(async () => {
  const { failures } = server;
  await server.stop();
  expect(failures).toEqual([]);
});

/** What the administrator consented to. */
function rights(): Set<string> {
  const found = server.tenant(DOMAIN).consents.get(MIGRATION_APP.id);
  if (found === undefined) throw new Error('no consent');
  return found;
}

async function check(settings: Record<string, unknown> = {}) {
  const { system } = simulated(server, ALICE, settings);
  const lines = await microsoft365Connector.check(system, ALICE);
  return (name: string) => lines.find((line) => line.name === name);
}

describe('a check of a mailbox', () => {
  test('with all rights: every part reads and writes, and mail goes whole between tenants', async () => {
    const line = await check();
    expect(line('mail: permissions')).toMatchObject({ ok: true, evidence: 'Mail.ReadWrite: read and write' });
    expect(line('tasks: permissions')).toMatchObject({ ok: true });
    expect(line('export and import')).toMatchObject({ ok: true, evidence: expect.stringMatching(/go whole/) });
  });

  test('with reading alone: good for a source, and what to grant for a target', async () => {
    rights().delete('Mail.ReadWrite');
    rights().add('Mail.Read');
    expect((await check())('mail: permissions')).toMatchObject({
      ok: true,
      evidence: 'read only: good for a source, not for a target (it has no Mail.ReadWrite)',
      fix: 'For a target, grant the app Mail.ReadWrite; a source takes Mail.Read.',
    });
  });

  test('with a right missing: that part is away, the others work', async () => {
    rights().delete('Contacts.ReadWrite');
    rights().delete('Contacts.Read');
    const line = await check();
    expect(line('contacts: permissions')).toBeUndefined();
    expect(line('contacts')?.fix ?? '').toContain('Contacts.Read');
    expect(line('mail')).toMatchObject({ ok: true, evidence: expect.stringMatching(/\d+ folders/) });
  });

  test('without the right to export and import: what is lost, and what to grant', async () => {
    rights().delete('MailboxItem.ImportExport.All');
    expect((await check())('export and import')).toMatchObject({
      ok: true,
      evidence: expect.stringMatching(/^not allowed here: .*events without their people/),
      fix: expect.stringContaining('MailboxItem.ImportExport.All'),
    });
  });

  test('with export and import off: that it is the setting', async () => {
    expect((await check({ exportImport: false }))('export and import')?.evidence).toMatch(/^off by the setting/);
  });

  test.each([
    ['auto', /^JSON with MAPI properties: .*written anew by Exchange/],
    ['json', /^JSON with MAPI properties/],
    ['importMime', /^importMime \(beta, chosen by the setting mailRoute\): keeps the bytes/],
  ])('by the route %s: its words', async (mailRoute, words) => {
    expect((await check({ mailRoute }))('mail: route of writing')?.evidence).toMatch(words);
  });
});

describe.each(['info', 'room1'])('the mailbox of nobody, %s@', (name) => {
  const address = `${name}@${DOMAIN}`;

  test('is listed among the mailboxes', async () => {
    const { system } = simulated(server, ALICE);
    const found: string[] = [];
    for await (const item of microsoft365Connector.discover(system, 'mailbox')) found.push(item.address);
    expect(found).toContain(address);
  });

  test('opens, and takes a message', async () => {
    const session = await microsoft365Connector.open({
      ...simulated(server, address),
      kinds: ['message'],
      role: 'write',
      installation: '0badcafe',
      signal: new AbortController().signal,
    });
    const { writer, reader } = session;
    if (writer === undefined) throw new Error('no writer');
    const { container } = await writer.ensureContainer(['INBOX'], {});
    const body = Buffer.from('From: a@example.org\r\nSubject: to all\r\n\r\nHello\r\n');
    const create = { verb: 'create', op: '1', container: container.id, flags: [], size: body.length, body } as const;
    const [result] = await writer.apply([{ ...create, date: undefined }]);
    expect(result?.outcome).toBe('done');
    const inbox = (await reader.containers()).find(({ id }) => id === container.id);
    expect(inbox?.total).toBe(1);
    await session.close();
  });
});
