import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type Route, routes } from '@sterna/api-contract';
import { openDatabase } from '@sterna/store';
import { prepareDatabase } from '@sterna/store/prepared';
import { type ScriptedImap, startScriptedImap } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog, type RunningServer, startServer } from '../src/index.ts';

/**
 * Secrets of every kind go in; systems fail in every way, and repeat what they were told in their refusals, as careless or
 * hostile servers do. Then everything that comes out is read: logs, every answer of the API, live events, webhooks, and the
 * whole database.
 */
const SECRETS = {
  account: 'canary-account-Pa55word',
  system: 'canary-system-Pa55word',
  entry: 'canary-entry-Pa55word',
  dav: 'canary-dav-Pa55word',
  part: 'canary-part-Pa55word',
  s3: 'canary-s3-SecretAccessKey',
  oauth: 'canary.oauth.bearer.token',
  client: 'canary-client-s3cret-of-an-app',
  smtp: 'canary-smtp-Pa55word',
  key: '',
} as const;
/** As a secret may also look: in Base64, alone or behind a user name, escaped, in hexadecimal. */
const disguises = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ...['u', 'u@tern.example'].map((user) => Buffer.from(`${user}:${secret}`).toString('base64').replace(/=+$/, '')),
  Buffer.from(`\0u\0${secret}`).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
];

