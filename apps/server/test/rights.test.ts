import { CSRF_HEADER, routes, SCOPES, type Scope } from '@sterna/api-contract';
import { type Actor, actorOfToken, createOrganization, createToken, type Role, signIn } from '@sterna/application';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD, startApi, type TestApi } from './api.ts';
import { ask, made, refusalByApplication } from './asking.ts';
import { type Description, type Request, requestsOf } from './example-request.ts';

/**
 * Every operation of the OpenAPI description × everybody who may come along. Who may do what is said once, by the scope
 * of the route (`x-sterna-scope`); what follows for whom is written out here by hand, so that neither can drift alone.
 * The application refuses by itself too, and must agree.
 */
const MAY: Readonly<Record<string, { readonly role: Role; readonly scopes: readonly Scope[] }>> = {
  owner: { role: 'owner', scopes: ['read', 'operate', 'admin'] },
  'owner, by a token to operate': { role: 'owner', scopes: ['read', 'operate'] },
  'owner, by a token to read': { role: 'owner', scopes: ['read'] },
  operator: { role: 'operator', scopes: ['read', 'operate'] },
  'operator, by a token to read': { role: 'operator', scopes: ['read'] },
  viewer: { role: 'viewer', scopes: ['read'] },
  auditor: { role: 'auditor', scopes: ['read'] },
};

/** For everybody who has signed in, whatever they may do. */
const OF_ONESELF = ['signOut', 'getMe', 'changePassword'];
/** A program that signs in with a password makes a token of what its person may, and that person may look at it. */
const ALSO_BY_SIGN_IN: ReadonlySet<string> = new Set(['createToken', 'listTokens']);
/** Reads, with a body that is too long for a URL. */
const READING_POSTS = ['exportSelection'];

const NOBODYS = '2000000000';

let api: TestApi;
let requests: readonly Request[];
const tokens = new Map<string, string>();
let owner: string;
let stranger: string;
/** One of each thing of the organization, by the path that leads to it. */
const things = new Map<string, string>();

beforeAll(async () => {
  api = await startApi();
  requests = requestsOf((await api.app.inject('/api/openapi.json')).json() as Description);
  const setUp = { organization: 'Tern', email: 'owner@tern.example', password: PASSWORD };
  owner = String((await made(api, 'POST', '/api/setup', undefined, setUp)).token);
  for (const role of ['operator', 'viewer', 'auditor'])
    await made(api, 'POST', '/api/accounts', owner, { email: `${role}@tern.example`, password: PASSWORD, role });
  for (const [name, { role, scopes }] of Object.entries(MAY)) tokens.set(name, await tokenOf(role, name, scopes));
  await makeThings();
  stranger = await anotherOrganization();
});
afterAll(() => api?.close());

async function tokenOf(role: Role, name: string, scopes: readonly Scope[]): Promise<string> {
  const sign = { email: `${role}@tern.example`, password: PASSWORD };
  const whole = String(
    (await made(api, 'POST', '/api/sign-in', undefined, { ...sign, token: `all of ${name}` })).token,
  );
  const actor = await actorOfToken(api.application, whole);
  return (await createToken(api.application, actor, { name, scopes })).token;
}

async function makeThings(): Promise<void> {
  const idOf = async (url: string, payload: object): Promise<string> => {
    const answer = await made(api, 'POST', url, owner, payload);
    const whole = (answer.channel ?? answer.details ?? answer) as { id?: number };
    return String(whole.id);
  };
  const place = { connector: 'archive', settings: { path: api.folder, format: 'maildir' } };
  const source = await idOf('/api/systems', { name: 'source', ...place });
  const target = await idOf('/api/systems', { name: 'target', ...place });
  const project = await idOf('/api/projects', {
    name: 'p',
    sourceSystemId: Number(source),
    targetSystemId: Number(target),
  });
  const entries = await made(api, 'POST', `/api/projects/${project}/entries`, owner, {
    entries: [{ sourceAddress: 'a', targetAddress: 'b' }],
  });
  things.set('/api/systems/', source);
  things.set('/api/projects/', project);
  things.set('/api/entries/', String((entries.items as { id: number }[])[0]?.id));
  things.set('/api/tokens/', await idOf('/api/tokens', { name: 'one', scopes: ['read'] }));
  things.set(
    '/api/accounts/',
    await idOf('/api/accounts', { email: 'x@tern.example', password: PASSWORD, role: 'viewer' }),
  );
  const hook = { kind: 'webhook', name: 'hook', topics: ['batch-done'], url: 'https://hooks.tern.example/' };
  things.set('/api/notifications/channels/', await idOf('/api/notifications/channels', hook));
}

async function anotherOrganization(): Promise<string> {
  const email = 'owner@gull.example';
  const first = await actorOfToken(api.application, owner);
  await createOrganization(api.application, first, { name: 'Gull', email, password: PASSWORD });
  return String(
    (await made(api, 'POST', '/api/sign-in', undefined, { email, password: PASSWORD, token: 'gull' })).token,
  );
}

