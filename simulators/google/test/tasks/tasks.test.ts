import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Google, startGoogle, VirtualClock } from '../../src/index.ts';
import { TaskStore } from '../../src/tasks/store.ts';
import { Contract } from '../contract/index.ts';
import { type Client, signIn } from '../sign-in.ts';

const LISTS = '/tasks/v1/users/@me/lists';
const contract = new Contract();
let server: Google;
let clock: VirtualClock;
let client: Client;

beforeAll(async () => {
  clock = new VirtualClock(Date.UTC(2026, 8, 1, 12));
  server = await startGoogle({ empty: true, observe: contract.observe, clock });
  client = await signIn(server, 'alice@nordwind.example');
});
afterAll(async () => {
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
  await server.stop();
});

interface Told {
  readonly id: string;
  readonly title: string;
  readonly parent?: string;
  readonly position: string;
}

async function newList(): Promise<string> {
  const { json } = await client('POST', LISTS, { title: 'List' });
  return `/tasks/v1/lists/${json.id}`;
}
const add = async (list: string, body: object, query = '') => client('POST', `${list}/tasks${query}`, body);
const listed = async (list: string, query = ''): Promise<Told[]> =>
  (await client('GET', `${list}/tasks?maxResults=100${query}`)).json.items ?? [];
/** In the order of their positions, subtasks in brackets behind their parent. */
async function tree(list: string): Promise<string> {
  const tasks = await listed(list);
  const below = (parent: string | undefined): string =>
    tasks
      .filter((task) => task.parent === parent)
      .sort((left, right) => (left.position < right.position ? -1 : 1))
      .map(({ id, title }) => `${title}${below(id) === '' ? '' : `(${below(id)})`}`)
      .join(' ');
  return below(undefined);
}

it('puts a task first unless it is told where', async () => {
  const list = await newList();
  const { json: a } = await add(list, { title: 'a' });
  await add(list, { title: 'b' });
  await add(list, { title: 'c' }, `?previous=${a.id}`);
  const { json: d } = await add(list, { title: 'd' }, `?parent=${a.id}`);
  await add(list, { title: 'e' }, `?parent=${a.id}&previous=${d.id}`);
  expect(await tree(list)).toBe('b a(d e) c');
  await client('POST', `${list}/tasks/${d.id}/move?previous=${a.id}`);
  expect(await tree(list)).toBe('b a(e) d c');
  expect((await add(list, { title: 'x' }, '?parent=none')).status).toBe(400);
  expect((await client('POST', `${list}/tasks/${a.id}/move?parent=${a.id}`)).status).toBe(400);
  const other = await newList();
  await client('POST', `${list}/tasks/${a.id}/move?destinationTasklist=${other.split('/').at(-1)}`);
  expect([await tree(list), await tree(other)]).toEqual(['b d c', 'a(e)']);
  await client('DELETE', `${other}/tasks/${a.id}`);
  expect(await tree(other)).toBe('');
});

it('keeps the day that it is due, not the time', async () => {
  const list = await newList();
  const { json } = await add(list, { title: 't', due: '2026-03-01T23:30:00.000-05:00' });
  expect(json).toMatchObject({ due: '2026-03-01T00:00:00.000Z', links: [], status: 'needsAction' });
  expect((await add(list, { title: 'x'.repeat(1025) })).status).toBe(400);
  expect((await add(list, { notes: 'x'.repeat(8193) })).status).toBe(400);
  expect((await add(list, { due: 'tomorrow' })).status).toBe(400);
  const { json: patched } = await client('PATCH', `${list}/tasks/${json.id}`, { notes: 'n' });
  expect(patched).toMatchObject({ title: 't', notes: 'n', due: json.due });
  const { json: put } = await client('PUT', `${list}/tasks/${json.id}`, { title: 'only' });
  expect([put.title, put.notes, put.due]).toEqual(['only', undefined, undefined]);
});

it('completes tasks, hides them when the list is cleared, and shows what was asked for', async () => {
  const list = await newList();
  const { json: done } = await add(list, { title: 'done', status: 'completed' });
  const { json: open } = await add(list, { title: 'open' });
  const { json: gone } = await add(list, { title: 'gone' });
  expect(done.completed).toBe(new Date(clock.now()).toISOString());
  clock.advance(60_000);
  const since = encodeURIComponent(new Date(clock.now()).toISOString());
  await client('DELETE', `${list}/tasks/${gone.id}`);
  expect((await client('POST', `${list}/clear`)).status).toBe(204);
  const titles = async (query = '') => (await listed(list, query)).map(({ title }) => title);
  expect(await titles()).toEqual(['open']);
  expect(await titles('&showHidden=true')).toEqual(['done', 'open']);
  expect(await titles('&showHidden=true&showCompleted=false')).toEqual(['open']);
  expect(await titles('&showHidden=true&showDeleted=true')).toEqual(['done', 'open', 'gone']);
  expect(await titles(`&showHidden=true&showDeleted=true&updatedMin=${since}`)).toEqual(['done', 'gone']);
  const { json: again } = await client('PATCH', `${list}/tasks/${done.id}`, { status: 'needsAction' });
  expect([again.completed, again.hidden]).toEqual([undefined, undefined]);
  expect(await titles()).toEqual(['done', 'open']);
  expect((await client('GET', `${list}/tasks/${open.id}`)).json.webViewLink).toBeDefined();
});

it('pages, and has a default list that stays', async () => {
  const list = await newList();
  for (const title of ['a', 'b', 'c']) await add(list, { title });
  const { json: page } = await client('GET', `${list}/tasks?maxResults=2`);
  const { json: rest } = await client('GET', `${list}/tasks?maxResults=2&pageToken=${page.nextPageToken}`);
  expect([...page.items, ...rest.items].map(({ title }: Told) => title)).toEqual(['a', 'b', 'c']);
  expect(rest.nextPageToken).toBeUndefined();
  const { json: preset } = await client('GET', `${LISTS}/@default`);
  expect(preset.title).toBe('My Tasks');
  expect((await client('DELETE', `${LISTS}/${preset.id}`)).status).toBe(400);
  expect((await client('DELETE', list.replace('/lists/', '/users/@me/lists/'))).status).toBe(204);
  expect((await client('GET', `${list}/tasks`)).status).toBe(404);
});

it('ignores what is read-only', async () => {
  // What a client mustn't send: nobody holds it against a contract.
  const lax = await startGoogle({ empty: true, clock });
  const { json } = await (await signIn(lax, 'alice@nordwind.example'))('POST', '/tasks/v1/lists/@default/tasks', {
    title: 't',
    links: [{ type: 'email', link: 'x' }],
    hidden: true,
    parent: 'x',
  });
  expect([json.links, json.hidden, json.parent]).toEqual([[], undefined, undefined]);
  await lax.stop();
});

describe('a store', () => {
  it('takes 2,000 subtasks of a task, and no more', () => {
    let id = 0;
    const store = new TaskStore(
      () => 0,
      () => String(++id),
    );
    const fields = { title: '', notes: '', status: 'needsAction', due: undefined, completed: undefined } as const;
    const place = { parent: undefined, previous: undefined };
    const parent = store.addTask(store.defaultList, fields, place);
    for (let at = 0; at < 2000; at++) store.addTask(store.defaultList, fields, { ...place, parent: parent.id });
    expect(() => store.addTask(store.defaultList, fields, { ...place, parent: parent.id })).toThrow('tooManySubtasks');
  });
});
