import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DirectGroup, plannerOf } from '../../src/index.ts';
import { between } from '../../src/planner/order-hint.ts';
import { all, withServer } from '../mailbox.ts';

const setting = withServer();
let made = 0;

async function create(path: string, body: object) {
  const { status, json } = await setting.call('POST', path, body);
  expect(json?.error).toBeUndefined();
  expect(status).toBe(201);
  return json;
}

/** A plan of a group of its own. */
async function plan() {
  const group = DirectGroup.create(setting.server, `plan${++made}@contoso.example`, `Plan ${made}`, [
    'alice@contoso.example',
  ]);
  const container = { url: `https://graph.microsoft.com/v1.0/groups/${group.group.id}` };
  return { group, plan: await create('/planner/plans', { title: 'Move', container }) };
}

const etag = async (path: string) => (await setting.call('GET', path)).json['@odata.etag'];

describe('plans', () => {
  it('belong to a group, and have labels', async () => {
    const { group, plan: of } = await plan();
    expect(of.container).toEqual({
      containerId: group.group.id,
      type: 'group',
      url: expect.stringContaining(group.group.id),
    });
    expect((await all(setting.call, `/groups/${group.group.id}/planner/plans`)).map(({ id }) => id)).toEqual([of.id]);
    const path = `/planner/plans/${of.id}/details`;
    const change = { categoryDescriptions: { category1: 'Urgent', category25: 'Late' } };
    const changed = await setting.call('PATCH', path, change, {
      'if-match': await etag(path),
      prefer: 'return=representation',
    });
    expect(changed.status).toBe(200);
    expect(changed.json.categoryDescriptions).toMatchObject({
      category1: 'Urgent',
      category2: null,
      category25: 'Late',
    });
  });

  it('are changed by their version alone', async () => {
    const { plan: of } = await plan();
    const path = `/planner/plans/${of.id}`;
    const first = of['@odata.etag'];
    expect((await setting.call('PATCH', path, { title: 'A' })).status).toBe(400);
    expect((await setting.call('PATCH', path, { title: 'B' }, { 'if-match': first })).status).toBe(204);
    expect((await setting.call('PATCH', path, { title: 'C' }, { 'if-match': first })).status).toBe(412);
    plannerOf(setting.server.tenant('contoso.example')).behaviour.staleETag = 409;
    expect((await setting.call('DELETE', path, undefined, { 'if-match': first })).status).toBe(409);
    plannerOf(setting.server.tenant('contoso.example')).behaviour.staleETag = 412;
    expect((await setting.call('GET', path)).json.title).toBe('B');
  });
});

describe('tasks', () => {
  it('have a bucket, people, labels, a checklist and links', async () => {
    const { plan: of } = await plan();
    const bucket = await create('/planner/buckets', { name: 'To do', planId: of.id, orderHint: ' !' });
    const [alice, bjorn] = ['alice', 'bjorn'].map(
      (name) => setting.server.tenant('contoso.example').named(name).id,
    ) as [string, string];
    const assignment = { '@odata.type': '#microsoft.graph.plannerAssignment', orderHint: ' !' };
    const task = await create('/planner/tasks', {
      planId: of.id,
      bucketId: bucket.id,
      title: 'Pack',
      priority: 1,
      dueDateTime: '2026-12-01T10:00:00Z',
      appliedCategories: { category1: true },
      assignments: { [alice]: assignment, [bjorn]: assignment },
    });
    expect(Object.keys(task.assignments)).toEqual([alice, bjorn]);
    expect(setting.server.notices.at(-1)).toMatchObject({ kind: 'task-assigned', recipients: [alice, bjorn] });
    const path = `/planner/tasks/${task.id}`;
    const details = {
      description: 'All of it',
      checklist: { '1': { '@odata.type': '#microsoft.graph.plannerChecklistItem', title: 'Boxes', orderHint: ' !' } },
      references: {
        'https%3A//contoso%2Eexample/a': {
          '@odata.type': '#microsoft.graph.plannerExternalReference',
          alias: 'A',
          type: 'Other',
        },
      },
    };
    const version = await etag(`${path}/details`);
    expect((await setting.call('PATCH', `${path}/details`, details, { 'if-match': version })).status).toBe(204);
    const unescaped = {
      references: { 'https://contoso.example/a': { '@odata.type': '#microsoft.graph.plannerExternalReference' } },
    };
    const again = await etag(`${path}/details`);
    expect((await setting.call('PATCH', `${path}/details`, unescaped, { 'if-match': again })).status).toBe(400);
    const { json } = await setting.call('GET', path);
    expect(json).toMatchObject({
      hasDescription: true,
      checklistItemCount: 1,
      activeChecklistItemCount: 1,
      referenceCount: 1,
    });
    const done = { percentComplete: 100, assignments: { [bjorn]: null } };
    await setting.call('PATCH', path, done, { 'if-match': json['@odata.etag'] });
    const after = (await setting.call('GET', path)).json;
    expect(after).toMatchObject({ percentComplete: 100, completedDateTime: expect.any(String) });
    expect(Object.keys(after.assignments)).toEqual([alice]);
    expect((await all(setting.call, `/planner/buckets/${bucket.id}/tasks`)).map(({ id }) => id)).toEqual([task.id]);
  });

  it('hold twenty lines of a checklist, and no bucket of another plan', async () => {
    const { plan: of } = await plan();
    const other = await plan();
    const elsewhere = await create('/planner/buckets', { name: 'Elsewhere', planId: other.plan.id });
    const wrong = await setting.call('POST', '/planner/tasks', { planId: of.id, bucketId: elsewhere.id, title: 'X' });
    expect(wrong.status).toBe(400);
    const task = await create('/planner/tasks', { planId: of.id, title: 'Long' });
    const line = { '@odata.type': '#microsoft.graph.plannerChecklistItem', title: 'One' };
    const path = `/planner/tasks/${task.id}/details`;
    const change = async (lines: number) => {
      const checklist = Object.fromEntries(Array.from({ length: lines }, (_, at) => [`${at}`, line]));
      return (await setting.call('PATCH', path, { checklist }, { 'if-match': await etag(path) })).status;
    };
    expect(await change(20)).toBe(204);
    expect(await change(21)).toBe(403);
    expect(Object.keys((await setting.call('GET', path)).json.checklist)).toHaveLength(20);
  });
});

describe('order hints', () => {
  it('lie between their neighbours, wherever something is put in', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 100 }), { maxLength: 60 }), (places) => {
        const hints: string[] = [];
        for (const place of places) {
          const at = place % (hints.length + 1);
          hints.splice(at, 0, between(hints[at - 1] ?? '', hints[at] ?? ''));
        }
        expect([...hints].sort()).toEqual(hints);
        expect(new Set(hints).size).toBe(hints.length);
      }),
    );
  });

  it('are asked for by the neighbours', async () => {
    const { plan: of } = await plan();
    const names: string[] = [];
    const add = async (name: string, orderHint: string) => {
      const bucket = await create('/planner/buckets', { name, planId: of.id, orderHint });
      names.push(name);
      return bucket.orderHint as string;
    };
    const first = await add('first', ' !');
    const last = await add('last', `${first} !`);
    await add('between', `${first} ${last}!`);
    await add('before', ` ${first}!`);
    const buckets = await all(setting.call, `/planner/plans/${of.id}/buckets`);
    const sorted = [...buckets].sort((a, b) => (a.orderHint < b.orderHint ? -1 : 1));
    expect(sorted.map(({ name }) => name)).toEqual(['before', 'first', 'between', 'last']);
  });
});
