import type { FidelityNote } from '@sterna/connector-kit';
import type { FieldValue, ListItem, Person } from '@sterna/content';
import { COLUMNS, isLabelSlot } from './columns.ts';
import type { ChecklistItem, GraphPlannerTask, GraphTaskDetails, Plan, Reference } from './graph-planner.ts';
import { assignedIn, linkLines, linksIn, stepLines, stepsIn, withAssigned } from './lines.ts';

/** What Planner gives a task that nobody chose a priority for. */
const PRIORITY_AS_MADE = 5;

/** @param personOf undefined: nobody has that id any more */
export async function toItem(
  task: GraphPlannerTask,
  details: GraphTaskDetails,
  plan: Plan,
  personOf: (id: string) => Promise<Person | undefined>,
): Promise<ListItem> {
  const { text, people: named } = assignedIn((details.description ?? '').replaceAll('\r\n', '\n'));
  const people = [...named];
  for (const id of Object.keys(task.assignments ?? {})) {
    const person = id.includes('@odata') ? undefined : await personOf(id);
    if (person !== undefined) people.push(person);
  }
  const labels = Object.entries(task.appliedCategories ?? {}).flatMap(([slot, applied]) =>
    applied === true ? [plan.labels.get(slot) ?? slot] : [],
  );
  const bucket = plan.buckets.find(({ id }) => id === task.bucketId)?.name;
  const steps = stepLines(details.checklist ?? {});
  const links = linkLines(details.references ?? {});
  const author = await (task.createdBy?.user?.id ? personOf(task.createdBy.user.id) : undefined);
  const fields: Record<string, FieldValue> = {
    Title: task.title,
    ...(bucket === undefined ? {} : { [COLUMNS.bucket]: bucket }),
    ...(labels.length === 0 ? {} : { [COLUMNS.labels]: labels.sort() }),
    ...(task.percentComplete ? { [COLUMNS.done]: task.percentComplete } : {}),
    ...((task.priority ?? PRIORITY_AS_MADE) === PRIORITY_AS_MADE
      ? {}
      : { [COLUMNS.priority]: task.priority as number }),
    ...(task.startDateTime ? { [COLUMNS.start]: task.startDateTime } : {}),
    ...(task.dueDateTime ? { [COLUMNS.due]: task.dueDateTime } : {}),
    ...(people.length === 0 ? {} : { [COLUMNS.assigned]: { people } }),
    ...(text === '' ? {} : { [COLUMNS.text]: text }),
    ...(steps === '' ? {} : { [COLUMNS.steps]: steps }),
    ...(links === '' ? {} : { [COLUMNS.links]: links }),
    ...((details.previewType ?? 'automatic') === 'automatic'
      ? {}
      : { [COLUMNS.preview]: details.previewType as string }),
  };
  return {
    type: 'list-item',
    fields,
    ...(author === undefined ? {} : { author }),
    ...(task.createdDateTime ? { created: task.createdDateTime } : {}),
  };
}

/** What a create or a change sends: names of an open type that are null are taken away. */
export interface TaskForm {
  readonly task: Readonly<Record<string, unknown>>;
  readonly details: Readonly<Record<string, unknown>>;
  readonly notes: readonly FidelityNote[];
}

export interface WritingTask {
  /** Undefined: the directory has nobody of that address. */
  idOf(person: Person): Promise<string | undefined>;
  /** The bucket of this name, made where there is none. */
  bucketId(name: string): Promise<string>;
  /** Where a label of this name is. */
  slotOf(label: string): string | undefined;
  /** A key for an item of a checklist. */
  newKey(): string;
}

/** As it is in the target, for a change. */
export interface TaskNow {
  readonly task: GraphPlannerTask;
  readonly details: GraphTaskDetails;
}