/** The event stream never ends: its own test. */
const asked = (): readonly Request[] =>
  requests.filter((one) => one.scope !== 'public' && one.operationId !== 'events');

test('every route says who may call it, and only reading is for those who may but read', () => {
  expect(requests.length).toBe(Object.keys(routes).length);
  for (const { operationId, scope, method } of requests) {
    expect(['public', 'self', ...SCOPES], `${operationId} has no scope in the OpenAPI description`).toContain(scope);
    if (scope === 'self') expect(OF_ONESELF).toContain(operationId);
    if (scope === 'read' && method !== 'GET') expect(READING_POSTS).toContain(operationId);
  }
});

describe.each(Object.keys(MAY))('%s', (name) => {
  const { scopes } = MAY[name] as (typeof MAY)[string];
  const token = (): string => tokens.get(name) as string;

  test('gets an answer wherever the scope is theirs, and 403 everywhere else', async () => {
    const wrong: string[] = [];
    for (const request of asked()) {
      // Nothing that exists: what is allowed finds nothing, what isn't never looks.
      const { status, code } = await ask(api, request, token(), NOBODYS);
      const may = request.scope === 'self' || (request.scope !== 'public' && scopes.includes(request.scope));
      const refused = status === 401 || status === 403;
      if (refused === may && !(request.operationId === 'changePassword' && code === 'sign-in-refused'))
        wrong.push(`${request.operationId}: ${status} ${code}, ${may ? 'may' : 'may not'}`);
    }
    expect(wrong).toEqual([]);
  });

  test('is refused by the application too, whatever the server lets through', async () => {
    const actor: Actor = await actorOfToken(api.application, token());
    expect(actor.scopes).toEqual(scopes);
    const wrong: string[] = [];
    for (const request of asked()) {
      const { operationId, scope, payload, type } = request;
      if (scope === 'public' || scope === 'self' || scopes.includes(scope)) continue;
      const params = { id: Number(NOBODYS), key: 'x', bulkId: 'x' };
      // What the route itself reads of a selection comes before the application.
      const body = type === 'application/json' ? { ...JSON.parse(payload ?? '{}'), entryIds: [1] } : payload;
      const thrown = await refusalByApplication(api, request, actor, params, body);
      if (thrown?.code !== 'not-allowed' && !ALSO_BY_SIGN_IN.has(operationId))
        wrong.push(`${operationId}: ${thrown?.code ?? thrown?.message}`);
    }
    expect(wrong).toEqual([]);
  });
});

test('the owner of another organization learns of nothing that it is there', async () => {
  const wrong: string[] = [];
  let looked = 0;
  for (const request of asked().filter(({ path }) => path.includes('{'))) {
    const [kind] = request.path.split('{') as [string];
    const thing = things.get(kind);
    if (thing === undefined) continue;
    looked += 1;
    const [theirs, nobodys] = [await ask(api, request, stranger, thing), await ask(api, request, stranger, NOBODYS)];
    if (
      theirs.status < 400 ||
      theirs.body.replaceAll(thing, '#') !== nobodys.body.replaceAll(NOBODYS, '#').replaceAll(thing, '#')
    )
      wrong.push(`${request.operationId}: ${theirs.status} ${theirs.body} <> ${nobodys.status} ${nobodys.body}`);
  }
  expect(wrong).toEqual([]);
  expect(looked).toBeGreaterThan(60);
  // They are all there, for their own people.
  for (const [kind, id] of things) {
    const request = requests.find((one) => one.method === 'GET' && one.path === `${kind}{id}`);
    if (request !== undefined) expect((await ask(api, request, owner, id)).status, kind).toBe(200);
  }
});

test('lists of another organization are empty', async () => {
  const lists = requests.filter(({ method, path }) => method === 'GET' && !path.includes('{'));
  const seen: string[] = [];
  for (const request of lists.filter(({ operationId, scope }) => scope !== 'public' && operationId !== 'events')) {
    const { body, status } = await ask(api, request, stranger, NOBODYS);
    if (status < 300 && /tern\.example|hooks\.|"source"/.test(body)) seen.push(`${request.operationId}: ${body}`);
  }
  expect(seen).toEqual([]);
});

test('somebody without a role any more, whose session stays open, is a stranger at once', async () => {
  const payload = { email: 'gone@tern.example', password: PASSWORD, role: 'operator' };
  const { id } = await made(api, 'POST', '/api/accounts', owner, payload);
  const session = await signIn(api.application, payload);
  const cookie = `sterna_session=${session.token}`;
  const ask = (): Promise<{ statusCode: number }> =>
    api.app.inject({ method: 'GET', url: '/api/me', headers: { cookie, [CSRF_HEADER]: '1' } });
  expect((await ask()).statusCode).toBe(200);
  const headers = { authorization: `Bearer ${owner}` };
  expect((await api.app.inject({ method: 'DELETE', url: `/api/accounts/${id}`, headers })).statusCode).toBe(204);
  expect((await ask()).statusCode).toBe(401);
});
