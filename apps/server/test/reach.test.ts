import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { limitReach } from '@sterna/connector-kit';
import { connectors } from '@sterna/connectors';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { allowedPlacesOf, reachOf } from '../src/outbound/address-guard.ts';

/**
 * Server-side request forgery: what users name as a system must not lead the server into its own network. Each connector
 * that speaks to a network is asked for real, with a listener that notes who came.
 */
let listener: Server;
let port: number;
let visits: string[] = [];

beforeAll(async () => {
  listener = createServer((request, response) => {
    visits.push(String(request.url));
    // A system outside that sends us elsewhere: the name is public by the list, the place it names isn't.
    response.writeHead(302, { location: `http://127.0.0.1:${port}/inside` }).end();
  });
  listener.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  port = (listener.address() as AddressInfo).port;
});
let connections = 0;
afterEach(() => limitReach(undefined));
afterAll(() => listener.close());

const OPTIONS: Readonly<Record<string, (host: string) => object>> = {
  imap: (host) => ({ host, port, tls: 'none', insecure: true, retryDelaysMs: [] }),
  caldav: (host) => ({ url: `http://${host}:${port}/`, insecure: true, retryDelaysMs: [] }),
  carddav: (host) => ({ url: `http://${host}:${port}/`, insecure: true, retryDelaysMs: [] }),
  webdav: (host) => ({ url: `http://${host}:${port}/`, insecure: true, retryDelaysMs: [] }),
  s3: (host) => ({ endpoint: `http://${host}:${port}`, bucket: 'things', retryDelaysMs: [] }),
  microsoft365: (host) => ({ baseUrl: `http://${host}:${port}` }),
  google: (host) => ({ baseUrl: `http://${host}:${port}` }),
};
/** The others refuse to speak in the clear to any name but the usual ones, before they look it up. */
const BY_ANY_NAME = new Set(['imap', 'caldav', 'carddav', 'webdav']);

async function evidence(name: string, host: string): Promise<string> {
  const connector = connectors.get(name);
  if (connector === undefined) throw new Error(`no connector ${name}`);
  const settings = connector.settings.parse(OPTIONS[name]?.(host));
  const isCloud = name === 'microsoft365' || name === 'google';
  const credentials = isCloud ? { accessToken: 't' } : { user: 'u', password: 'p' };
  const lines = await connector.check({ settings, credentials }, 'u@tern.example');
  return lines.map((line) => `${line.name} ${line.ok} ${line.evidence} ${line.fix ?? ''}`).join('\n');
}

describe.each(Object.keys(OPTIONS))('%s', (name) => {
  const hosts = BY_ANY_NAME.has(name)
    ? ['127.0.0.1', 'localhost', '127.1', '2130706433', '[::ffff:127.0.0.1]']
    : ['127.0.0.1', 'localhost'];
  test.each(hosts)('does not go to %s', async (host) => {
    // IMAP takes a bare address.
    const given = name === 'imap' ? host.replace(/[[\]]/g, '') : host;
    limitReach(reachOf(allowedPlacesOf('10.0.0.0/8, elsewhere.example')));
    const before = connections;
    expect(await evidence(name, given)).toMatch(/private network.*STERNA_PRIVATE_HOSTS/s);
    expect(connections).toBe(before);
  });

  test('goes where the list lets it', async () => {
    for (const allowed of ['127.0.0.0/8', '10.1.2.3,127.0.0.1']) {
      limitReach(reachOf(allowedPlacesOf(allowed)));
      const before = connections;
      expect(await evidence(name, '127.0.0.1')).not.toContain('private network');
      expect(connections).toBeGreaterThan(before);
    }
  });
});

test.each(['caldav', 'webdav'])('%s follows no redirect to another host', async (name) => {
  limitReach(reachOf(allowedPlacesOf('localhost')));
  visits = [];
  expect(await evidence(name, 'localhost')).toContain('elsewhere: http://127.0.0.1');
  expect(visits.length).toBeGreaterThan(0);
  expect(visits).not.toContain('/inside');
});

test('the list is read as a whole, or refused with the place that is wrong', () => {
  for (const bad of ['10.0.0.0/33', 'relay/8', '10.0.0.0/8/9', 'fd00::/129'])
    expect(() => allowedPlacesOf(`a.example, ${bad}`)).toThrow(`“${bad}”`);
  const reach = reachOf(allowedPlacesOf('FD00::/8, Relay.Example'));
  expect(reach('x.example', ['fd00::1'])).toBe(true);
  expect(reach('x.example', ['fd00::1', '10.0.0.1'])).toBe(false);
  expect(reach('relay.example', ['10.0.0.1'])).toBe(true);
  expect(reach('x.example', ['1.1.1.1'])).toBe(true);
});
