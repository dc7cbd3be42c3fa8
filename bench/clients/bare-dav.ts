/**
 * The least that any copy into a CalDAV or CardDAV server must do: it makes the collections and PUTs every object, so many at
 * a time on kept connections, from memory. It reads no source, keeps no books, and is not crash-safe.
 */
import { Agent, request } from 'node:http';
import { readCollections } from './dav-files.ts';
import { report } from './report.ts';

const { folder, target, concurrency } = JSON.parse(process.env.BENCH_SETUP ?? '{}') as {
  /** The source server's files. */
  folder: string;
  /** Paths of the homes end with a slash. */
  target: { host: string; port: number; user: string; homes: { event: string; contact: string } };
  concurrency: number;
};
const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
const authorization = `Basic ${Buffer.from(`${target.user}:pw`).toString('base64')}`;

function send(method: string, path: string, body: string, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ host: target.host, port: target.port, agent, method },
        path,
        headers: { ...headers, authorization, 'content-length': Buffer.byteLength(body) },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () =>
          (answer.statusCode ?? 500) < 300 ? resolve() : reject(new Error(`${method} ${path}: ${answer.statusCode}`)),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const collections = readCollections(folder);
const startedAt = performance.now();
const cpuAtStart = process.cpuUsage();
for (const { kind, objects } of collections) {
  const path = `${target.homes[kind]}bare-${collections.findIndex((one) => one.objects === objects)}/`;
  if (kind === 'event') await send('MKCALENDAR', path, '', {});
  else
    await send(
      'MKCOL',
      path,
      '<?xml version="1.0"?><d:mkcol xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:set><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype></d:prop></d:set></d:mkcol>',
      { 'content-type': 'application/xml' },
    );
  const left = [...objects.entries()];
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift())
        await send('PUT', `${path}${next[0]}`, next[1], {
          'content-type': kind === 'event' ? 'text/calendar' : 'text/vcard',
          'if-none-match': '*',
        });
    }),
  );
}
report(startedAt, cpuAtStart);
agent.destroy();
