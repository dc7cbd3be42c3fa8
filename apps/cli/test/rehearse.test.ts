import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@sterna/api-contract';
import { createLog, type RunningServer, startServer } from '@sterna/server';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { estimate } from '../src/rehearsal/estimate.ts';
import type { ProjectToRehearse } from '../src/rehearsal/project.ts';
import type { RehearsalRequest } from '../src/rehearsal/rehearsed.ts';
import { type Outcome, PROGRAM, sterna, testFolder } from './sterna.ts';

const LONG = process.env.STERNA_TEST_LONG !== undefined;
const PEOPLE = ['ada.lovelace', 'bob', 'cara', 'dan', 'eve'];

let folder: Awaited<ReturnType<typeof testFolder>>;
let server: RunningServer;
let token: string | undefined;

/** A project between two tenants that nobody can reach from here: whoever asked them would fail. */
beforeAll(async () => {
  folder = await testFolder();
  server = await startServer({
    port: 0,
    dataDir: join(folder.path, 'data'),
    services: ['api'],
    version: '0.0.0',
    log: createLog({ level: 'fatal' }),
  });
  const baseUrl = server.url as string;
  const body = { organization: 'Tern', email: 'ada@tern.example', password: 'correct horse battery' };
  token = (await createClient({ baseUrl }).setUp({ body })).token;
  const client = createClient({ baseUrl, token });
  const system = async (name: string): Promise<number> => {
    const settings = { tenant: name, clientId: '00000000-0000-4000-8000-000000000000' };
    const credentials = { password: 'a secret of nobody' };
    return (await client.createSystem({ body: { name, connector: 'microsoft365', settings, credentials } })).id;
  };
  const [sourceSystemId, targetSystemId] = [await system('old.example'), await system('new.example')];
  const settings = { sizeLimit: 1_000_000 };
  const project = await client.createProject({ body: { name: 'Move', sourceSystemId, targetSystemId, settings } });
  await client.createProject({ body: { name: 'Empty', sourceSystemId, targetSystemId } });
  const teams = await client.createProject({ body: { name: 'Teams', sourceSystemId, targetSystemId } });
  await client.createEntries({
    params: { id: teams.id },
    body: { entries: [{ itemType: 'team', sourceAddress: 'crew@old.example', targetAddress: 'team@new.example' }] },
  });
  await client.putMapping({
    params: { id: teams.id },
    body: {
      items: PEOPLE.map((name) => ({
        kind: 'user' as const,
        source: `${name}@old.example`,
        target: `${name}@new.example`,
      })),
    },
  });
  await client.createEntries({
    params: { id: project.id },
    body: {
      entries: PEOPLE.map((name, at) => ({
        itemType: at === 1 ? 'drive' : 'mailbox',
        sourceAddress: `${name}@old.example`,
        targetAddress: `${name}@new.example`,
      })),
    },
  });
  await client.createEntries({
    params: { id: project.id },
    body: {
      entries: [
        {
          itemType: 'site',
          sourceAddress: 'old.sharepoint.com/sites/Sales',
          targetAddress: 'new.sharepoint.com/sites/x',
        },
        { itemType: 'group', sourceAddress: 'board@old.example', targetAddress: 'board@new.example' },
      ],
    },
  });
  // Eve was forgotten.
  await client.putMapping({
    params: { id: project.id },
    body: {
      items: PEOPLE.slice(0, -1).map((name) => ({
        kind: 'user' as const,
        source: `${name}@old.example`,
        target: `${name}@new.example`,
      })),
    },
  });
  await client.grantLicenses({ body: { type: 'mail', quantity: 3, note: 'one too few' } });
});
afterAll(async () => {
  await server?.close();
  await folder?.remove();
});

const rehearse = (...args: readonly string[]): Promise<Outcome> =>
  sterna(['rehearse', ...args], { STERNA_URL: server.url as string, STERNA_TOKEN: token as string, HOME: folder.path });

test('people, a site and a group, two workers killed: everything arrives once, and what would happen is told', async () => {
  const run = await rehearse('Move', '--objects', '6', '--scale', '1', '--kills', '2', '--storms', '1', '--json');
  // Eve can't be in the group.
  expect(run.code, run.stdout + run.stderr).toBe(3);
  const report = JSON.parse(run.stdout);
  expect(report).toMatchObject({
    entries: { rehearsed: 7, all: { mailbox: 4, drive: 1, site: 1, group: 1 }, leftOut: [] },
    troubles: { kills: 2 },
    unmapped: { count: 1, people: ['eve@old.example'] },
    licenses: [
      { type: 'mail', burns: 4, available: 3, short: 1 },
      { type: 'file', burns: 1, available: 0, short: 1 },
      { type: 'site', burns: 1, available: 0, short: 1 },
      { type: 'team', burns: 1, available: 0, short: 1 },
    ],
    verify: { missing: 0, duplicated: 0, different: 0 },
    lost: 0,
    duplicated: 0,
    unbalanced: 0,
    mailed: 0,
    findings: [],
    failures: [{ itemType: 'group', code: 'person-not-in-target', objects: 1 }],
    estimate: { entries: 7, bound: expect.stringContaining('new.example') },
  });
  const mailboxes = report.items.find((one: { itemType: string }) => one.itemType === 'mailbox');
  expect(mailboxes.books.created).toBeGreaterThan(100);
  // The project's settings count: what is too large stays behind, one message of each.
  expect(mailboxes.books.filtered).toBe(4);
  const created = (type: string): number =>
    report.items.find((one: { itemType: string }) => one.itemType === type)?.books.created;
  for (const type of ['site', 'group']) expect(created(type), type).toBeGreaterThan(3);
  // Who isn't in the mapping table can't be in the group either.
  expect(report.unprepared).toContainEqual(
    expect.objectContaining({ source: 'board@old.example', what: 'user eve@old.example', outcome: 'missing' }),
  );
  // Nothing of it is left, and the project has not run.
  expect(await foldersLeft()).toEqual([]);
  const client = createClient({ baseUrl: server.url as string, token });
  const project = (await client.listProjects()).items.find(({ name }) => name === 'Move');
  expect(project?.entries).toEqual({ 'not started': 7 });
  expect((await client.listPasses({ query: {} })).items).toEqual([]);
}, 120_000);

