import {
  type Assumptions,
  DirectDrive,
  MIGRATION_APP,
  type Microsoft365,
  type Options,
  startMicrosoft365,
} from '@sterna/simulator-microsoft365';
import { afterAll, describe, expect, test } from 'vitest';
import { microsoftOrganization } from '../golden/apis/graph.ts';
import { Graph, RULES } from '../support/graph.ts';
import { type LiveOutcome, runLive } from './run-live.ts';

const LONG = process.env.STERNA_TEST_LONG !== undefined;
const ADDRESS = 'alice@contoso.example';

const running: Microsoft365[] = [];
afterAll(async () => {
  for (const server of running) await server.stop();
});

async function start(assumptions: Partial<Assumptions> = {}, more: Options = {}): Promise<Microsoft365> {
  // Somebody's account: there is much in it.
  const server = await startMicrosoft365({ ...more, assumptions });
  running.push(server);
  return server;
}

const settingsOf = ({ baseUrl }: Microsoft365, more: object = {}) => ({
  address: ADDRESS,
  connectorSettings: { baseUrl, loginUrl: baseUrl, clientId: MIGRATION_APP.id },
  ...more,
});

const live = (
  settings: object | string,
  args: readonly string[],
  secret: string | undefined = MIGRATION_APP.secret,
): Promise<LiveOutcome> =>
  runLive({
    system: 'microsoft365',
    settings,
    args,
    fileOf: MIGRATION_APP.secret,
    secret,
    hidden: [MIGRATION_APP.secret],
  });

/** All that Alice has, folders without anything in them too. */
async function everythingOf(server: Microsoft365): Promise<unknown> {
  const organization = microsoftOrganization(server.baseUrl, 'contoso.example', {
    holders: [],
    everybody: [],
    withSettings: true,
  });
  const objects = await organization.read({ type: 'person', address: ADDRESS });
  const { openUploads } = new DirectDrive(server, ADDRESS);
  return {
    objects: objects.map(({ kind, id, name, properties }) => [kind, id, name, properties]),
    containers: await containersOf(server),
    uploads: openUploads.length,
  };
}

