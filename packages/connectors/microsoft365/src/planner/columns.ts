import type { ListColumn, ListDefinition } from '@sterna/content';

/** A plan is a list whose buckets and labels are the choices of two of its columns. */
export const COLUMNS = {
  bucket: 'Bucket',
  labels: 'Labels',
  done: 'PercentComplete',
  priority: 'Priority',
  start: 'StartDate',
  due: 'DueDate',
  assigned: 'AssignedTo',
  text: 'Description',
  steps: 'Checklist',
  links: 'References',
  preview: 'Preview',
} as const;

const PLAN_TEMPLATE = 'planner';
/** https://learn.microsoft.com/en-us/graph/api/resources/plannerplandetails */
export const MOST_LABELS = 25;
export const labelSlot = (at: number): string => `category${at + 1}`;
export const isLabelSlot = (name: string): boolean => /^category(?:[1-9]|1\d|2[0-5])$/.test(name);

const column = (name: string, displayName: string, shape: ListColumn['shape']): ListColumn => ({
  name,
  displayName,
  shape,
});

/** @param labels by their slots; a label without a name is called `category7` */
export function planDefinition(buckets: readonly string[], labels: readonly string[]): ListDefinition {
  return {
    template: PLAN_TEMPLATE,
    columns: [
      column(COLUMNS.bucket, 'Bucket', { kind: 'choice', choices: buckets }),
      column(COLUMNS.labels, 'Labels', { kind: 'choice', choices: labels, isMultiple: true }),
      column(COLUMNS.done, 'Percent complete', { kind: 'number', min: 0, max: 100 }),
      column(COLUMNS.priority, 'Priority', { kind: 'number', min: 0, max: 10 }),
      column(COLUMNS.start, 'Start date', { kind: 'dateTime' }),
      column(COLUMNS.due, 'Due date', { kind: 'dateTime' }),
      column(COLUMNS.assigned, 'Assigned to', { kind: 'person', isMultiple: true }),
      column(COLUMNS.text, 'Description', { kind: 'text', lines: 6 }),
      column(COLUMNS.steps, 'Checklist', { kind: 'text', lines: 6 }),
      column(COLUMNS.links, 'References', { kind: 'text', lines: 6 }),
      column(COLUMNS.preview, 'Preview', { kind: 'text' }),
    ],
  };
}

/** The choices of a column of a definition that may be any list's. */
export function choicesIn(definition: unknown, name: string): readonly string[] {
  const columns = (definition as Partial<ListDefinition> | undefined)?.columns ?? [];
  const shape = columns.find((one) => one.name === name)?.shape;
  return shape?.kind === 'choice' ? shape.choices : [];
}
