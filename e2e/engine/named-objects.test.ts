import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archiveConnector } from '@sterna/connector-archive';
import { type ListItem, type Post, readListItem, readPost, writeListItem, writePost } from '@sterna/content';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';

/** Objects that name each other, from one backup into another: what is in the files is looked at without the product. */
let dir: string;
let bench: Bench;
let stage: string;
let number = 0;
beforeAll(async () => {
  dir = scratch('engine-named-objects');
  bench = await openBench(join(dir, 'data'), [archiveConnector]);
});
beforeEach(() => {
  stage = join(dir, `stage-${++number}`);
});
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});

const archive = (name: string, kind: 'posts' | 'lists' = 'posts') => ({
  connector: 'archive',
  settings: { path: join(stage, name), format: 'archive' },
  address: '.',
  itemType: (kind === 'lists' ? 'site' : 'team') as 'site' | 'team',
});

function put(kind: 'posts' | 'lists', collection: string, name: string, body: Buffer, definition?: object): void {
  const folder = join(stage, 'from', kind, collection);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'displayname'), `${collection}\n`);
  if (definition !== undefined) writeFileSync(join(folder, '.definition.json'), JSON.stringify(definition));
  writeFileSync(join(folder, `${name}.json`), body);
  writeFileSync(
    join(stage, 'from', 'sterna-backup.json'),
    JSON.stringify({ format: 'sterna-backup', version: 4, created: '2026-11-01T00:00:00Z', kinds: [] }),
  );
}

function copied<T>(kind: 'posts' | 'lists', collection: string, read: (body: Buffer) => T): Map<string, T> {
  const folder = join(stage, 'to', kind, collection);
  return new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
      .map((name) => [name, read(readFileSync(join(folder, name)))]),
  );
}

const post = (html: string, second: number, replyTo?: string): Buffer =>
  writePost({
    type: 'post',
    at: `2026-03-01T08:00:${String(second).padStart(2, '0')}.000Z`,
    by: { address: 'ann@old.example' },
    html,
    ...(replyTo === undefined ? {} : { replyTo: `${replyTo}.json` }),
  });

const item = (title: string, names: readonly string[] = []): Buffer =>
  writeListItem({
    type: 'list-item',
    fields: {
      Title: title,
      ...(names.length > 0 ? { Parts: { items: names.map((id) => ({ id: `${id}.json` })) } } : {}),
    },
  });

test('answers follow their posts, wherever they are listed, and name them by the ids of the target', async () => {
  put('posts', 'General', 'a-answer', post('yes', 2, 'z-question'));
  put('posts', 'General', 'b-answer-to-answer', post('sure?', 3, 'a-answer'));
  put('posts', 'General', 'z-question', post('shall we?', 1));
  const entry = await addEntry(bench, archive('from'), archive('to'));
  expect((await pass(bench, entry, 'initial')).books).toMatchObject({ total: { seen: 3, created: 3, failed: 0 } });
  const posts = copied<Post>('posts', 'General', readPost);
  const answered = (html: string): string | undefined => {
    const [, one] = [...posts].find(([, found]) => found.html === html) ?? [];
    return one?.replyTo === undefined ? undefined : posts.get(one.replyTo)?.html;
  };
  expect([answered('shall we?'), answered('yes'), answered('sure?')]).toEqual([undefined, 'shall we?', 'yes']);
  expect((await pass(bench, entry, 'delta')).books).toMatchObject({ total: { created: 0, updated: 0, failed: 0 } });
  expect(verifyResult(await pass(bench, entry, 'verify'))).toMatchObject({ ok: true });
});

test('what names nothing that is there fails with its reason; when that comes, a delta brings both', async () => {
  put('posts', 'General', 'answer', post('yes', 2, 'question'));
  put('posts', 'General', 'other', post('hello', 5));
  const entry = await addEntry(bench, archive('from'), archive('to'));
  expect((await pass(bench, entry, 'initial')).books).toMatchObject({
    balanced: true,
    total: { created: 1, failed: 1 },
  });
  expect(await notes(bench, entry)).toMatchObject([{ kind: 'failure', code: 'waits-for-object' }]);
  put('posts', 'General', 'question', post('shall we?', 1));
  expect((await pass(bench, entry, 'delta')).books).toMatchObject({ balanced: true, total: { created: 2, failed: 0 } });
  expect(copied('posts', 'General', readPost).size).toBe(3);
});

test('lookups lead to the items of the other list, which may come later in the order of lists', async () => {
  const columns = { template: 'genericList', columns: [] };
  put('lists', 'Assemblies', 'car', item('Car', ['wheel', 'seat']), columns);
  put('lists', 'Parts', 'wheel', item('Wheel'));
  put('lists', 'Parts', 'seat', item('Seat'));
  const entry = await addEntry(bench, archive('from', 'lists'), archive('to', 'lists'));
  expect((await pass(bench, entry, 'initial')).books).toMatchObject({ total: { created: 3, failed: 0 } });
  const parts = copied<ListItem>('lists', 'Parts', readListItem);
  const [car] = [...copied<ListItem>('lists', 'Assemblies', readListItem).values()] as [ListItem];
  const named = (car.fields.Parts as { items: { id: string }[] }).items.map(({ id }) => parts.get(id)?.fields.Title);
  expect(named).toEqual(['Wheel', 'Seat']);
  // The definition came along; a column that is added later does, too.
  const definition = (): unknown =>
    JSON.parse(readFileSync(join(stage, 'to', 'lists', 'Assemblies', '.definition.json'), 'utf8'));
  expect(definition()).toEqual(columns);
  const more = {
    template: 'genericList',
    columns: [{ name: 'Colour', displayName: 'Colour', shape: { kind: 'text' } }],
  };
  put('lists', 'Assemblies', 'bus', item('Bus', ['wheel']), more);
  expect((await pass(bench, entry, 'delta')).books).toMatchObject({ total: { created: 1, updated: 0, failed: 0 } });
  expect(definition()).toEqual(more);
});

test('objects in a circle stay failed, and the pass ends', async () => {
  put('posts', 'General', 'one', post('one', 1, 'two'));
  put('posts', 'General', 'two', post('two', 2, 'one'));
  const entry = await addEntry(bench, archive('from'), archive('to'));
  expect((await pass(bench, entry, 'initial')).books).toMatchObject({
    balanced: true,
    total: { created: 0, failed: 2 },
  });
  expect(await notes(bench, entry)).toHaveLength(2);
});
