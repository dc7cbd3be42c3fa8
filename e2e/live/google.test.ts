import { type Assumptions, type Google, MIGRATION_SCOPES, startGoogle } from '@sterna/simulator-google';
import { afterAll, describe, expect, test } from 'vitest';
import { UNHURRIED } from '../support/google.ts';
import { type LiveOutcome, runLive } from './run-live.ts';

const LONG = process.env.STERNA_TEST_LONG !== undefined;
const ADDRESS = 'alice@nordwind.example';

const running: Google[] = [];
afterAll(async () => {
  for (const server of running) await server.stop();
});

async function start(assumptions: Partial<Assumptions> = {}): Promise<Google> {
  // Somebody's account: there is much in it.
  const server = await startGoogle({ assumptions });
  running.push(server);
  return server;
}

function live(server: Google, only: string, ...args: readonly string[]): Promise<LiveOutcome> {
  const key = JSON.stringify(server.keyFile);
  // Lists of contacts show here at once what was written, and nobody counts units.
  const connectorSettings = { baseUrl: server.baseUrl, contactsDelaySeconds: 0, ...UNHURRIED };
  const [line = ''] = server.keyFile.private_key.split('\n').slice(1);
  return runLive({
    system: 'google',
    settings: { address: ADDRESS, connectorSettings, passwordFile: 'secret' },
    args: ['--only', only, ...args],
    fileOf: key,
    secret: undefined,
    hidden: [line],
  });
}

