import { bareComponent } from '@sterna/content';
import type { ItemKind } from '../outlook/item-kind.ts';
import type { GraphTask } from './graph-task.ts';
import { markOf } from './mark.ts';
import { listPath, READ, WRITE } from './task-lists.ts';

/** A task with all that is read of it. */
export const WHOLE = { $expand: 'checklistItems,linkedResources,extensions' } as const;
/** With our mark. */
const MARKED = { $expand: 'linkedResources' } as const;

export const taskKind: ItemKind<GraphTask> = {
  kind: 'task',
  words: { one: 'a task', many: 'tasks', container: 'task list' },
  rights: { read: READ, write: WRITE },
  collection: listPath,

  delta: 'token',
  queries: { versions: {}, keys: MARKED, stamps: MARKED, look: WHOLE },
  mostPerPage: 100,
  madeAt: ({ createdDateTime }) => createdDateTime ?? undefined,

  versionOf: (task) => task['@odata.etag'],
  uidOf: (task) => markOf(task)?.uid ?? task.id,
  stampOf: (task) => markOf(task)?.stamp,
  bare: (uid) => bareComponent('VTODO', uid),

  hasPreconditions: false,
  permanentDelete: [],
};
