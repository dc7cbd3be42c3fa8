import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import type { Credentials, OpenRequest } from '@sterna/connector-kit';
import { type Apache, type Radicale, startApache, startRadicale } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Radicale knows Basic alone. Apache before it asks for something else, and hands on what Radicale wants. */
const front = (server: Radicale, extra: readonly string[]): string => {
  const modules = ['proxy', 'proxy_http', 'headers', 'setenvif'];
  const basic = Buffer.from('user:pw').toString('base64');
  return [
    ...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
    `ProxyPass / http://${server.host}:${server.port}/`,
    '<Location />',
    ...extra,
    `  RequestHeader set Authorization "Basic ${basic}"`,
    '</Location>',
  ].join('\n');
};

let radicale: Radicale;
let digest: Apache;
let bearer: Apache;

beforeAll(async () => {
  radicale = await startRadicale({ users: ['user'] });
  digest = await startApache({ auth: 'digest', extraConfig: front(radicale, digestLines()) });
  bearer = await startApache({ extraConfig: front(radicale, BEARER) });
}, 60_000);

afterAll(async () => {
  await digest?.stop();
  await bearer?.stop();
  await radicale?.stop();
});

const digestLines = (): string[] => [
  '  AuthType Digest',
  '  AuthName dav',
  '  AuthDigestProvider file',
  '  AuthDigestDomain /',
  // Beside its configuration, where `startApache` puts it.
  '  AuthUserFile users',
  '  Require valid-user',
];

const BEARER = [
  '  SetEnvIf Authorization "^Bearer the-token$" known',
  '  Require env known',
  '  ErrorDocument 403 "no"',
];

const request = (server: Apache, credentials: Credentials): OpenRequest => ({
  system: { settings: { url: server.url, retryDelaysMs: [] }, credentials: { user: 'user', ...credentials } },
  address: 'user',
  role: 'write',
  installation: '0badcafe',
  signal: new AbortController().signal,
});

const OBJECTS = {
  caldav: [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//x//y//EN',
    'BEGIN:VEVENT',
    'UID:signed-in@example.org',
    'DTSTAMP:20260101T000000Z',
    'DTSTART:20260301T100000Z',
    'SUMMARY:Signed in',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ],
  carddav: ['BEGIN:VCARD', 'VERSION:3.0', 'UID:signed-in', 'FN:Signed In', 'N:In;Signed;;;', 'END:VCARD', ''],
} as const;

describe.each([
  { name: 'caldav', connector: caldavConnector },
  { name: 'carddav', connector: carddavConnector },
] as const)('$name', ({ name, connector }) => {
  const writesAndReads = async (server: Apache, credentials: Credentials, scheme: string): Promise<void> => {
    const session = await connector.open(request(server, credentials));
    try {
      expect(session.capabilities.evidence['sign-in']).toBe(scheme);
      const writer = session.writer;
      if (writer === undefined) throw new Error('no writer');
      const kind = name === 'caldav' ? 'event' : 'contact';
      const { container } = await writer.ensureContainer([scheme], { kind, subscribe: true });
      const body = Buffer.from(OBJECTS[name].join('\r\n'));
      const reservedId = writer.reserve?.(container.id, '0badcafe0badcafe');
      const [written] = await writer.apply([
        {
          verb: 'create',
          op: 'a',
          container: container.id,
          flags: [],
          date: undefined,
          size: body.length,
          body,
          ...(reservedId === undefined ? {} : { reservedId }),
        },
      ]);
      expect(written).toMatchObject({ outcome: 'done', targetId: reservedId });
      const read: string[] = [];
      for await (const one of session.reader.read(container.id, [reservedId as string]))
        if ('body' in one && Buffer.isBuffer(one.body)) read.push(one.body.toString());
      expect(read).toEqual([expect.stringMatching(/Signed [Ii]n/)]);
    } finally {
      await session.close();
    }
  };

  test('Digest, where the server asks for it', async () => {
    await writesAndReads(digest, { password: 'pw' }, 'digest');
    await expect(connector.open(request(digest, { password: 'wrong' }))).rejects.toMatchObject({
      class: 'auth',
      code: 'sign-in-refused',
    });
  });

  test('a bearer token', async () => {
    await writesAndReads(bearer, { accessToken: 'the-token' }, 'bearer');
    await expect(connector.open(request(bearer, { accessToken: 'another' }))).rejects.toMatchObject({ class: 'auth' });
  });
});
