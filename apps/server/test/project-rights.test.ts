import { CSRF_HEADER, type Scope } from '@sterna/api-contract';
import { type Actor, actorOfToken, createToken, type ProjectRole, type Role, subscribe } from '@sterna/application';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PASSWORD, startApi, type TestApi } from './api.ts';
import { ask, made, refusalByApplication } from './asking.ts';
import { type Description, type Request, requestsOf } from './example-request.ts';

/**
 * Every operation × people with roles in the organization, in this project and in another one × things of both projects.
 * What follows from the roles is written out here by hand.
 */
const PLACES = ['tern', 'gull'] as const;
type Place = (typeof PLACES)[number];
type Rights = Readonly<Record<'everywhere' | Place, readonly Scope[]>>;
interface Person {
  readonly role: Role;
  readonly tern?: ProjectRole;
  readonly gull?: ProjectRole;
  /** By a token that is limited to one project. */
  readonly only?: Place;
  readonly may: Rights;
}

const READ = ['read'] as const;
const OPERATE = ['read', 'operate'] as const;
const ALL = ['read', 'operate', 'admin'] as const;
const PEOPLE: Readonly<Record<string, Person>> = {
  'a viewer of tern': { role: 'none', tern: 'viewer', may: { everywhere: [], tern: READ, gull: [] } },
  'an auditor of tern': { role: 'none', tern: 'auditor', may: { everywhere: [], tern: READ, gull: [] } },
  'an operator of tern': { role: 'none', tern: 'operator', may: { everywhere: [], tern: OPERATE, gull: [] } },
  'the owner of tern': { role: 'none', tern: 'owner', may: { everywhere: [], tern: ALL, gull: [] } },
  'a viewer of tern who operates gull': {
    role: 'none',
    tern: 'viewer',
    gull: 'operator',
    may: { everywhere: [], tern: READ, gull: OPERATE },
  },
  'a viewer who operates tern': {
    role: 'viewer',
    tern: 'operator',
    may: { everywhere: READ, tern: OPERATE, gull: READ },
  },
  'an operator who views tern': {
    role: 'operator',
    tern: 'viewer',
    may: { everywhere: OPERATE, tern: OPERATE, gull: OPERATE },
  },
  'the owner, by a token for gull': { role: 'owner', only: 'gull', may: { everywhere: [], tern: [], gull: ALL } },
  'a viewer who owns tern, by a token for tern': {
    role: 'viewer',
    tern: 'owner',
    only: 'tern',
    may: { everywhere: [], tern: ALL, gull: [] },
  },
};

/** These are about the organization: a role in a project opens none of them. */
const OF_THE_ORGANIZATION: ReadonlySet<string> = new Set([
  ...['listAccounts', 'createAccount', 'updateAccount', 'removeAccount'],
  ...['createSystem', 'updateSystem', 'deleteSystem', 'createProject'],
  ...['listChannels', 'createChannel', 'updateChannel', 'removeChannel', 'renewChannelSecret', 'testChannel'],
  ...['listDeliveries', 'getDelivery', 'retryDelivery', 'getNotificationRules', 'updateNotificationRules'],
  ...['grantLicenses', 'importPack', 'exportLedger', 'verifyLedger', 'exportAudit', 'verifyAudit'],
]);
/** About nothing in particular, and what one has oneself. */
const FOR_ALL: ReadonlySet<string> = new Set([
  ...['listConnectors', 'getSettingsSchema', 'getBalances', 'getReportKey'],
  ...['listTokens', 'createToken', 'deleteToken'],
]);
const NOBODYS = '2000000000';

let api: TestApi;
let requests: readonly Request[];
let owner: string;
const tokens = new Map<string, string>();
/** One of each thing, by the path that leads to it. */
const things: Record<Place, Map<string, string>> = { tern: new Map(), gull: new Map() };

beforeAll(async () => {
  api = await startApi();
  requests = requestsOf((await api.app.inject('/api/openapi.json')).json() as Description);
  const setUp = { organization: 'Birds', email: 'owner@birds.example', password: PASSWORD };
  owner = String((await made(api, 'POST', '/api/setup', undefined, setUp)).token);
  await made(api, 'POST', '/api/licenses/grants', owner, { type: 'mail', tier: 'standard', quantity: 10 });
  for (const place of PLACES) await makeThings(place);
  for (const [index, [name, person]] of Object.entries(PEOPLE).entries()) await makePerson(index, name, person);
});
afterAll(() => api?.close());

