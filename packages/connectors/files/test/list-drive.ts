// `node list-drive.ts FOLDER`: prints what the connector tells of a folder, all of it read.
import { filesConnector } from '../src/index.ts';
import { collect } from './collect.ts';

const session = await filesConnector.open({
  system: { settings: { path: process.argv[2] }, credentials: {} },
  address: '.',
  role: 'read',
  installation: '0badcafe',
  signal: new AbortController().signal,
});
const containers = await session.reader.containers();
const listed: Record<string, unknown> = {};
const read: Record<string, string> = {};
for (const { id } of containers) {
  const pages = await collect(session.reader.changes(id, undefined, { known: 1 }));
  const ids = pages.flatMap((page) => page.changes.map((change) => change.id));
  listed[id] = pages.every((page) => page.mode === 'full') ? ids : 'delta';
  for await (const one of session.reader.read(id, ids))
    read[id === '' ? one.id : `${id}/${one.id}`] =
      'error' in one ? `${one.error.class} ${one.error.code}` : 'body' in one ? String(one.body) : 'vanished';
}
process.stdout.write(`${JSON.stringify({ containers: containers.map(({ id }) => id), listed, read })}\n`);
await session.close();
