import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeSampleMailbox } from '@sterna/sample-mailbox';
import { createLog, type RunningServer, startServer } from '@sterna/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Outcome, sterna, testFolder } from './sterna.ts';

let folder: Awaited<ReturnType<typeof testFolder>>;
let server: RunningServer;
const PASSWORD = 'correct horse battery staple';

/** As the administrator at home: server and token come from what `setup` saved. */
const home = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
  sterna(args, { STERNA_URL: server.url as string, HOME: folder.path, ...env });

async function ok(...args: string[]): Promise<unknown> {
  const outcome = await home([...args, '--json']);
  expect(outcome.code, `${args.join(' ')}: ${outcome.stderr}`).toBe(0);
  return JSON.parse(outcome.stdout);
}

beforeAll(async () => {
  folder = await testFolder();
  server = await startServer({
    port: 0,
    dataDir: join(folder.path, 'data'),
    version: '0.0.0',
    concurrency: 1,
    log: createLog({ level: 'fatal' }),
  });
  await mkdir(join(folder.path, 'old', 'ada@old.example'), { recursive: true });
  await mkdir(join(folder.path, 'new'));
  writeSampleMailbox(join(folder.path, 'old', 'ada@old.example'), { messages: 20, seed: 6, size: 0 });
});
afterAll(async () => {
  await server?.close();
  await folder?.remove();
});

test('set-up keeps a token that only its owner can read', async () => {
  const outcome = await home(['setup', '--organization', 'Tern', '--email', 'ada@tern.example'], {
    STERNA_PASSWORD: PASSWORD,
  });
  expect(outcome.code, outcome.stderr).toBe(0);
  const path = join(folder.path, '.config', 'sterna', 'credentials.json');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await ok('whoami')).toMatchObject({ account: { email: 'ada@tern.example' } });
  const wrong = await home(['login', '--email', 'ada@tern.example'], { STERNA_PASSWORD: 'wrong' });
  expect(wrong.code).toBe(5);
  expect(wrong.stderr).toMatch(/^sterna: .+\nFix: .+\n$/);
});

test('a mailbox from CSV to verified, and its license ledger verified offline', async () => {
  const add = (name: string, path: string) =>
    ok(
      'system',
      'add',
      name,
      '--connector',
      'archive',
      '--set',
      `path=${join(folder.path, path)}`,
      '--set',
      'format=maildir',
    );
  await add('old', 'old');
  await add('new', 'new');
  expect((await home(['system', 'check', 'old'])).code).toBe(0);
  await ok('project', 'create', 'move', '--source', 'old', '--target', 'new', '--set', 'conflict=skip');

  const csv = join(folder.path, 'list.csv');
  await writeFile(
    csv,
    'SourceAddress,TargetAddress\nada@old.example,ada@new.example\nada@old.example,ada@new.example\n',
  );
  const refused = await home(['list', 'import', 'move', csv]);
  expect(refused.code).toBe(2);
  expect(refused.stdout).toMatch(/line 3/);
  expect(refused.stdout).toMatch(/0 imported/);
  await writeFile(csv, '\ufeffSourceAddress;TargetAddress\r\nada@old.example;ada@new.example\r\n');
  expect(await ok('list', 'import', 'move', csv)).toMatchObject({ imported: 1 });

  const unlicensed = await home(['entry', 'start', 'ada@old.example']);
  expect(unlicensed.code, unlicensed.stderr).toBe(7);
  expect(await ok('license', 'grant', '2')).toMatchObject({ available: 2 });
  expect(await ok('entry', 'plan', 'ada@old.example')).toMatchObject({ kind: 'initial' });
  expect(await ok('entry', 'start', 'ada@old.example', '--watch')).toMatchObject({
    kind: 'initial',
    status: 'completed',
    books: { seen: 20, created: 20, balanced: true },
  });
  expect(await ok('entry', 'delta', 'ada@old.example', '--watch')).toMatchObject({
    kind: 'delta',
    books: { unchanged: 20 },
  });
  expect(await ok('entry', 'verify', 'ada@old.example', '--watch')).toMatchObject({
    kind: 'verify',
    status: 'completed',
  });
  expect(await ok('entry', 'failures', 'ada@old.example')).toEqual([]);
  expect(await ok('overview', '--project', 'move')).toMatchObject({
    passes: { running: 0, queued: 0 },
    projects: [{ name: 'move', entries: 1, byStatus: { completed: 1 } }],
  });
  expect((await home(['overview'])).stdout).toMatch(/needs a person +0 entries/);
  expect(await ok('license', 'balance')).toContainEqual({
    ...{ type: 'mail', tier: 'standard', granted: 2, available: 1, assigned: 0, burned: 1 },
  });
  const table = await home(['entry', 'list', 'move']);
  expect(table.stdout).toMatch(/ada@old\.example +ada@new\.example +mail \(burned\) +completed/);

  expect(await ok('list', 'bulk', 'move', 'delta', '--all', '--preview')).toMatchObject({ would: 1, licenses: [] });
  expect((await home(['list', 'bulk', 'move', 'batch', '--to', 'Pilot', 'ada@old.example'])).code).toBe(0);
  expect(await ok('list', 'export', 'move', '--batch', 'Pilot')).toContain('ada@old.example');
  const nothingFailed = await home(['list', 'bulk', 'move', 'retry', '--status', 'completed']);
  expect(nothingFailed.code).toBe(3);
  expect(nothingFailed.stdout).toMatch(/ada@old\.example +Nothing of this entry has failed/);
  expect((await home(['list', 'bulk', 'move', 'stop'])).stderr).toMatch(/Which entries are meant/);

  const ledger = join(folder.path, 'ledger.json');
  await ok('license', 'ledger', '--export', ledger);
  expect(await ok('ledger', 'verify', ledger)).toMatchObject({ ok: true, events: 3 });
  const forged = (await readFile(ledger, 'utf8')).replace('"quantity": 2', '"quantity": 9');
  await writeFile(ledger, forged);
  const verdict = await home(['ledger', 'verify', ledger]);
  expect(verdict.code).toBe(4);
  expect(verdict.stdout).toContain('THE LICENSE LEDGER DOES NOT HOLD');

  const trail = join(folder.path, 'audit.json');
  const shown = await home(['audit', '--action', 'license.grant']);
  expect(shown.stdout).toMatch(/license\.grant +organization/);
  const { events } = (await ok('audit', '--export', trail)) as { events: number };
  expect(events).toBeGreaterThan(5);
  expect(await ok('ledger', 'verify', trail)).toMatchObject({ ok: true, events });
  // Whoever did it, it was somebody else.
  await writeFile(
    trail,
    (await readFile(trail, 'utf8')).replace('"action": "license.grant"', '"action": "license.look"'),
  );
  const changed = await home(['ledger', 'verify', trail]);
  expect(changed.code).toBe(4);
  expect(changed.stdout).toMatch(/THE AUDIT TRAIL DOES NOT HOLD at event \d+: .* was changed/);
  await writeFile(trail, JSON.stringify({ format: 'sterna-audit-trail/1', organization: 'x', events: [{ seq: 1 }] }));
  expect(await home(['ledger', 'verify', trail])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no export of an audit trail'),
  });
});

