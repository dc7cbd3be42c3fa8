import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Microsoft365, startMicrosoft365 } from '../src/index.ts';
import { type Client, signIn } from './sign-in.ts';

let server: Microsoft365;
let contoso: Client;
beforeAll(async () => {
  server = await startMicrosoft365({ empty: true });
  contoso = await signIn(server, server.tenant('contoso.example'));
});
afterAll(() => server.stop());

test('an app signs in with its secret and lists the users of its tenant, page by page', async () => {
  const names: string[] = [];
  let path: string | undefined = '/users?$top=5&$select=userPrincipalName';
  let pages = 0;
  while (path !== undefined) {
    const { status, json } = await contoso('GET', path);
    expect(status).toBe(200);
    names.push(...json.value.map((user: { userPrincipalName: string }) => user.userPrincipalName));
    expect(Object.keys(json.value[0]).sort()).toEqual(['id', 'userPrincipalName']);
    path = json['@odata.nextLink'];
    pages++;
  }
  expect(pages).toBe(3);
  expect(new Set(names).size).toBe(12);
  expect(names.every((name) => name.endsWith('@contoso.example'))).toBe(true);
});

test('a user is found by principal name in any case; one of the other tenant is not', async () => {
  const found = await contoso('GET', '/users/ALICE@contoso.example');
  expect(found.json.displayName).toBe('Alice Ashby');
  const other = await contoso('GET', '/users/alice@fabrikam.example');
  expect(other.status).toBe(404);
  expect(other.json.error.code).toBe('Request_ResourceNotFound');
});

test('without a token, nothing', async () => {
  const reply = await fetch(`${server.baseUrl}/v1.0/users`);
  expect(reply.status).toBe(401);
  expect(reply.headers.get('www-authenticate')).toContain('Bearer');
});

test('a query option that is not obeyed is refused, not ignored', async () => {
  expect((await contoso('GET', '/users/alice@contoso.example?$filter=id eq 1')).status).toBe(400);
  expect((await contoso('GET', '/users?$select=favouriteColour')).status).toBe(400);
  expect((await contoso('GET', "/users?$filter=startswith(mail,'ALI')")).json.value).toHaveLength(1);
});