async function containersOf({ baseUrl }: Microsoft365): Promise<string[]> {
  const signIn = await fetch(`${baseUrl}/contoso.example/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: MIGRATION_APP.id,
      client_secret: MIGRATION_APP.secret,
      scope: 'https://graph.microsoft.com/.default',
    }).toString(),
  });
  const { access_token } = (await signIn.json()) as { access_token: string };
  const found: string[] = [];
  for (const [path, name] of [
    ['mailFolders', 'displayName'],
    ['calendars', 'name'],
    ['contactFolders', 'displayName'],
    ['todo/lists', 'displayName'],
    ['drive/root/children', 'name'],
  ] as const) {
    const answer = await fetch(`${baseUrl}/v1.0/users/${ADDRESS}/${path}?$top=100`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    const { value } = (await answer.json()) as { value: Record<string, string>[] };
    found.push(...value.map((one) => `${path}: ${one[name]}`));
  }
  return found.sort();
}

/** As a run would that is killed before it has cleared up. */
async function leaveTraces(server: Microsoft365): Promise<void> {
  const graph = new Graph(server, ADDRESS);
  const left = 'Sterna test 00c0ffee left';
  await graph.call('POST', '/mailFolders', { displayName: left });
  await graph.call('POST', '/calendars', { name: left });
  await graph.call('POST', '/contactFolders', { displayName: left });
  await graph.call('POST', '/todo/lists', { displayName: left });
  await graph.call('POST', '/drive/root/children', { name: left, folder: {} });
  await graph.call('POST', RULES, {
    displayName: left,
    sequence: 9,
    isEnabled: false,
    actions: { markAsRead: true },
  });
}

describe('npm run test:live, against the simulator', () => {
  test('says that what the simulator assumes holds there, and leaves nothing behind, nor what an earlier run left that was killed', async () => {
    const server = await start();
    const before = await everythingOf(server);
    await leaveTraces(server);
    expect(await everythingOf(server)).not.toEqual(before);
    const { code, output, report } = await live(
      settingsOf(server, { passwordFile: 'secret' }),
      ['--only', LONG ? 'behaviours,golden,suites' : 'behaviours,golden'],
      undefined,
    );
    expect({ code, failed: report?.tests.filter(({ outcome }) => outcome === 'failed') }, output).toEqual({
      code: 0,
      failed: [],
    });
    const wrong = report?.behaviours.filter(({ held }) => !held).map(({ name, observed }) => [name, observed]);
    expect(wrong).toEqual([['importMimeReceivedFromHeaders', 'there is no importMime']]);
    expect(
      report?.golden.map(({ content, written, same, told, others }) => [
        content,
        written > 5 && written === same + told && same > told,
        others,
      ]),
    ).toEqual(['message', 'event', 'contact', 'task', 'file'].map((content) => [content, true, []]));
    expect(output).toMatch(/^yes +Is beta’s importMime there\? +no +no$/m);
    expect(await everythingOf(server)).toEqual(before);
    expect(server.invitations).toEqual([]);
  }, 1_800_000);

  test('what breaks half-way is told, and leaves nothing behind either, nor was a rule on for a moment', async () => {
    const isOn: unknown[] = [];
    const server = await start(
      {},
      {
        observe: ({ request: { method, target, body } }) => {
          if (method === 'POST' && /messageRules$/.test(target)) isOn.push(JSON.parse(body.toString('utf8')).isEnabled);
        },
      },
    );
    const before = await everythingOf(server);
    const broken = server.faults.inject({
      fault: { kind: 'answer', status: 403, code: 'ErrorAccessDenied' },
      when: ({ method, target }) => method === 'POST' && /\/(?:messageRules|messages|children)$/.test(target),
      after: 12,
      times: 10_000,
    });
    const { code, report } = await live(settingsOf(server), [
      '--only',
      'suites,golden',
      '--kinds',
      LONG ? 'message,file,setting' : 'setting',
    ]);
    expect(broken.struck).toBeGreaterThan(5);
    expect(isOn.length).toBeGreaterThan(12);
    expect(isOn).not.toContain(true);
    expect(code).toBe(1);
    expect(report?.tests.filter(({ outcome }) => outcome === 'failed').length).toBeGreaterThan(5);
    expect(await everythingOf(server)).toEqual(before);
  }, 300_000);

  test('says what doesn’t hold there', async () => {
    const server = await start({
      importMime: true,
      importMimeReceivedFromHeaders: false,
      importSessionStatus: 201,
      dateOnCreate: 'refuse',
      mimeInFolders: false,
      movedReason: 'deleted',
      emptyPages: false,
      rewritesBodies: false,
      globalObjectIdKept: false,
      taskAttachmentsByApps: true,
      taskExtensionsOnCreate: false,
    });
    const { code, output, report } = await live(settingsOf(server), ['--only', 'behaviours']);
    expect(code, output).toBe(0);
    const found = new Map(report?.behaviours.map(({ name, held, observed }) => [name, held ? 'held' : observed]));
    expect(Object.fromEntries(found)).toEqual({
      importMime: 'yes',
      importMimeReceivedFromHeaders: 'the moment of the import',
      importSessionStatus: '201',
      dateOnCreate: 'it is refused',
      mimeInFolders: 'no',
      movedReason: 'deleted',
      emptyPages: 'not seen',
      rewritesBodies: 'yes',
      flagsInPatch: 'held',
      flagsInCreate: 'held',
      globalObjectIdKept: 'no',
      seriesForgetsExceptions: 'held',
      taskAttachmentsByApps: 'yes',
      taskExtensionsOnCreate: 'no',
      photoBytes: 'held',
      datesMakeVersion: 'held',
    });
    expect(output).toMatch(/^NO +Is beta’s importMime there\? +no +yes$/m);
  }, 300_000);
});

describe('npm run test:live, told wrongly', () => {
  const secretInside = JSON.stringify({ address: ADDRESS, connectorSettings: { clientSecret: MIGRATION_APP.secret } });
  test.each<[string, object | string, readonly string[], RegExp]>([
    ['no JSON', `{"password": "${MIGRATION_APP.secret}"`, [], /settings\.json is no JSON\./],
    ['a secret in the settings', secretInside, [], /“clientSecret” doesn’t belong into .*STERNA_LIVE_PASSWORD/],
    ['no address', {}, [], /"address" in .* must name a mailbox/],
    ['an unknown setting', { address: ADDRESS, adress: 'x' }, [], /“adress”, which nobody knows/],
    [
      'a secret’s file that isn’t there',
      { address: ADDRESS, passwordFile: 'none' },
      [],
      /The secret can’t be read: .*none \(ENOENT\)/,
    ],
    ['an unknown part', { address: ADDRESS }, ['--only', 'golden,everything'], /not “everything”/],
    ['an unknown option', { address: ADDRESS }, ['--sytem', 'x'], /--sytem/],
  ])('%s', async (_, settings, args, words) => {
    const { code, output, report } = await live(settings, args);
    expect(code).toBe(2);
    expect(output).toMatch(words);
    expect(report).toBeUndefined();
  });

  test('a wrong secret is told before anything is written', async () => {
    const server = await start();
    const { code, output } = await live(settingsOf(server), [], 'wrong');
    expect(code).toBe(2);
    expect(output).toMatch(/The account isn’t ready for this/);
    expect(server.requests.filter(({ method, target }) => method !== 'GET' && !/\/token$/.test(target))).toEqual([]);
  });
});