test('links are asked for by a setting, and done by delta passes that burn no license', async () => {
  expect((await home(['links', 'move'])).stdout).toMatch(/Nobody has looked for links: “links” is “keep”/);
  const advised = await home(['links', 'rewrite', 'move']);
  expect(advised.stdout).toMatch(/“links” of move is “rewrite” now.*1 entries ran with another setting.*no license/s);
  const before = await ok('license', 'balance');
  expect(await ok('links', 'rewrite', 'move', '--start')).toMatchObject({ changed: false, done: [expect.any(Number)] });
  const status = async () => ((await ok('entry', 'show', 'ada@old.example')) as { status: string }).status;
  await expect.poll(status, { timeout: 20_000 }).toBe('completed');
  expect(await ok('license', 'balance')).toEqual(before);
  expect((await home(['links', 'move'])).stdout).toMatch(/No links to anything.*“links” is “rewrite”: 0 found/s);
  expect(await ok('links', 'move', '--list', '--state', 'kept')).toEqual([]);
  expect(await ok('links', 'restore', 'move')).toMatchObject({ setting: 'keep', changed: true, behind: 1 });
  expect((await home(['links', 'move', '--list', '--reason', 'because'])).code).toBe(2);
});

test('a batch is scheduled and its checklist ticked; a channel says why its test did not arrive', async () => {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  const when = ['--batch', 'Pilot', '--kind', 'delta', '--at', tomorrow];
  expect((await home(['batch', 'schedule', 'move', ...when.slice(0, -1), 'tomorrow'])).stderr).toMatch(/no instant/);
  const made = (await ok('batch', 'schedule', 'move', ...when)) as { id: number };
  expect(made).toMatchObject({ state: 'open', nextRunAt: tomorrow });
  expect((await home(['entry', 'list', 'move'])).stdout).toMatch(/scheduled/);
  expect(await ok('batch', 'cancel', String(made.id))).toMatchObject({ state: 'cancelled' });
  const list = await home(['batch', 'list', 'move']);
  expect(list.stdout).toMatch(/Pilot +delta +cancelled/);

  await ok('cutover', 'tick', 'move', 'mx', '--batch', 'Pilot', '--note', 'TTL was 300');
  const lines = (await home(['cutover', 'list', 'move'])).stdout;
  expect(lines).toMatch(/Pilot +mx +yes .*ada@tern\.example.*TTL was 300/);
  expect(lines).toMatch(/Pilot +last-delta +no .*1 of 1, last ended/);

  const added = await home(['notification', 'channel', 'add', 'chat', '--url', 'http://127.0.0.1:1/hook']);
  expect(added.stdout).toMatch(/whsec_/);
  expect((await home(['notification', 'channel', 'list'])).stdout).toMatch(
    /chat +webhook +http:\/\/127\.0\.0\.1:1\/hook/,
  );
  const tested = await home(['notification', 'channel', 'test', 'chat']);
  expect([tested.code, tested.stdout]).toEqual([6, expect.stringMatching(/nothing listens there/)]);
  await ok('notification', 'channel', 'remove', 'chat');
  expect(await ok('notification', 'channel', 'list')).toEqual([]);
});

