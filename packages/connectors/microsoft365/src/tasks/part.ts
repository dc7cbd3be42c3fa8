import type { Session } from '@sterna/connector-kit';
import type { PartContext, PartDefinition } from '../part.ts';
import { taskCapabilities } from './capabilities.ts';
import { TaskReader } from './reader.ts';
import { READ, TaskLists, WRITE } from './task-lists.ts';
import { TaskWriter } from './writer.ts';

export const tasksPart: PartDefinition = {
  key: 'tasks',
  kinds: ['task'],
  rights: { read: READ, write: WRITE },
  title: 'tasks',
  async open(context: PartContext): Promise<Session> {
    const lists = new TaskLists(context);
    const home = await lists.home();
    const reader = new TaskReader(context, lists);
    return {
      capabilities: taskCapabilities,
      reader,
      ...(context.role === 'write' ? { writer: new TaskWriter(context, lists, reader) } : {}),
      identity: `microsoft365:tasks:${home}`,
      quota: async () => undefined,
      close: async () => undefined,
      destroy: () => undefined,
    };
  },
};
