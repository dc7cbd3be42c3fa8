import { itemSession } from '../outlook/item-session.ts';
import type { PartDefinition } from '../part.ts';
import { taskCapabilities } from './capabilities.ts';
import { taskReading } from './reader.ts';
import { READ, TaskLists, WRITE } from './task-lists.ts';
import { TaskWriting } from './writer.ts';

export const tasksPart: PartDefinition = {
  key: 'tasks',
  kinds: ['task'],
  rights: { read: READ, write: WRITE },
  title: 'tasks',
  async open(context) {
    const containers = new TaskLists(context);
    const home = await containers.home();
    return itemSession(context, {
      capabilities: taskCapabilities,
      containers,
      reading: taskReading,
      writing: (requests) => new TaskWriting(context, requests),
      identity: `microsoft365:tasks:${home}`,
    });
  },
};