test('a provider signs a pack; an installation that does not know him refuses it', async () => {
  const key = join(folder.path, 'issuer.key');
  await ok('license', 'keygen', key);
  expect((await stat(key)).mode & 0o777).toBe(0o600);
  const { account } = (await ok('whoami')) as { account: { organization: { publicId: string } } };
  const pack = join(folder.path, 'pack.json');
  const signing = ['--key', key, '--issuer', 'Provider', '--organization', account.organization.publicId];
  await ok('license', 'sign', '5', ...signing, '--output', pack);
  const outcome = await home(['license', 'import-pack', pack]);
  expect(outcome.code).toBe(7);
  expect(outcome.stderr).toMatch(/issuer Provider/);
});

test('an entry that is deleted is recreated with no license', async () => {
  const deleted = (await ok('entry', 'delete', 'ada@old.example')) as { id: number };
  const fresh = await ok('entry', 'recreate', String(deleted.id));
  expect(fresh).toMatchObject({ status: 'not started', licenses: [], replacesEntryId: deleted.id });
});

test('a pass is run dry, run, and undone after its plan: what it created goes, what it overwrote is as it was', async () => {
  const drive = (name: string): string => join(folder.path, 'drives', name);
  for (const name of ['desk', 'shelf']) {
    await mkdir(drive(name), { recursive: true });
    await ok('system', 'add', name, '--connector', 'files', '--set', `path=${drive(name)}`);
  }
  await writeFile(join(drive('desk'), 'new.txt'), 'new');
  await writeFile(join(drive('desk'), 'plan.txt'), 'the source’s');
  await writeFile(join(drive('shelf'), 'plan.txt'), 'the target’s');
  await ok('project', 'create', 'drives', '--source', 'desk', '--target', 'shelf', '--set', 'conflict=overwrite');
  const csv = join(folder.path, 'drives.csv');
  await writeFile(csv, 'ItemType,SourceAddress,TargetAddress\ndrive,.,.\n');
  expect(await ok('list', 'import', 'drives', csv)).toMatchObject({ imported: 1 });
  const dry = (await ok('entry', 'dry-run', '.', '--project', 'drives', '--watch')) as { id: number };
  expect(await readdir(drive('shelf'))).toEqual(['plan.txt']);
  // It says what a start would cost before there is a license for it.
  expect(await ok('pass', 'dry-run', String(dry.id))).toMatchObject({
    objects: { create: 1, overwrite: 1, rename: 0, skip: 0, refuse: 0 },
    license: { type: 'file', words: expect.stringMatching(/license/) },
    estimate: { objects: 2, seconds: expect.any(Number), p90Seconds: expect.any(Number) },
  });
  expect(await ok('pass', 'dry-run', String(dry.id), '--objects', '--only', 'overwrite')).toMatchObject([
    { verb: 'overwrite', id: 'plan.txt' },
  ]);
  expect((await home(['pass', 'dry-run', String(dry.id)])).stdout).toMatch(/would +create 1, overwrite 1,/);
  await ok('license', 'grant', '1', '--type', 'file');
  const first = (await ok('entry', 'start', '.', '--project', 'drives', '--watch')) as { id: number };
  expect(first).toMatchObject({ books: { created: 1, updated: 1 } });
  expect(await readFile(join(drive('shelf'), 'plan.txt'), 'utf8')).toBe('the source’s');

  const undo = (...args: string[]) => ['pass', 'undo', String(first.id), ...args, '--watch'];
  expect((await home(undo())).code).toBe(2);
  expect((await home(undo('--target-address', '.'))).stderr).toMatch(/Plan it first/);
  expect(await ok(...undo('--plan'))).toMatchObject({ result: { removed: 1, overwritten: { restored: 1 } } });
  const done = await home(undo('--target-address', '.'));
  expect(done.code, done.stderr).toBe(0);
  expect(done.stdout).toMatch(/removed 1,.* overwritten \(.*restored 1\)/);
  expect(await readdir(drive('shelf'))).toEqual(['plan.txt']);
  expect(await readFile(join(drive('shelf'), 'plan.txt'), 'utf8')).toBe('the target’s');
});

