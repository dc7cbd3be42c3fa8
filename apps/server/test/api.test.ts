import { CSRF_HEADER, type Route, routes } from '@sterna/api-contract';
import { reconcile } from '@sterna/application';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD, startApi, type TestApi } from './api.ts';

let api: TestApi;
let token: string;
let cookie: string;

const bearer = () => ({ authorization: `Bearer ${token}` });
const urlOf = (route: Route): string => route.path.replace(/:[a-zA-Z]+/g, '1');

beforeAll(async () => {
  api = await startApi();
  const answer = await api.app.inject({
    method: 'POST',
    url: '/api/setup',
    payload: { organization: 'Tern', email: 'ada@tern.example', password: PASSWORD },
  });
  expect(answer.statusCode, answer.body).toBe(201);
  token = answer.json().token;
  cookie = String(answer.headers['set-cookie']);
});
afterAll(() => api?.close());

describe('strangers', () => {
  const closed = Object.entries<Route>(routes).filter(([, route]) => route.scope !== 'public');

  test.each(closed)('%s asks for a sign-in before it looks at the request', async (_name, route) => {
    const answer = await api.app.inject({
      method: route.method,
      url: urlOf(route),
      // Neither a known type nor a valid body: a stranger must not learn that.
      headers: { 'content-type': 'application/x-nonsense' },
      ...(route.method === 'GET' ? {} : { payload: '{{{' }),
    });
    expect(answer.statusCode).toBe(401);
    expect(answer.json().error).toMatchObject({ code: 'sign-in-needed', class: 'auth' });
  });

  test('a wrong token, a wrong cookie and a strange scheme are refused', async () => {
    for (const headers of [
      { authorization: 'Bearer nonsense' },
      { authorization: 'Basic YTpi' },
      { cookie: 'sterna_session=nonsense' },
    ]) {
      const answer = await api.app.inject({ method: 'GET', url: '/api/systems', headers });
      expect(answer.statusCode).toBe(401);
    }
  });

  test('only health, set-up, sign-in and the description are open', async () => {
    const open = Object.entries<Route>(routes)
      .filter(([, route]) => route.scope === 'public')
      .map(([name]) => name);
    expect(open.sort()).toEqual(['getHealth', 'getSignInWays', 'setUp', 'signIn']);
    expect((await api.app.inject('/api/health')).json()).toEqual({ status: 'ok', version: '0.0.0', setUp: true });
    expect((await api.app.inject('/api/openapi.json')).statusCode).toBe(200);
  });

  test('health says that the database was restored, until that is reconciled', async () => {
    const { db } = api.application;
    await db.insertInto('database_restore').values({ how: 'Its tables were made anew.' }).execute();
    const waiting = (await api.app.inject('/api/health')).json();
    expect(waiting).toMatchObject({ status: 'ok', setUp: true });
    expect(Math.abs(Date.parse(waiting.restoredAt) - Date.now())).toBeLessThan(60_000);
    // What it was noticed by is nobody's business who isn't signed in.
    expect(JSON.stringify(waiting)).not.toContain('tables');
    await reconcile(api.application, { ledgers: [], withoutLedger: true });
    expect((await api.app.inject('/api/health')).json()).not.toHaveProperty('restoredAt');
  });

  test('a second set-up is refused', async () => {
    const answer = await api.app.inject({
      method: 'POST',
      url: '/api/setup',
      payload: { organization: 'Gull', email: 'eve@gull.example', password: PASSWORD },
    });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.json().error.code).toBe('already-set-up');
  });

  test('a wrong password and an unknown name get the same answer', async () => {
    const bodies = await Promise.all(
      ['ada@tern.example', 'nobody@tern.example'].map(async (email) => {
        const answer = await api.app.inject({
          method: 'POST',
          url: '/api/sign-in',
          payload: { email, password: 'wrong' },
        });
        expect(answer.statusCode).toBe(401);
        return answer.body;
      }),
    );
    expect(bodies[0]).toBe(bodies[1]);
  });
});

