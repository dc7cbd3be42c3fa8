import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { DirectTeam, MIGRATION_APP, type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, type Endpoint, notes, openBench, pass } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of a service, looked at by tests
type Json = any;

const TEAM = 'marketing@contoso.example';
const TARGET = 'marketing@fabrikam.example';

let dir: string;
let bench: Bench;
let server: Microsoft365;
let source: Graph;
let target: Graph;
/** The pass dies where this says so. */
let dies: ((point: string) => boolean) | undefined;

beforeAll(async () => {
  dir = scratch('engine-microsoft365-team');
  [bench, server] = await Promise.all([
    openBench(join(dir, 'data'), [microsoft365Connector], {
      reached: (point) => {
        if (dies?.(point) === true) throw new Error('the process was killed');
      },
    }),
    startMicrosoft365({ empty: ['fabrikam.example'], seed: 'team' }),
  ]);
  source = await graphOf('contoso.example');
  target = await graphOf('fabrikam.example');
});
afterAll(async () => {
  const [failure] = server.failures;
  await bench.close();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
  if (failure !== undefined) throw failure;
});

type Graph = (method: string, path: string, body?: object) => Promise<Json>;

/** Graph past the connector. */
async function graphOf(domain: string): Promise<Graph> {
  const form = { grant_type: 'client_credentials', client_id: MIGRATION_APP.id, client_secret: MIGRATION_APP.secret };
  const body = new URLSearchParams({ ...form, scope: 'https://graph.microsoft.com/.default' }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await fetch(`${server.baseUrl}/${domain}/oauth2/v2.0/token`, { method: 'POST', headers, body });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return async (method, path, json) => {
    const reply = await fetch(path.startsWith('http') ? path : `${server.baseUrl}/v1.0${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
}

/** A group with a team, as an administrator of the target makes it. */
async function makeTeam(mailNickname: string): Promise<string> {
  const owner = await target('GET', '/users/alice@fabrikam.example');
  const { id } = await target('POST', '/groups', {
    displayName: 'Marketing',
    mailNickname,
    mailEnabled: true,
    securityEnabled: false,
    groupTypes: ['Unified'],
    'owners@odata.bind': [`${server.baseUrl}/v1.0/users/${owner.id}`],
  });
  await target('PUT', `/groups/${id}/team`, {});
  return id;
}

async function all(graph: Graph, path: string): Promise<Json[]> {
  const found: Json[] = [];
  for (let next = path; next !== undefined; ) {
    const page = await graph('GET', next);
    found.push(...page.value);
    next = page['@odata.nextLink'];
  }
  return found;
}

const plain = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&');

/** What people say in a team, by the vendor's API alone: channel, moment, author, text, what it answers. */
async function said(graph: Graph, address: string): Promise<string[]> {
  const [group] = await all(graph, `/groups?$filter=mail eq '${address}'`);
  const people = (await all(graph, '/users?$top=999')).filter(
    ({ userPrincipalName }) => !/#EXT#/.test(userPrincipalName),
  );
  const users = new Map(people.map(({ id, userPrincipalName }) => [id, userPrincipalName.split('@')[0]]));
  const found: string[] = [];
  for (const channel of await all(graph, `/teams/${group.id}/channels`)) {
    const roots = await all(graph, `/teams/${group.id}/channels/${channel.id}/messages?$expand=replies&$top=50`);
    for (const root of roots)
      for (const one of [root, ...root.replies].filter(({ messageType }) => messageType === 'message')) {
        const { contentType, content } = one.body;
        const [line = ''] = /^<p><em>✎.*?<\/em><\/p>/.exec(content) ?? [];
        const bare = contentType === 'html' ? plain(content.slice(line.length)) : content;
        // Of what was deleted nothing is left, and where it was answered its place.
        if (one.deletedDateTime || bare.includes('This message was deleted.')) continue;
        const who = line === '' ? users.get(one.from?.user?.id) : undefined;
        const at = Date.parse(one.createdDateTime);
        const text = bare.replaceAll(/\s+/g, ' ').trim();
        found.push([channel.displayName, at, who ?? 'not of the target', one.subject ?? '', text].join(' | '));
      }
  }
  return found.sort();
}

const team = (address: string): Endpoint => ({ ...microsoft365Endpoint(server, address), itemType: 'team' });

async function entryInto(targetAddress: string): Promise<number> {
  const entry = await addEntry(bench, team(TEAM), team(targetAddress));
  for (const { userPrincipalName } of await all(source, '/users?$top=999'))
    await mapping(bench, entry, userPrincipalName, userPrincipalName.replace('contoso', 'fabrikam'));
  return entry;
}

test('a team goes to another tenant: people, settings, files and what was said, once and for all', async () => {
  await makeTeam('marketing');
  const entry = await entryInto(TARGET);
  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  const { kinds } = first.books as Json;
  console.log(
    JSON.stringify(kinds),
    JSON.stringify(
      (await notes(bench, entry)).map(({ code, subject }) => `${code} ${subject}`),
      null,
      1,
    ),
  );
  expect(await said(target, TARGET)).toEqual(await said(source, TEAM));
  expect(new DirectTeam(server, 'alice@fabrikam.example', 'Marketing').migrating).toEqual([]);

  const again = await pass(bench, entry, 'delta');
  console.log(JSON.stringify((again.books as Json).kinds));
  expect(again.books.total).toMatchObject({ created: 0, updated: 0 });
  expect(await said(target, TARGET)).toEqual(await said(source, TEAM));
}, 120_000);