/** Everything that there is of Alice, by name. */
async function containersOf(server: Google): Promise<string[]> {
  const user = server.cloud.findUser(ADDRESS);
  if (user === undefined) throw new Error(`no user ${ADDRESS}`);
  const { project, clientId } = server.serviceAccount;
  const { token } = server.cloud.accessTokens.issue({ ...user, clientId, project, scopes: new Set(MIGRATION_SCOPES) });
  const found: string[] = [];
  for (const [path, list, name] of [
    ['/gmail/v1/users/me/labels', 'labels', 'name'],
    ['/calendar/v3/users/me/calendarList?maxResults=250', 'items', 'summary'],
    ['/v1/people/me/connections?personFields=names&pageSize=1000', 'connections', 'resourceName'],
    ['/v1/contactGroups?pageSize=200', 'contactGroups', 'resourceName'],
    ['/tasks/v1/users/@me/lists', 'items', 'title'],
    ['/gmail/v1/users/me/settings/filters', 'filter', 'id'],
    ["/drive/v3/files?pageSize=1000&q='root' in parents", 'files', 'name'],
  ] as const) {
    const answer = await fetch(`${server.baseUrl}${encodeURI(path)}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const body = (await answer.json()) as Record<string, Record<string, string>[]>;
    found.push(...(body[list] ?? []).map((one) => `${list}: ${one[name]}`));
  }
  const mail = await fetch(`${server.baseUrl}/gmail/v1/users/me/profile`, {
    headers: { authorization: `Bearer ${token}` },
  });
  found.push(`messages: ${((await mail.json()) as { messagesTotal: number }).messagesTotal}`);
  return found.sort();
}

describe('npm run test:live -- --system google, against the simulator', () => {
  test('says that what the simulator assumes holds there, and leaves nothing behind', async () => {
    const server = await start();
    const before = await containersOf(server);
    const { code, output, report } = await live(server, LONG ? 'behaviours,golden,suites' : 'behaviours,golden');
    expect({ code, failed: report?.tests.filter(({ outcome }) => outcome === 'failed') }, output).toEqual({
      code: 0,
      failed: [],
    });
    expect(report?.behaviours.length).toBeGreaterThan(20);
    expect(report?.behaviours.filter(({ held }) => !held).map(({ name, observed }) => [name, observed])).toEqual([]);
    expect(
      report?.golden.map(({ content, written, same, told, others }) => [
        content,
        written > 5 && written === same + told && same > told,
        others,
      ]),
    ).toEqual([
      ['message', true, []],
      ['event', true, []],
      ['contact', true, []],
      // Google takes 8,192 characters of notes.
      ['task', true, ['a line without folds: refused, object-too-large']],
      ['file', true, []],
    ]);
    expect(await containersOf(server)).toEqual(before);
    expect(server.calendarMails).toEqual([]);
    expect(server.failures).toEqual([]);
  }, 600_000);

  test('what breaks half-way is told, and leaves nothing behind either', async () => {
    const server = await start();
    const before = await containersOf(server);
    // What is written is in part there already.
    const broken = server.faults.inject({
      fault: { kind: 'answer', status: 403, code: 'forbidden' },
      when: ({ method, target }: { method: string; target: string }) =>
        method === 'GET' && /^\/(?:drive\/v3\/files\/[^?]+\?alt=media|v1\/people\/c)/.test(target),
      times: 1_000,
    });
    const { code, report } = await live(server, 'suites,golden', '--kinds', LONG ? 'contact,file' : 'contact');
    expect(broken.struck).toBeGreaterThan(5);
    expect(code).toBe(1);
    expect(report?.tests.filter(({ outcome }) => outcome === 'failed').length).toBeGreaterThan(5);
    expect(await containersOf(server)).toEqual(before);
  }, 300_000);

  test('says what doesn’t hold there', async () => {
    const server = await start({
      partlyDelegated: 'access_denied',
      gmailImportMerges: 'message-id',
      gmailInsertMerges: 'equal',
      gmailInsertThreads: true,
      gmailAddsReceived: 'both',
      gmailAddsMessageId: true,
      gmailImportAddsCategory: false,
      gmailImportChecksFrom: false,
      gmailDraftLabelOnInsert: 'accept',
      gmailLabelNameLength: 1_000,
      calendarImportExisting: 'update',
      calendarImportsExceptions: false,
      calendarImportTakesId: true,
      peopleSyncDelayMs: 60_000,
      tasksKeepCompleted: false,
      drive: {
        metadataBumpsModifiedTime: false,
        trashTouchesDescendants: true,
        deletionToldForDescendants: true,
        nativeSizes: false,
        maxProperties: 100,
      },
    });
    const { code, output, report } = await live(server, 'behaviours');
    expect(code, output).toBe(0);
    const found = new Map(report?.behaviours.map(({ name, held, observed }) => [name, held ? 'held' : observed]));
    expect(Object.fromEntries(found)).toEqual({
      partlyDelegated: 'access_denied',
      gmailImportMerges: 'one of the same Message-ID',
      gmailInsertMerges: 'yes',
      gmailInsertBytes: 'no',
      gmailInsertThreads: 'yes',
      gmailAddsReceived: 'import and insert',
      gmailAddsMessageId: 'yes',
      gmailImportAddsCategory: 'no',
      gmailImportChecksFrom: 'no',
      gmailDraftLabelOnInsert: 'yes',
      gmailSentLabelOnInsert: 'held',
      gmailLabelNameLength: 'more than 225 characters',
      calendarImportExisting: 'it replaces what is there',
      calendarImportOfDeleted: 'it makes it anew',
      calendarImportsExceptions: 'no',
      calendarImportTakesId: 'yes',
      peopleSyncDelayMs: 'no',
      peoplePhotoBytes: 'held',
      tasksKeepCompleted: 'no',
      'drive.metadataBumpsModifiedTime': 'no',
      'drive.trashTouchesDescendants': 'of all that is in it',
      'drive.deletionToldForDescendants': 'of all that is in it',
      'drive.nativeSizes': 'no',
      'drive.maxProperties': 'more than 30',
    });
  }, 300_000);

  test('a scope that nobody delegated is told before anything is written', async () => {
    const server = await start();
    for (const { delegations } of server.domains) delegations.clear();
    const { code, output } = await live(server, 'golden');
    expect(code).toBe(2);
    expect(output).toMatch(/The account isn’t ready for this/);
    expect(server.requests.filter(({ method, target }) => method !== 'GET' && !/\/token$/.test(target))).toEqual([]);
  });
});
