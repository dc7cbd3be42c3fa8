import { hashOf } from '@sterna/content';
import type { ReadAttachment } from '../calendar/from-event.ts';
import { segment } from '../graph/client.ts';
import { attachedBytes } from '../outlook/attachments.ts';
import type { ItemReading } from '../outlook/item-reader.ts';
import type { PartContext } from '../part.ts';
import type { GraphTask } from './graph-task.ts';
import { taskKind, WHOLE } from './kind.ts';
import { APPLICATION, keptOf } from './mark.ts';
import { READ } from './task-lists.ts';
import { taskObject } from './task-object.ts';

/** A task comes with its steps and links in one request; its files take more. */
export const taskReading: ItemReading<GraphTask> = {
  kind: taskKind,
  atOnce: 20,
  requests: (path) => [{ method: 'GET', path, query: WHOLE }],
  async object(context, task, path) {
    return taskObject(
      task,
      taskKind.uidOf(task),
      task.checklistItems ?? [],
      (task.linkedResources ?? []).filter((one) => one.applicationName !== APPLICATION),
      task.hasAttachments === true ? await filesAt(context, path) : [],
      keptOf(task),
    );
  },
};

async function filesAt(context: PartContext, path: string): Promise<readonly ReadAttachment[]> {
  const { client, outlook } = context;
  const listed = await client.all<{ readonly id: string; readonly name?: string; readonly contentType?: string }>({
    method: 'GET',
    path: `${path}/attachments`,
    doing: 'listing attachments',
    right: READ,
    budget: outlook,
  });
  const files: ReadAttachment[] = [];
  for (const { id, name = '', contentType = '' } of listed) {
    const bytes = await attachedBytes(context, `${path}/attachments/${segment(id)}`, READ);
    files.push({ name, contentType, bytes, hash: hashOf(bytes) });
  }
  return files;
}
