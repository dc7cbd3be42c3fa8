import type { Op, Result, Session } from '@sterna/connector-kit';
import { type Google, tasksOf } from '@sterna/simulator-google';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSession } from '../../src/session.ts';
import { simulated } from '../items/direct-google.ts';
import { textOf } from '../items/plain-lines.ts';
import { watchedGoogle } from '../watched-google.ts';

const ADDRESS = 'alice@nordwind.example';

let server: Google;
let session: Session;
let container: string;
beforeEach(async () => {
  server = await watchedGoogle();
  await reopen();
});
afterEach(async () => {
  session.destroy();
});

/** Of another process, which knows nothing of what was written before. */
async function reopen(): Promise<void> {
  session?.destroy();
  session = await openSession({
    ...simulated(server, ADDRESS),
    kinds: ['task'],
    role: 'write',
    installation: '0badcafe',
    signal: new AbortController().signal,
  });
  container = (await session.reader.containers())[0]?.id ?? '';
}

const task = (uid: string, parent?: string): Buffer =>
  textOf([
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//T//EN', 'BEGIN:VTODO', `UID:${uid}`, `SUMMARY:${uid}`],
    ...(parent === undefined ? [] : [`RELATED-TO:${parent}`]),
    ...['END:VTODO', 'END:VCALENDAR'],
  ]);

const createOf = (uid: string, parent?: string): Op => {
  const body = task(uid, parent);
  return { verb: 'create', op: uid, container, flags: [], date: undefined, size: body.length, body };
};
const apply = async (...ops: readonly Op[]): Promise<readonly Result[]> => (await session.writer?.apply(ops)) ?? [];

/** Titles of tasks, each with that of the one whose part it is. */
function held(): Record<string, string | undefined> {
  const user = server.cloud.findUser(ADDRESS)?.user;
  if (user === undefined) throw new Error('no user');
  const all = tasksOf(server.cloud, user).defaultList.tasks;
  return Object.fromEntries(
    [...all.values()]
      .filter(({ deleted }) => !deleted)
      .map(({ title, parent }) => [title, parent === undefined ? undefined : all.get(parent)?.title]),
  );
}

test.each([
  ['after it', ['whole', 'part', 'other']],
  ['before it', ['part', 'other', 'whole']],
])('a part that comes %s is a part, of one batch or of several', async (_, order) => {
  const opOf = (uid: string): Op => createOf(uid, uid === 'whole' ? undefined : 'whole');
  const wanted = { whole: undefined, part: 'whole', other: 'whole' };
  await apply(...order.map(opOf));
  expect(held()).toEqual(wanted);
  for await (const { targetId } of session.writer?.inventory(container, {}) ?? [])
    await apply({ verb: 'remove', op: 'r', container, targetId, how: 'expunge' });
  expect(held()).toEqual({});
  for (const uid of order) {
    await reopen();
    await apply(opOf(uid));
  }
  expect(held()).toEqual(wanted);
});

test('a task that became a part of another one is moved there, and comes back as that', async () => {
  const [, , part] = await apply(createOf('one'), createOf('two'), createOf('part', 'one'));
  if (part?.outcome !== 'done' || part.targetId === undefined) throw new Error(part?.outcome);
  const { targetId, version } = part;
  const body = task('part', 'two');
  const replace: Op = { verb: 'replace', op: '1', container, size: body.length, body, targetId, ifVersion: version };
  expect(await apply(replace)).toMatchObject([{ outcome: 'done' }]);
  expect(held()).toMatchObject({ part: 'two' });
  for await (const one of session.reader.read(container, [targetId]))
    expect('body' in one && String(one.body)).toContain('RELATED-TO:two');
});

test('a part that lost its parent is what was listed, and goes with it when all is emptied', async () => {
  await apply(createOf('whole'), createOf('part', 'whole'));
  const listed: [string, string | undefined][] = [];
  for await (const one of session.writer?.inventory(container, {}) ?? []) listed.push([one.targetId, one.version]);
  for (const [targetId, ifVersion] of listed)
    expect(
      await apply({
        verb: 'remove',
        op: 'r',
        container,
        targetId,
        how: 'expunge',
        ...(ifVersion === undefined ? {} : { ifVersion }),
      }),
    ).toMatchObject([{ outcome: 'done' }]);
  expect(held()).toEqual({});
});

test('another parent is a change to whoever reads', async () => {
  const made = await apply(createOf('one'), createOf('two'), createOf('part', 'one'));
  const [, two, part] = made.map((one) => (one.outcome === 'done' ? (one.targetId ?? '') : ''));
  const versionOf = async (): Promise<string | undefined> => {
    for await (const { changes } of session.reader.changes(container, undefined, {}))
      for (const { id, version } of changes) if (id === part) return version;
    return undefined;
  };
  const before = await versionOf();
  const user = server.cloud.findUser(ADDRESS)?.user;
  if (user === undefined) throw new Error('no user');
  const store = tasksOf(server.cloud, user);
  const list = store.defaultList;
  const moved = list.tasks.get(part ?? '');
  if (moved === undefined) throw new Error('no part');
  store.moveTask(moved, { list, parent: two, previous: undefined });
  expect(await versionOf()).not.toBe(before);
});