describe('paths', () => {
  test.each(['GET', 'POST', 'DELETE'] as const)('an unknown API path is a 404 in JSON (%s)', async (method) => {
    for (const url of ['/api/nothing', '/api', '/api/systems/1/nothing', '/api/../api/nothing']) {
      const answer = await api.app.inject({ method, url });
      expect(answer.statusCode).toBe(404);
      expect(answer.headers['content-type']).toContain('application/json');
      expect(answer.json().error.code).toBe('not-found');
    }
  });

  test('the page is plain, and every answer carries the security headers', async () => {
    const page = await api.app.inject('/');
    expect(page.headers['content-type']).toContain('text/html');
    for (const answer of [page, await api.app.inject('/api/health'), await api.app.inject('/api/nothing')]) {
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });
});

describe('sessions', () => {
  test('the cookie is HttpOnly and SameSite=Strict, and reads', async () => {
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    const answer = await api.app.inject({ url: '/api/me', headers: { cookie: cookie.split(';')[0] } });
    expect(answer.json().account).toMatchObject({ email: 'ada@tern.example', role: 'owner' });
  });

  test('a write with the cookie alone is refused; with our header it is not', async () => {
    const write = (headers: Record<string, string>) =>
      api.app.inject({
        method: 'POST',
        url: '/api/systems',
        headers: { cookie: cookie.split(';')[0] as string, ...headers },
        payload: {
          name: `mail ${Object.keys(headers).length}`,
          connector: 'archive',
          settings: { path: api.folder, format: 'maildir' },
        },
      });
    const refused = await write({});
    expect(refused.statusCode).toBe(403);
    expect(refused.json().error.code).toBe('csrf-header-missing');
    const taken = await write({ [CSRF_HEADER]: '1' });
    expect(taken.statusCode, taken.body).toBe(201);
  });

  test('a form of a foreign page reaches no handler', async () => {
    const answer = await api.app.inject({
      method: 'POST',
      url: '/api/sign-in',
      headers: { 'content-type': 'text/plain' },
      payload: JSON.stringify({ email: 'ada@tern.example', password: PASSWORD }),
    });
    expect(answer.statusCode).toBe(415);
  });

  test('signing out ends the session', async () => {
    const signedIn = await api.app.inject({
      method: 'POST',
      url: '/api/sign-in',
      payload: { email: 'ada@tern.example', password: PASSWORD },
    });
    const own = String(signedIn.headers['set-cookie']).split(';')[0] as string;
    const out = await api.app.inject({
      method: 'POST',
      url: '/api/sign-out',
      headers: { cookie: own, [CSRF_HEADER]: '1' },
    });
    expect(out.statusCode, out.body).toBe(200);
    expect((await api.app.inject({ url: '/api/me', headers: { cookie: own } })).statusCode).toBe(401);
  });

  test('a token with the scope read may not write', async () => {
    const made = await api.app.inject({
      method: 'POST',
      url: '/api/tokens',
      headers: bearer(),
      payload: { name: 'reader', scopes: ['read'] },
    });
    expect(made.statusCode, made.body).toBe(201);
    const answer = await api.app.inject({
      method: 'POST',
      url: '/api/systems',
      headers: { authorization: `Bearer ${made.json().token}` },
      payload: 'not even JSON',
    });
    expect(answer.statusCode).toBe(403);
    expect(answer.json().error.code).toBe('scope-missing');
  });
});

describe('input', () => {
  test('a bad body names the field', async () => {
    const answer = await api.app.inject({
      method: 'POST',
      url: '/api/licenses/grants',
      headers: bearer(),
      payload: { type: 'mail', quantity: 0 },
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({ code: 'request-invalid', class: 'config', field: 'quantity' });
  });

  test('broken JSON, a bad number in the path and a body that is too large are told in the one shape', async () => {
    const asked = [
      {
        method: 'POST',
        url: '/api/systems',
        payload: '{"name":',
        headers: { ...bearer(), 'content-type': 'application/json' },
      },
      { method: 'GET', url: '/api/systems/abc', headers: bearer() },
      { method: 'POST', url: '/api/systems', headers: bearer(), payload: { name: 'x'.repeat(2 * 1024 * 1024) } },
      { method: 'GET', url: '/api/systems/999999', headers: bearer() },
    ] as const;
    const statuses = [];
    for (const one of asked) {
      const answer = await api.app.inject(one as never);
      statuses.push(answer.statusCode);
      expect(answer.json().error).toMatchObject({
        code: expect.any(String),
        class: 'config',
        message: expect.any(String),
      });
    }
    expect(statuses).toEqual([400, 400, 413, 404]);
  });
});

describe('secrets', () => {
  const SECRET = 'hunter2-mailbox-password';

  test('credentials go in and never come out, not even into the log', async () => {
    const made = await api.app.inject({
      method: 'POST',
      url: '/api/systems',
      headers: bearer(),
      payload: {
        name: 'with a password',
        connector: 'imap',
        settings: { host: 'mail.example' },
        credentials: { user: 'master', password: SECRET },
      },
    });
    expect(made.statusCode, made.body).toBe(201);
    expect(made.json().credentials).toEqual({ user: true, password: true, accessToken: false });
    const { id } = made.json();
    const target = await api.app.inject({
      method: 'POST',
      url: '/api/systems',
      headers: bearer(),
      payload: { name: 'target', connector: 'archive', settings: { path: api.folder, format: 'maildir' } },
    });
    const project = await api.app.inject({
      method: 'POST',
      url: '/api/projects',
      headers: bearer(),
      payload: { name: 'secrets', sourceSystemId: id, targetSystemId: target.json().id },
    });
    expect(project.statusCode, project.body).toBe(201);
    const imported = await api.app.inject({
      method: 'POST',
      url: `/api/projects/${project.json().id}/entries/import`,
      headers: { ...bearer(), 'content-type': 'text/csv' },
      payload: `SourceAddress,SourcePassword\nada@old.example,${SECRET}\n`,
    });
    expect(imported.json(), imported.body).toMatchObject({ imported: 1, problems: [] });
    const entryId = imported.json().entryIds[0];
    const paths = [
      `/api/systems/${id}`,
      '/api/systems',
      `/api/projects/${project.json().id}/entries`,
      `/api/projects/${project.json().id}/entries.csv`,
      `/api/entries/${entryId}`,
      '/api/audit',
      '/api/tokens',
    ];
    for (const url of paths) {
      const answer = await api.app.inject({ url, headers: bearer() });
      expect(answer.statusCode, `${url} ${answer.body}`).toBe(200);
      expect(answer.body).not.toContain(SECRET);
      expect(answer.body).not.toContain(token);
    }
    expect(api.log.join('')).not.toContain(SECRET);
    expect(api.log.join('')).not.toContain(PASSWORD);
    expect(api.log.join('')).not.toContain(token);
  });
});
