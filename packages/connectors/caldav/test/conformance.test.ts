import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeObjects, type ObjectFixture } from '@sterna/connector-suite';
import { type Radicale, radicaleInstalled, startRadicale } from '@sterna/test-servers';
import { afterAll, beforeAll, describe } from 'vitest';
import { caldavConnector } from '../src/index.ts';

let server: Radicale;
let users = 0;

beforeAll(async () => {
  if (radicaleInstalled()) server = await startRadicale({ users: Array.from({ length: 40 }, (_, n) => `u${n}`) });
}, 60_000);
afterAll(() => server?.stop());

/** An account of its own on a real Radicale; past the connector by HTTP, and by what lies on its disk. */
const fixture = (kind: 'event' | 'task'): ObjectFixture => ({
  kind,
  make: async () => {
    const user = `u${users++}`;
    const home = join(server.folder, 'data/collection-root', user);
    const send = async (method: string, path: string, body?: string | Buffer): Promise<void> => {
      const answer = await fetch(new URL(`${user}/${path}`, server.url), {
        method,
        headers: {
          authorization: `Basic ${Buffer.from(`${user}:pw`).toString('base64')}`,
          'content-type': 'text/calendar',
        },
        ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
      });
      if (!answer.ok && answer.status !== 409) throw new Error(`${method} ${path}: ${answer.status}`);
    };
    const pathOf = (uid: string): string => {
      for (const collection of readdirSync(home))
        for (const file of readdirSync(join(home, collection)))
          if (!file.startsWith('.') && readFileSync(join(home, collection, file), 'utf8').includes(`\nUID:${uid}\r`))
            return `${collection}/${file}`;
      throw new Error('no such object');
    };
    let serial = 0;
    return {
      connector: caldavConnector,
      system: { settings: { url: server.url }, credentials: { password: 'pw' } },
      address: user,
      seed: async (collection, objects) => {
        // Once more: refused, since it is there.
        await send(
          'MKCALENDAR',
          'seeded/',
          `<?xml version="1.0"?><c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop><d:displayname>${collection}</d:displayname><c:supported-calendar-component-set><c:comp name="${kind === 'task' ? 'VTODO' : 'VEVENT'}"/></c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>`,
        );
        for (const raw of objects) await send('PUT', `seeded/theirs${serial++}.ics`, raw);
      },
      dump: async () =>
        [...server.objects(user)].flatMap(([collection, texts]) =>
          texts.map((text) => ({ collection, raw: Buffer.from(text) })),
        ),
      change: (_, uid, raw) => send('PUT', pathOf(uid), raw),
      remove: (_, uid) => send('DELETE', pathOf(uid)),
      dispose: async () => {},
    };
  },
});

describe.skipIf(!radicaleInstalled())('Radicale', () => {
  describeObjects('CalDAV', fixture('event'));
  describeObjects('CalDAV', fixture('task'));
});
