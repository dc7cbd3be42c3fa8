import type { ListItem } from '@sterna/content';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelSlot, planDefinition } from '../../src/planner/columns.ts';
import type { GraphPlannerTask, GraphTaskDetails, Plan } from '../../src/planner/graph-planner.ts';
import { linkLines, linksIn, stepLines, stepsIn } from '../../src/planner/lines.ts';
import { toForm, toItem, type WritingTask } from '../../src/planner/task-item.ts';

const plan: Plan = {
  container: { id: 'plan', path: ['Plan'], kind: 'listItem', definition: planDefinition(['Doing'], ['Urgent']) },
  buckets: [{ id: 'bucket', name: 'Doing', orderHint: 'a' }],
  labels: new Map([
    [labelSlot(0), 'Urgent'],
    [labelSlot(1), labelSlot(1)],
  ]),
};
const ANN = { address: 'ann@fabrikam.example' };
const personOf = async (id: string) => (id === 'ann' ? ANN : undefined);
const writing: WritingTask = {
  idOf: async ({ address }) => (address === ANN.address ? 'ann' : undefined),
  bucketId: async (name) => `id of ${name}`,
  slotOf: (label) => (label === 'Urgent' ? labelSlot(0) : undefined),
  newKey: () => 'new',
};
const item = (fields: ListItem['fields']): ListItem => ({ type: 'list-item', fields: { Title: 'T', ...fields } });

const task: GraphPlannerTask = {
  id: 'task',
  title: 'T',
  bucketId: 'bucket',
  percentComplete: 50,
  priority: 1,
  dueDateTime: '2026-03-01T10:00:00Z',
  appliedCategories: { category1: true, category2: true },
  assignments: { ann: {}, gone: {} },
};
const details: GraphTaskDetails = {
  id: 'task',
  description: 'Text',
  previewType: 'checklist',
  checklist: {
    2: { title: 'second', isChecked: false, orderHint: 'b' },
    1: { title: 'first', isChecked: true, orderHint: 'a' },
  },
  references: { 'https%3A//docs%2Eexample/a%2520b': { alias: 'See it', type: 'Word' } },
};

describe('a task that is read', () => {
  test('has the words that people see: its bucket, its labels, who is assigned', async () => {
    expect((await toItem(task, details, plan, personOf)).fields).toEqual({
      Title: 'T',
      Bucket: 'Doing',
      Labels: ['Urgent', 'category2'],
      PercentComplete: 50,
      Priority: 1,
      DueDate: '2026-03-01T10:00:00Z',
      AssignedTo: { people: [ANN] },
      Description: 'Text',
      Checklist: '- [x] first\n- [ ] second',
      References: 'https://docs.example/a%20b Word See it',
      Preview: 'checklist',
    });
  });

  test('that nobody filled in is its title', async () => {
    const bare = { id: 'task', title: 'T', percentComplete: 0, priority: 5 };
    expect((await toItem(bare, { id: 'task', description: '' }, plan, personOf)).fields).toEqual({ Title: 'T' });
  });
});

describe('a task that is written', () => {
  test('names whom the directory doesn’t have in its description, and is read back the same', async () => {
    const given = item({ Description: 'Text', AssignedTo: { people: [{ address: 'bob@contoso.example' }, ANN] } });
    const form = await toForm(given, writing);
    expect(form.details.description).toBe('Text\n\nAssigned to: bob@contoso.example');
    expect(Object.keys(form.task.assignments as object)).toEqual(['ann']);
    expect(form.notes.map(({ code }) => code)).toEqual(['assignment-as-text']);
    const back = await toItem(
      { ...form.task, id: 'x' } as never,
      { ...form.details, id: 'x' } as never,
      plan,
      personOf,
    );
    expect(back.fields).toEqual({ ...given.fields });
  });

  test('gets no label that the plan doesn’t have, and says so', async () => {
    const form = await toForm(item({ Labels: ['Urgent', 'Other'] }), writing);
    expect(form.task.appliedCategories).toEqual({ category1: true });
    expect(form.notes.map(({ code }) => code)).toEqual(['label-not-held']);
  });

  test('over another one takes away what it hasn’t, and assigns nobody anew', async () => {
    const form = await toForm(item({ AssignedTo: { people: [ANN] } }), writing, { task, details });
    expect(form.task).toMatchObject({
      bucketId: null,
      percentComplete: 0,
      dueDateTime: null,
      appliedCategories: { category1: false, category2: false },
      assignments: { gone: null },
    });
    expect(form.details).toMatchObject({
      description: '',
      previewType: 'automatic',
      checklist: { 1: null, 2: null },
      references: { 'https%3A//docs%2Eexample/a%2520b': null },
    });
  });
});

const RUNS = { numRuns: 40 };
const line = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replace(/\s+/g, ' ').trim());

test('checklists and links come back as they were', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ title: line.filter(Boolean), isChecked: fc.boolean() }), { maxLength: 20 }),
      (steps) => {
        const checklist = Object.fromEntries(
          steps.map((step, at) => [`key${at}`, { ...step, orderHint: String(at).padStart(2, '0') }]),
        );
        expect(stepsIn(stepLines(checklist))).toEqual(steps);
      },
    ),
    RUNS,
  );
  fc.assert(
    fc.property(fc.uniqueArray(fc.webUrl({ withFragments: true, withQueryParameters: true })), line, (urls, alias) => {
      const text = urls.map((url) => `${url} Word ${alias}`.trimEnd()).sort();
      expect(
        linkLines(Object.fromEntries(linksIn(text.join('\n'))))
          .split('\n')
          .filter(Boolean),
      ).toEqual(text);
    }),
    RUNS,
  );
});