async function makeThings(place: Place): Promise<void> {
  const post = (url: string, payload: object) => made(api, 'POST', url, owner, payload);
  const archive = { connector: 'archive', settings: { path: api.folder, format: 'maildir' } };
  const source = await post('/api/systems', { name: `source of ${place}`, ...archive });
  const target = await post('/api/systems', { name: `target of ${place}`, ...archive });
  const project = await post('/api/projects', {
    name: `project ${place}`,
    sourceSystemId: source.id,
    targetSystemId: target.id,
  });
  const entry = async (name: string): Promise<number> => {
    const entries = [{ sourceAddress: `${name}@${place}`, targetAddress: `${name}@new.${place}`, batch: 'first' }];
    const { items } = await post(`/api/projects/${project.id}/entries`, { entries });
    return (items as { id: number }[])[0]?.id as number;
  };
  const [entryId, stoppedId] = [await entry('one'), await entry('two')];
  const { pass } = await post(`/api/entries/${entryId}/start`, {});
  await post(`/api/entries/${stoppedId}/start`, {});
  await post(`/api/entries/${stoppedId}/stop`, {});
  const reason = { reason: 'configuration changed' };
  const remigration = await post(`/api/entries/${stoppedId}/remigrations`, reason);
  const { backup } = await post(`/api/entries/${entryId}/backups`, {});
  const schedule = await post(`/api/projects/${project.id}/schedules`, {
    batch: 'first',
    kind: 'delta',
    runAt: new Date(Date.now() + 30 * 86_400_000).toISOString(),
    zone: 'UTC',
  });
  const idOf = (thing: unknown): string => String((thing as { id: number }).id);
  for (const [path, id] of [
    ['/api/projects/', idOf(project)],
    ['/api/systems/', idOf(source)],
    ['/api/entries/', String(entryId)],
    ['/api/passes/', idOf(pass)],
    ['/api/remigrations/', idOf(remigration)],
    ['/api/schedules/', idOf(schedule)],
    ['/api/backups/', String((backup as { entryId: number }).entryId)],
  ] as const)
    things[place].set(path, id);
}

async function makePerson(index: number, name: string, person: Person): Promise<void> {
  const sign = { email: `p${index}@birds.example`, password: PASSWORD };
  if (person.role === 'owner') sign.email = 'owner@birds.example';
  else await made(api, 'POST', '/api/accounts', owner, { ...sign, role: person.role });
  for (const place of PLACES) {
    const role = person[place];
    const url = `/api/projects/${things[place].get('/api/projects/')}/access`;
    if (role !== undefined) await made(api, 'PUT', url, owner, { email: sign.email, role });
  }
  const whole = String((await made(api, 'POST', '/api/sign-in', undefined, { ...sign, token: 'all' })).token);
  if (person.only === undefined) {
    tokens.set(name, whole);
    return;
  }
  const projects = [Number(things[person.only].get('/api/projects/'))];
  const actor = await actorOfToken(api.application, whole);
  tokens.set(name, (await createToken(api.application, actor, { name, scopes: ALL, projects })).token);
}

const kindOf = (request: Request): string => request.path.split('{')[0] as string;
/** What somebody calls must be about one of the two projects, so that it is known what they may do with it. */
const ofAProject = (): readonly Request[] =>
  requests.filter((one) => things.tern.has(kindOf(one)) && !OF_THE_ORGANIZATION.has(one.operationId));
const somewhere = (may: Rights): readonly Scope[] =>
  ALL.filter((scope) => [may.everywhere, may.tern, may.gull].some((scopes) => scopes.includes(scope)));

function bodyOf({ payload, type }: Request, place: Place): string | undefined {
  if (type !== 'application/json') return payload;
  return JSON.stringify({ ...JSON.parse(payload ?? '{}'), entryIds: [Number(things[place].get('/api/entries/'))] });
}

test('every operation is about a project, about the organization, or about nothing that belongs to anybody', () => {
  const projectLists = ['listSystems', 'listProjects', 'listPasses', 'listRemigrations', 'listBackups', 'listAudit'];
  const narrowed = [...projectLists, 'listLicenseEvents', 'getOverview', 'forecastLicenses', 'events'];
  const bulk = ['getBulkRemigration', 'continueBulkRemigration'];
  const known = new Set([...OF_THE_ORGANIZATION, ...FOR_ALL, ...narrowed, ...bulk]);
  const left = requests.filter(
    (one) =>
      one.scope !== 'public' && one.scope !== 'self' && !known.has(one.operationId) && !things.tern.has(kindOf(one)),
  );
  expect(left.map((one) => one.operationId)).toEqual([]);
  expect(ofAProject().length).toBeGreaterThan(75);
});