test('a consultant with a role in one project sees that one alone, until it is taken away', async () => {
  await ok('project', 'create', 'other', '--source', 'old', '--target', 'new');
  const saved = JSON.parse(await readFile(join(folder.path, '.config', 'sterna', 'credentials.json'), 'utf8'));
  const token = saved.tokens[server.url as string];
  const account = { email: 'cleo@consult.example', password: PASSWORD, role: 'none' };
  const added = await fetch(`${server.url}/api/accounts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(account),
  });
  expect(added.status).toBe(201);
  const HOME = join(folder.path, 'cleo');
  const cleo = (...args: string[]): Promise<Outcome> => home(args, { HOME, STERNA_PASSWORD: PASSWORD });

  const early = await cleo('login', '--email', account.email);
  expect(early.code).toBe(5);
  expect(early.stderr).toMatch(/no role in any project/);
  const wrong = await home(['project', 'access', 'grant', 'move', account.email, 'boss']);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toMatch(/no role "boss"[\s\S]*owner, operator, viewer, auditor/);
  await ok('project', 'access', 'grant', 'move', account.email, 'viewer');
  expect((await home(['project', 'access', 'list', 'move'])).stdout).toMatch(/cleo@consult\.example +viewer +none/);
  expect((await cleo('login', '--email', account.email)).code).toBe(0);
  expect(JSON.parse((await cleo('project', 'list', '--json')).stdout)).toMatchObject([{ name: 'move' }]);
  expect((await cleo('list', 'import', 'move', join(folder.path, 'list.csv'))).code).toBe(5);
  expect((await cleo('project', 'show', 'other')).code).toBe(2);

  await ok('project', 'access', 'revoke', 'move', account.email);
  expect((await cleo('project', 'list')).code).toBe(5);
});

test('an owner who has lost the password is let in again on the server itself, while it runs', async () => {
  const dataDir = join(folder.path, 'data');
  const fresh = 'a way back into all of it';
  const recover = (...args: string[]): Promise<Outcome> =>
    home(['recover', ...args, '--data', dataDir], { STERNA_PASSWORD: fresh });
  const nobody = await recover('nobody@tern.example');
  expect(nobody.code).toBe(2);
  expect(nobody.stderr).toMatch(/No owner has the address nobody@tern\.example[\s\S]*Fix: .*ada@tern\.example/);
  const done = await recover();
  expect(done.code, done.stderr).toBe(0);
  expect(done.stdout).toContain('ada@tern.example has a new password.');
  expect((await home(['login', '--email', 'ada@tern.example'], { STERNA_PASSWORD: PASSWORD })).code).toBe(5);
  expect((await home(['login', '--email', 'ada@tern.example'], { STERNA_PASSWORD: fresh })).code).toBe(0);
});

test('of what failed, only what one cause is told for is tried again', async () => {
  const cur = join(folder.path, 'old', 'bob@old.example', 'cur');
  await mkdir(join(cur, '1.folder:2,'), { recursive: true });
  await writeFile(join(cur, '2.packed:2,'), gzipSync('Subject: packed\r\n\r\nHi\r\n'));
  await ok('project', 'create', 'broken', '--source', 'old', '--target', 'new');
  await ok('license', 'grant', '1');
  await ok('entry', 'add', 'broken', 'bob@old.example', 'bob@new.example');
  const first = await home(['entry', 'start', 'bob@old.example', '--watch']);
  expect(first.code, first.stderr).toBe(3);
  const failures = await home(['entry', 'failures', 'bob@old.example']);
  expect(failures.stdout).toMatch(/failure +not-a-file/);
  expect(failures.stdout).toMatch(/failure +message-compressed/);

  const wrong = await home(['entry', 'retry', 'bob@old.example', '--code', 'message-pressed']);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toMatch(/Nothing of this entry has failed for that cause: message-pressed/);
  await rm(join(cur, '1.folder:2,'), { recursive: true });
  for (const name of ['1.folder:2,', '2.packed:2,']) await writeFile(join(cur, name), 'Subject: plain\r\n\r\nHi\r\n');
  const again = await home(['entry', 'retry', 'bob@old.example', '--code', 'message-compressed', '--watch', '--json']);
  expect(JSON.parse(again.stdout)).toMatchObject({ books: { created: 1, failed: 1, balanced: true } });
  expect(await ok('entry', 'retry', 'bob@old.example', '--watch')).toMatchObject({ books: { created: 1, failed: 0 } });
});