export async function toForm({ fields }: ListItem, writing: WritingTask, now?: TaskNow): Promise<TaskForm> {
  const notes: FidelityNote[] = [];
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const number = (name: string): number | undefined => {
    const value = fields[name];
    return typeof value === 'number' ? value : undefined;
  };

  const unknown: Person[] = [];
  const assignments = new Map<string, object | null>(Object.keys(now?.task.assignments ?? {}).map((id) => [id, null]));
  for (const person of peopleIn(fields[COLUMNS.assigned])) {
    const id = await writing.idOf(person);
    if (id === undefined) unknown.push(person);
    // Who is assigned already isn't told again.
    else if (assignments.has(id)) assignments.delete(id);
    else assignments.set(id, { '@odata.type': '#microsoft.graph.plannerAssignment', orderHint: ' !' });
  }
  if (unknown.length > 0)
    notes.push({
      code: 'assignment-as-text',
      text: `It was assigned to ${unknown.map(({ address }) => address).join(', ')}, whom the target’s directory doesn’t have: its description says so.`,
    });

  const slots = new Map<string, boolean>(Object.keys(now?.task.appliedCategories ?? {}).map((slot) => [slot, false]));
  for (const label of textsIn(fields[COLUMNS.labels])) {
    const slot = writing.slotOf(label);
    if (slot !== undefined) slots.set(slot, true);
    else
      notes.push({
        code: 'label-not-held',
        text: `Planner has no room for the label “${label}” in the target’s plan.`,
      });
  }

  const bucket = text(COLUMNS.bucket);
  return {
    task: {
      title: text('Title') || '(no title)',
      bucketId: bucket === '' ? null : await writing.bucketId(bucket),
      percentComplete: number(COLUMNS.done) ?? 0,
      priority: number(COLUMNS.priority) ?? PRIORITY_AS_MADE,
      startDateTime: text(COLUMNS.start) || null,
      dueDateTime: text(COLUMNS.due) || null,
      appliedCategories: Object.fromEntries([...slots].filter(([slot]) => isLabelSlot(slot))),
      assignments: Object.fromEntries([...assignments].filter(([id]) => !id.includes('@odata'))),
    },
    details: {
      description: withAssigned(text(COLUMNS.text), unknown),
      previewType: text(COLUMNS.preview) || 'automatic',
      checklist: checklistForm(text(COLUMNS.steps), writing, now?.details.checklist ?? {}),
      references: referencesForm(text(COLUMNS.links), now?.details.references ?? {}),
    },
    notes,
  };
}

const peopleIn = (value: FieldValue | undefined): readonly Person[] =>
  typeof value === 'object' && 'people' in value ? value.people : [];
const textsIn = (value: FieldValue | undefined): readonly string[] => {
  if (Array.isArray(value)) return value;
  return typeof value === 'string' && value !== '' ? [value] : [];
};

const ORDER = 'abcdefghijklmnopqrstuvwxyz';

function checklistForm(text: string, { newKey }: WritingTask, now: Readonly<Record<string, ChecklistItem>>) {
  if (stepLines(now) === text) return {};
  const gone = Object.keys(now).map((key) => [key, null] as const);
  const made = stepsIn(text).map(({ title, isChecked }, at) => {
    // Between two texts of ours: the service computes its own hint out of them.
    const orderHint = `${ORDER[at] ?? 'z'} ${ORDER[at + 1] ?? 'zz'}!`;
    return [newKey(), { '@odata.type': '#microsoft.graph.plannerChecklistItem', title, isChecked, orderHint }] as const;
  });
  return Object.fromEntries([...gone, ...made]);
}

function referencesForm(text: string, now: Readonly<Record<string, Reference>>) {
  const wanted = linksIn(text);
  const gone = Object.keys(now).filter((name) => !wanted.has(name));
  return Object.fromEntries([
    ...gone.map((name) => [name, null] as const),
    ...[...wanted].map(
      ([name, link]) =>
        [name, { '@odata.type': '#microsoft.graph.plannerExternalReference', previewPriority: ' !', ...link }] as const,
    ),
  ]);
}