const log: string[] = [];
const outputs = new Map<string, string>();
const hooks: string[] = [];
const issued: string[] = [];
/** What the hostile server was told, and said again. */
const repeated = new Set<string>();
let folder: string;
let server: RunningServer;
let client: Client;
let imap: ScriptedImap;
let echo: Server;
let echoPort: number;
let token: string;
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** Refuses everything, with all it was told: in the words of each protocol that asks. */
function startEcho(): Server {
  return createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    if (request.url?.startsWith('/hook')) {
      hooks.push(body);
      response.end();
      return;
    }
    const basic = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
    const told = [request.headers.authorization ?? '', basic, body].map((text) => text.replace(/[<>&"\0]/g, ' '));
    for (const [name, secret] of Object.entries(SECRETS))
      if (secret !== '' && `${basic} ${body} ${request.headers.authorization}`.includes(secret)) repeated.add(name);
    const words = `you said ${told.join(' ')}`;
    if (request.headers.authorization === undefined && !/token/.test(request.url ?? '')) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return;
    }
    const isJson = /json|oauth|token/.test(`${request.headers.accept} ${request.url}`);
    response.writeHead(400, { 'content-type': isJson ? 'application/json' : 'application/xml' });
    response.end(
      isJson
        ? JSON.stringify({ error: 'invalid_client', error_description: words, message: words })
        : `<?xml version="1.0"?><d:error xmlns:d="DAV:"><d:responsedescription>${words}</d:responsedescription></d:error>`,
    );
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sterna-canary-'));
  await chmod(folder, 0o755);
  await prepareDatabase(join(folder, 'data'));
  imap = await startScriptedImap({});
  imap.add('good', 'INBOX', 'Subject: a\r\n\r\nb\r\n');
  echo = startEcho().listen(0, '127.0.0.1');
  await once(echo, 'listening');
  echoPort = (echo.address() as AddressInfo).port;
  server = await startServer({
    port: 0,
    dataDir: join(folder, 'data'),
    version: '0.0.0',
    concurrency: 2,
    log: createLog({ level: 'trace', destination: { write: (line: string) => log.push(line) } }),
  });
  const baseUrl = server.url as string;
  const made = await createClient({ baseUrl }).setUp({
    body: { organization: 'Tern', email: 'u@tern.example', password: SECRETS.account },
  });
  token = made.token as string;
  issued.push(token);
  client = createClient({ baseUrl, token });
}, 120_000);
afterAll(async () => {
  await server?.close();
  await imap?.stop();
  echo?.closeAllConnections();
  echo?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Whatever comes of it, what it says is output. */
async function keep(name: string, work: Promise<unknown>): Promise<unknown> {
  const result = await work.catch((thrown: unknown) => thrown);
  const { message, details, fix } = result as { message?: string; details?: unknown; fix?: string };
  outputs.set(`${outputs.size} ${name}`, JSON.stringify([result, message, details, fix]));
  return result;
}

async function system(name: string, connector: string, settings: object, credentials: object): Promise<number> {
  const made = await client.createSystem({ body: { name, connector, settings: settings as never, credentials } });
  outputs.set(`create ${name}`, JSON.stringify(made));
  return made.id;
}

test('nothing secret comes out, whatever fails', async () => {
  const events = new AbortController();
  const stream: string[] = [];
  const listening = fetch(`${server.url}/api/events`, {
    headers: { authorization: `Bearer ${token}` },
    signal: events.signal,
  }).then(async (answer) => {
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>)
      stream.push(Buffer.from(chunk).toString());
  });
  listening.catch(() => undefined);

  const { channel, secret } = await client.createChannel({
    body: {
      kind: 'webhook',
      name: 'hook',
      topics: ['failures', 'throttled', 'license-low', 'batch-done'],
      url: `http://127.0.0.1:${echoPort}/hook`,
    },
  });
  issued.push(secret as string);
  await keep(
    'mail',
    client.createChannel({
      body: {
        kind: 'email',
        name: 'mail',
        topics: ['failures'],
        host: '127.0.0.1',
        port: 9,
        security: 'none',
        user: 'u',
        password: SECRETS.smtp,
        from: 'a@x.example',
        to: ['b@x.example'],
      },
    }),
  );
  await keep('test of the hook', client.testChannel({ params: { id: channel.id } }));

  const url = `http://127.0.0.1:${echoPort}/`;
  const login = {
    command: 'LOGIN',
    times: 100,
    do: { reply: `NO [AUTHENTICATIONFAILED] not u, ${SECRETS.entry}` },
  } as const;
  const refusing = await startScriptedImap({});
  refusing.fault(login);
  refusing.fault({ ...login, command: 'AUTHENTICATE' });
  const plain = { tls: 'none', insecure: true, retryDelaysMs: [] };
  const ids = {
    good: await system(
      'good',
      'imap',
      { host: '127.0.0.1', port: imap.port, ...plain },
      { user: 'good', password: SECRETS.system },
    ),
    refusing: await system(
      'refusing',
      'imap',
      { host: '127.0.0.1', port: refusing.port, ...plain },
      { user: 'u', password: SECRETS.system },
    ),
    dead: await system(
      'dead',
      'imap',
      { host: '127.0.0.1', port: 9, ...plain },
      { user: 'u', password: SECRETS.system },
    ),
    caldav: await system('caldav', 'caldav', { url, retryDelaysMs: [] }, { user: 'u', password: SECRETS.dav }),
    webdav: await system('webdav', 'webdav', { url, retryDelaysMs: [] }, { user: 'u', password: SECRETS.dav }),
    bearer: await system('bearer', 'caldav', { url, retryDelaysMs: [] }, { accessToken: SECRETS.oauth }),
    s3: await system(
      's3',
      's3',
      { endpoint: url, bucket: 'things', retryDelaysMs: [] },
      { user: 'AKIA', password: SECRETS.s3 },
    ),
    entra: await system(
      'entra',
      'microsoft365',
      { tenant: 'tern.example', clientId: 'c1', baseUrl: url, loginUrl: url },
      { password: SECRETS.client },
    ),
    graph: await system('graph', 'microsoft365', { baseUrl: url }, { accessToken: SECRETS.oauth }),
    google: await system(
      'google',
      'google',
      { baseUrl: url },
      {
        password: JSON.stringify({
          type: 'service_account',
          client_email: 'a@x.example',
          client_id: '1',
          private_key_id: '1',
          private_key: privateKey,
          token_uri: `${url}token`,
        }),
      },
    ),
  };
  for (const [name, id] of Object.entries(ids))
    await keep(
      `check ${name}`,
      client.checkSystem({
        params: { id },
        body: {
          address: name === 'refusing' ? 'u' : 'u@tern.example',
          credentials: name === 'refusing' ? { user: 'u', password: SECRETS.entry } : undefined,
        },
      }),
    );
  await keep(
    'bad credentials',
    client.createSystem({
      body: {
        name: 'x',
        connector: 'imap',
        settings: { host: 5, password: SECRETS.system } as never,
        credentials: { password: SECRETS.system },
      },
    }),
  );
  await keep(
    'wrong password',
    createClient({ baseUrl: server.url as string }).signIn({
      body: { email: 'u@tern.example', password: `${SECRETS.account}x` },
    }),
  );
  await keep('forged token', createClient({ baseUrl: server.url as string, token: `${SECRETS.oauth}` }).getMe());
  const signedIn = (await createClient({ baseUrl: server.url as string }).signIn({
    body: { email: 'u@tern.example', password: SECRETS.account, token: 'second' },
  })) as { token?: string };
  issued.push(String(signedIn.token));

  await client.grantLicenses({ body: { type: 'mail', quantity: 50 } });
  const target = await system('target', 'imap', { host: '127.0.0.1', port: imap.port, ...plain }, {});
  for (const [name, id] of Object.entries(ids)) {
    const project = await client.createProject({ body: { name, sourceSystemId: id, targetSystemId: target } });
    const made = (await keep(
      `entry ${name}`,
      client.createEntries({
        params: { id: project.id },
        body: {
          entries: [
            {
              sourceAddress: name === 'good' ? 'good' : `${name}@tern.example`,
              targetAddress: 'there',
              ...(name === 'refusing' || name === 'dead'
                ? { sourceCredentials: { user: 'u', password: SECRETS.entry } }
                : {}),
              targetCredentials: { user: 'there', password: SECRETS.entry },
            },
          ],
        },
      }),
    )) as { items?: { id: number }[] };
    const entry = made.items?.[0]?.id;
    if (entry === undefined) continue;
    await keep(`plan ${name}`, client.planEntry({ params: { id: entry } }));
    await keep(`start ${name}`, client.startEntry({ params: { id: entry }, body: {} }));
  }
  await keep(
    'csv',
    fetch(`${server.url}/api/projects/1/entries/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
      body: `source_address,target_address,source_user,source_password\na@x,b@y,u,${SECRETS.entry}\na@x,b@y,u,${SECRETS.entry},too many\n`,
    }).then((answer) => answer.text()),
  );

  // Until each pass has gone as far as it can.
  await expect
    .poll(
      async () => {
        const { items } = await client.listPasses({ query: { limit: 100 } });
        return items.filter(({ status }) => status === 'running' || status === 'queued').length;
      },
      { timeout: 60_000 },
    )
    .toBe(0);
  await refusing.stop();

  await readEverything();
  events.abort();
  outputs.set('events', stream.join(''));
  outputs.set('webhooks', hooks.join('\n'));
  outputs.set('log', log.join(''));
  await readDatabase();

  expect(hooks.length).toBeGreaterThan(0);
  // They did repeat it, and their words did come out, without.
  expect(repeated).toEqual(new Set(['dav', 'oauth', 'client']));
  expect(outputs.get('log')).not.toBe('');
  expect([...outputs].find(([place]) => place.endsWith('check refusing'))?.[1]).toContain('***');
  expect(stream.join('')).toContain('event: pass');
  const secrets = [
    ...Object.values(SECRETS),
    ...issued,
    ...privateKey.split('\n').filter((line) => line.length > 40 && !line.startsWith('-')),
  ];
  const leaks = new Set<string>();
  for (const [place, text] of outputs)
    for (const canary of secrets.filter((one) => one !== ''))
      for (const form of disguises(canary)) {
        const at = text.indexOf(form);
        if (at !== -1) leaks.add(`${place}: ${canary.slice(0, 30)}: ${text.slice(Math.max(0, at - 150), at + 30)}`);
      }
  expect([...leaks]).toEqual([]);
}, 120_000);

/** Every route that only reads, for every number that may be there. */
async function readEverything(): Promise<void> {
  for (const [name, route] of Object.entries<Route>(routes)) {
    if (route.method !== 'GET' || route.produces === 'text/event-stream') continue;
    for (let id = 1; id <= (/entries/.test(route.path) ? 11 : route.path.includes(':') ? 3 : 1); id += 1) {
      const answer = await fetch(`${server.url}${route.path.replace(/:[a-zA-Z]+/g, String(id))}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      outputs.set(`${name} ${id}`, await answer.text());
    }
  }
}

/** All tables, sealed values included: what is sealed can't be read. And the files beside them, but for the key itself. */
async function readDatabase(): Promise<void> {
  const database = await openDatabase({ dataDir: join(folder, 'data') });
  try {
    const { rows } = await database.pool.query(
      `select table_schema || '.' || table_name as name from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of rows) {
      const dump = await database.pool.query(`select t::text as line from ${name} t`);
      outputs.set(`table ${name}`, dump.rows.map(({ line }) => line).join('\n'));
    }
    expect(rows.length).toBeGreaterThan(20);
    expect(outputs.get('table public.system') ?? '').toContain('caldav');
  } finally {
    await database.close();
  }
  for (const path of await readdir(folder, { recursive: true }))
    if (/\.(?:json|log|txt|csv)$/.test(path)) outputs.set(`file ${path}`, await readFile(join(folder, path), 'utf8'));
}