test.each(Object.keys(PEOPLE))('%s finds in lists what is of their projects, and nothing else', async (name) => {
  const { may } = PEOPLE[name] as Person;
  const seen: string[] = [];
  const lists = requests.filter(
    ({ method, path, operationId, scope }) =>
      method === 'GET' && !path.includes('{') && !['public', 'self'].includes(scope) && operationId !== 'events',
  );
  for (const request of lists) {
    const { status, body } = await ask(api, request, tokens.get(name) as string, NOBODYS, { others: '1' });
    if (status >= 300) continue;
    for (const place of PLACES) {
      const isThere = markOf(place).test(body);
      if (isThere && !may[place].includes('read')) seen.push(`${request.operationId} shows ${place}: ${body}`);
      if (!isThere && may[place].includes('read') && SHOWING.has(request.operationId))
        seen.push(`${request.operationId} lacks ${place}: ${body}`);
    }
  }
  expect(seen).toEqual([]);
});

describe.each(Object.keys(PEOPLE))('%s', (name) => {
  const { may } = PEOPLE[name] as Person;
  const token = (): string => tokens.get(name) as string;

  test.each(PLACES)(
    'gets what they may have of %s, is refused the rest, and can’t see what isn’t theirs',
    async (place) => {
      const wrong: string[] = [];
      for (const request of ofAProject()) {
        const scope = request.scope as Scope;
        const id = things[place].get(kindOf(request)) as string;
        const payload = bodyOf(request, place);
        const { status, code, body } = await ask(api, request, token(), id, { others: '1', payload });
        const got = status === 403 ? '403' : status === 404 && isMissing(body, id) ? '404' : 'answered';
        const due = !somewhere(may).includes(scope)
          ? '403'
          : !may[place].includes('read')
            ? '404'
            : may[place].includes(scope)
              ? 'answered'
              : '403';
        if (got !== due) wrong.push(`${request.operationId}: ${status} ${code}, due ${due}`);
        // The one who may do everything in one project: what they don't see is told from nothing by no answer.
        if (due !== '404' || name !== 'the owner of tern') continue;
        const nobodys = await ask(api, request, token(), NOBODYS, { others: '1', payload });
        if (body.replaceAll(id, '#') !== nobodys.body.replaceAll(NOBODYS, '#').replaceAll(id, '#'))
          wrong.push(`${request.operationId}: ${body} <> ${nobodys.body}`);
      }
      expect(wrong).toEqual([]);
    },
  );

  test('can do nothing to the organization but what their role in it allows', async () => {
    const wrong: string[] = [];
    for (const request of requests.filter(({ operationId }) => OF_THE_ORGANIZATION.has(operationId))) {
      const { status } = await ask(api, request, token(), NOBODYS, { others: '1' });
      if ((status === 403) === may.everywhere.includes(request.scope as Scope))
        wrong.push(`${request.operationId}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  test('is refused by the application too, whatever the server lets through', async () => {
    const actor: Actor = await actorOfToken(api.application, token());
    const wrong: string[] = [];
    for (const place of PLACES)
      for (const request of ofAProject()) {
        const { operationId, scope, type } = request;
        if (may[place].includes(scope as Scope)) continue;
        const payload = bodyOf(request, place);
        const params = { id: Number(things[place].get(kindOf(request))), key: 'x', accountId: 1, note: 1 };
        const body = type === 'application/json' ? JSON.parse(payload ?? '{}') : payload;
        const thrown = await refusalByApplication(api, request, actor, params, body);
        if (thrown?.code !== 'not-allowed' && thrown?.code !== 'not-found')
          wrong.push(`${operationId}: ${thrown?.code ?? thrown?.message}`);
      }
    expect(wrong).toEqual([]);
  });
});

/** Lists that hold something of each project. */
const SHOWING: ReadonlySet<string> = new Set([
  ...['listSystems', 'listProjects', 'listPasses', 'listRemigrations', 'listBackups', 'listAudit'],
  ...['listLicenseEvents', 'getOverview', 'forecastLicenses'],
]);

/** The project's name is in the names of its systems, in its addresses; elsewhere the numbers of its entries. */
const markOf = (place: Place): RegExp => {
  const entry = things[place].get('/api/entries/');
  return new RegExp(`of ${place}|@(new\\.)?${place}"|project ${place}|"(entryId|entry)":${entry}[,}]`);
};

/** It is the thing itself that isn't there, not a part of it. */
const isMissing = (body: string, id: string): boolean =>
  new RegExp(`There is no (project|system|entry|pass|remigration|schedule|backup) ${id}\\.`).test(body);

test('events tell of what is theirs, and of nothing else', async () => {
  const idOf = (place: Place): number => Number(things[place].get('/api/projects/'));
  const mapping = (place: Place) =>
    made(api, 'POST', `/api/projects/${idOf(place)}/entries`, owner, {
      entries: [{ sourceAddress: `new@${place}`, targetAddress: `new@new.${place}` }],
    });
  const ended = new AbortController();
  const heard: Record<string, (number | string | undefined)[]> = {};
  const listening = ['a viewer of tern', 'the owner, by a token for gull', 'an operator who views tern'].map(
    async (name) => {
      const actor = await actorOfToken(api.application, tokens.get(name) as string);
      const list: (number | string | undefined)[] = [];
      heard[name] = list;
      for await (const event of subscribe(api.application, actor, { signal: ended.signal })) {
        list.push(event.projectId ?? event.type);
        if (event.type === 'license') return;
      }
    },
  );
  // They listen from the moment that they are first asked for an event.
  await vi.waitFor(() => expect(Object.keys(heard)).toHaveLength(3));
  await mapping('tern');
  await mapping('gull');
  await made(api, 'PATCH', '/api/notifications/rules', owner, { licenseLow: 7 });
  await made(api, 'POST', '/api/licenses/grants', owner, { type: 'mail', tier: 'standard', quantity: 1 });
  await Promise.all(listening);
  ended.abort();
  expect(heard).toEqual({
    'a viewer of tern': [idOf('tern'), 'license'],
    'the owner, by a token for gull': [idOf('gull'), 'license'],
    'an operator who views tern': [idOf('tern'), idOf('gull'), 'notification', 'license'],
  });
});

test('a role that is taken away is gone at the next request', async () => {
  const sign = { email: 'gone@birds.example', password: PASSWORD };
  await made(api, 'POST', '/api/accounts', owner, { ...sign, role: 'none' });
  const answer = await api.app.inject({ method: 'POST', url: '/api/sign-in', payload: sign });
  const cookie = String(answer.headers['set-cookie']);
  const id = things.tern.get('/api/projects/');
  const look = async (url: string): Promise<number> =>
    (await api.app.inject({ url, headers: { cookie, [CSRF_HEADER]: '1' } })).statusCode;
  // Somebody who has no role yet can sign in, and see that.
  expect(await look('/api/me')).toBe(200);
  expect(await look(`/api/projects/${id}`)).toBe(403);
  const { items } = await made(api, 'PUT', `/api/projects/${id}/access`, owner, { email: sign.email, role: 'viewer' });
  expect(await look(`/api/projects/${id}`)).toBe(200);
  const { accountId } = (items as { email: string; accountId: number }[]).find((one) => one.email === sign.email) ?? {};
  const headers = { authorization: `Bearer ${owner}` };
  const revoke = { method: 'DELETE', url: `/api/projects/${id}/access/${accountId}`, headers } as const;
  expect((await api.app.inject(revoke)).statusCode).toBe(200);
  expect(await look(`/api/projects/${id}`)).toBe(403);
  expect((await api.app.inject(revoke)).statusCode).toBe(404);
});

test('a token for one project makes no token for another, nor for all', async () => {
  const limited = tokens.get('the owner, by a token for gull') as string;
  const tern = Number(things.tern.get('/api/projects/'));
  const headers = { authorization: `Bearer ${limited}` };
  const make = (payload: object) => api.app.inject({ method: 'POST', url: '/api/tokens', headers, payload });
  expect((await make({ name: 'x', scopes: ['read'], projects: [tern] })).statusCode).toBe(404);
  const made = (await make({ name: 'y', scopes: ['admin'] })).json() as { token: string };
  const me = await api.app.inject({ url: '/api/me', headers: { authorization: `Bearer ${made.token}` } });
  expect(me.json()).toMatchObject({
    scopes: [],
    projects: [{ projectId: Number(things.gull.get('/api/projects/')), scopes: ['read', 'operate', 'admin'] }],
  });
});