// Within Microsoft’s limits, four requests a second for one team, it takes some minutes.
test.skipIf(!LONG)(
  'a team, of people whom only the mapping table names',
  async () => {
    const run = await rehearse('Teams', '--objects', '6', '--scale', '1', '--kills', '1', '--storms', '1', '--json');
    expect(run.code, run.stdout + run.stderr).toBe(0);
    const { items, lost, duplicated, findings, unprepared } = JSON.parse(run.stdout);
    expect({ lost, duplicated, findings, unprepared }).toEqual({
      lost: 0,
      duplicated: 0,
      findings: [],
      unprepared: [],
    });
    expect(items[0]).toMatchObject({ itemType: 'team', entries: 1 });
    expect(items[0].books.created).toBeGreaterThan(20);
  },
  600_000,
);

/** Of rehearsals that have ended: others may go on beside us. */
async function foldersLeft(): Promise<string[]> {
  const all = await readdir(join(tmpdir(), `sterna-rehearsal-${process.getuid?.() ?? 0}`));
  return all.filter((name) => !existsSync(`/proc/${name.split('-').at(-1)}`));
}

/** Those that work for a rehearsal of this process: its server, database and workers. */
const helpersOf = (pid: number): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return [];
      }
    })
    .filter((command) => new RegExp(`sterna-rehearsal-\\d+/run-\\d+-${pid}/`).test(command));

const MOMENTS = [
  ['its server starts', / serve /, 'one'],
  ['its passes run', / worker /, 'all'],
  ...(LONG ? ([['its database is made', /initdb/, 'all']] as const) : []),
] as const;

test.skipIf(process.platform !== 'linux').each(MOMENTS)(
  'Ctrl-C while %s leaves no process and no folder',
  async (_name, helper, told) => {
    const child = spawn(process.execPath, [PROGRAM, 'rehearse', 'Move', '--objects', '2', '--scale', '1'], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, HOME: folder.path, STERNA_URL: server.url as string, STERNA_TOKEN: token },
    });
    const pid = child.pid as number;
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    const started = (): boolean => helpersOf(pid).some((command) => helper.test(command));
    await vi.waitUntil(started, { timeout: 20_000, interval: 5 });
    // In a terminal Ctrl-C goes to all that run there; `kill` tells one.
    process.kill(told === 'all' ? -pid : pid, 'SIGINT');
    const [code] = await once(child, 'exit');
    expect(code, text).toBe(130);
    expect(helpersOf(pid)).toEqual([]);
    expect(await foldersLeft()).toEqual([]);
  },
  60_000,
);

test('how long it takes is asked of the books of the project’s server alone, once', async () => {
  const asked: unknown[] = [];
  const client = {
    getProjectCapacity: async () => ({ entries: 2, objects: 100, bytes: 1_000, seconds: 10, bounds: [] }),
    planEntry: async (request: unknown) => {
      asked.push(request);
      return { estimate: { perObject: { p50: 0.5, p90: 2 }, basis: 'From 3 initial passes.' } };
    },
  };
  const found = await estimate(
    { client, workers: 2, concurrency: 1 } as unknown as RehearsalRequest,
    { id: 1, sizes: { counted: 2, looked: 2 }, entries: [{ id: 7 }, { id: 8 }] } as unknown as ProjectToRehearse,
    [],
  );
  expect(asked).toEqual([{ params: { id: 7 }, query: { live: false } }]);
  expect(found).toMatchObject({ p50Seconds: 25, p90Seconds: 100 });
  expect(found.basis).toMatch(/^From 3 initial passes\. 2 of 2 entries are counted/);
});

test.each([
  ['no such project', ['Nobody'], 2, /There is no project "Nobody"\.\nFix: There are: /],
  ['a project without entries', ['Empty'], 2, /"Empty" has no entries\..*PROJECT.*\nFix: Import its user list/],
  ['a scale of nothing', ['Move', '--scale', '0'], 2, /"0" is no scale above 0 and up to 1\..*--scale.*\nFix: Write/],
  ['a scale above all', ['Move', '--scale', '2/1'], 2, /"2\/1" is no scale.*--scale/],
  ['no entries', ['Move', '--entries', '0'], 2, /"0" is not a number from 1 to 1000\..*--entries/],
] as const)('refuses %s', async (_name, args, code, words) => {
  const { stderr, stdout, code: exit } = await rehearse(...args);
  expect(stderr).toMatch(words);
  expect(exit).toBe(code);
  expect(stdout).toBe('');
});
