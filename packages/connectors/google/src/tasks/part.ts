import { itemSession } from '../items/item-session.ts';
import type { PartDefinition } from '../part.ts';
import { READ, TaskLists, WRITE } from './task-lists.ts';
import { TaskStore } from './task-store.ts';

export const tasksPart: PartDefinition = {
  key: 'tasks',
  kinds: ['task'],
  itemType: 'mailbox',
  api: 'tasks',
  title: 'tasks',
  scopes: { read: [READ], write: [WRITE] },
  async open(context) {
    const lists = new TaskLists(context);
    await lists.list();
    return itemSession(context, new TaskStore(context, lists), {
      delta: 'list',
      maxObjectBytes: 64 * 1024,
      evidence: {
        tasks: 'what Google has no field for stands at the end of the notes, with a line that marks it as migrated',
      },
      identity: `google:tasks:${context.address}`,
    });
  },
};
