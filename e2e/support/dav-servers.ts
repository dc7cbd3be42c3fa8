import { type Cyrus, type Radicale, startCyrus, startRadicale } from '@sterna/test-servers';
import { expect } from 'vitest';
import type { Endpoint } from './direct-pass.ts';

export type DavServerName = 'radicale' | 'cyrus';
export type DavProtocol = 'caldav' | 'carddav';

/** A calendar and address book server as tests see it: raw requests, past our code. */
export interface DavServer {
  readonly name: DavServerName;
  /** What a system's settings name: the bare host, so that the home is found as RFC 6764 says. */
  readonly url: string;
  end(connector: DavProtocol, user: string): Endpoint;
  /** @param path below the user's home of this protocol, `work/one.ics`; `` is the home */
  send(
    user: string,
    protocol: DavProtocol,
    method: string,
    path: string,
    body?: string | Buffer,
    headers?: Record<string, string>,
  ): Promise<{ status: number; text: string }>;
  /** Makes a collection; address books by MKCOL (RFC 6352 section 6.3.1). @returns its path below the home */
  make(user: string, protocol: DavProtocol, path: string, name: string): Promise<void>;
  /** Objects of all collections that hold objects: never a scheduling inbox. */
  objects(user: string, protocol: DavProtocol): Promise<StoredObject[]>;
}

export interface StoredObject {
  /** Name to show of its collection. */
  readonly collection: string;
  /** Below the home. */
  readonly path: string;
  readonly text: string;
}

const NAMESPACES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:a="urn:ietf:params:xml:ns:carddav"';

function davServer(
  name: DavServerName,
  url: string,
  homeOf: (user: string, protocol: DavProtocol) => string,
): DavServer {
  const send: DavServer['send'] = async (user, protocol, method, path, body, headers = {}) => {
    const answer = await fetch(new URL(`${homeOf(user, protocol)}${path}`, url), {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:pw`).toString('base64')}`,
        ...(method === 'PUT'
          ? { 'content-type': protocol === 'caldav' ? 'text/calendar' : 'text/vcard' }
          : { 'content-type': 'application/xml' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    });
    return { status: answer.status, text: await answer.text() };
  };
  const listed = async (
    user: string,
    protocol: DavProtocol,
    path: string,
  ): Promise<{ href: string; xml: string }[]> => {
    const { text } = await send(
      user,
      protocol,
      'PROPFIND',
      path,
      `<d:propfind ${NAMESPACES}><d:prop><d:resourcetype/><d:displayname/></d:prop></d:propfind>`,
      { depth: '1' },
    );
    return [...text.matchAll(/<(?:\w+:)?response>([\s\S]*?)<\/(?:\w+:)?response>/g)].map(([, xml = '']) => ({
      href: decodeURIComponent(/<(?:\w+:)?href>([^<]*)</.exec(xml)?.[1] ?? ''),
      xml,
    }));
  };
  return {
    name,
    url,
    end: (connector, address) => ({ connector, settings: { url }, address, password: 'pw' }),
    send,
    async make(user, protocol, path, title) {
      const type = protocol === 'caldav' ? 'c:calendar' : 'a:addressbook';
      const { status, text } = await send(
        user,
        protocol,
        protocol === 'caldav' ? 'MKCALENDAR' : 'MKCOL',
        `${path}/`,
        protocol === 'caldav'
          ? `<c:mkcalendar ${NAMESPACES}><d:set><d:prop><d:displayname>${title}</d:displayname></d:prop></d:set></c:mkcalendar>`
          : `<d:mkcol ${NAMESPACES}><d:set><d:prop><d:resourcetype><d:collection/><${type}/></d:resourcetype><d:displayname>${title}</d:displayname></d:prop></d:set></d:mkcol>`,
      );
      if (status !== 201) throw new Error(`${name} makes no ${path}: ${status} ${text}`);
    },
    async objects(user, protocol) {
      const type = protocol === 'caldav' ? 'calendar' : 'addressbook';
      const home = homeOf(user, protocol);
      const found: StoredObject[] = [];
      for (const { href, xml } of await listed(user, protocol, '')) {
        if (!new RegExp(`<(?:\\w+:)?${type}\\s*/>`).test(xml)) continue;
        const collection =
          /<(?:\w+:)?displayname>(?:<!\[CDATA\[)?([^<\]]*)/.exec(xml)?.[1] ?? href.split('/').at(-2) ?? '';
        const path = href.slice(home.length);
        for (const one of await listed(user, protocol, path)) {
          if (one.href.endsWith('/')) continue;
          const at = one.href.slice(home.length);
          found.push({
            collection,
            path: at,
            text: (await send(user, protocol, 'GET', at.split('/').map(encodeURIComponent).join('/'))).text,
          });
        }
      }
      return found;
    },
  };
}

export interface DavStage {
  readonly radicale: DavServer & { readonly server: Radicale };
  readonly cyrus: DavServer & { readonly server: Cyrus };
  stop(): Promise<void>;
}

/** Both servers, with the same users on each. */
export async function openDavStage(
  users: string[],
  options: { cyrus?: Parameters<typeof startCyrus>[0]; radicale?: Parameters<typeof startRadicale>[0] } = {},
): Promise<DavStage> {
  const [radicale, cyrus] = await Promise.all([
    startRadicale({ users, ...options.radicale }),
    startCyrus({ users, folders: [], ...options.cyrus }),
  ]);
  return {
    radicale: Object.assign(
      davServer('radicale', radicale.url, (user) => `/${user}/`),
      { server: radicale },
    ),
    cyrus: Object.assign(
      davServer('cyrus', cyrus.davUrl, (user, protocol) =>
        protocol === 'caldav' ? `/dav/calendars/user/${user}/` : `/dav/addressbooks/user/${user}/`,
      ),
      { server: cyrus },
    ),
    stop: async () => {
      await Promise.all([radicale.stop(), cyrus.stop()]);
    },
  };
}

/** Stores an object past our code, which the server must take. */
export async function put(
  server: DavServer,
  user: string,
  path: string,
  text: string,
  options: { readonly protocol?: DavProtocol; readonly headers?: Record<string, string> } = {},
): Promise<void> {
  const { protocol = 'caldav', headers } = options;
  const { status, text: answer } = await server.send(user, protocol, 'PUT', path, text, headers);
  expect(status, answer).toBeLessThan(300);
}
