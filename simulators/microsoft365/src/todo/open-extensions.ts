import { badRequest, GraphError, itemNotFound } from '../http/errors.ts';
import { entityReply, noContent } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { shape } from '../odata/shape.ts';
import { type Reader, unreadable } from '../outlook/input.ts';
import { foundTask, readTasks, taskPath, writeTasks } from './place.ts';
import type { OpenExtension } from './store.ts';

/** Open extensions of a task: https://learn.microsoft.com/graph/api/resources/opentypeextension */

const prefix = 'microsoft.graph.openTypeExtension.';
const path = `${taskPath}/extensions`;
const extensionShape = shape('openTypeExtension', ['id', 'extensionName']);

export const readExtension: Reader<OpenExtension> = (value, at) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(at, 'openTypeExtension');
  const { extensionName, id: _, ...rest } = value as Record<string, unknown>;
  if (typeof extensionName !== 'string' || extensionName === '') {
    throw badRequest('An open extension needs an extensionName.', 'ErrorInvalidRequest');
  }
  return { extensionName, properties: ownOf(rest) };
};

const ownOf = (json: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(json).filter(([name, value]) => !name.includes('@') && value !== null));

export function extensionJson({ extensionName, properties }: OpenExtension): Record<string, unknown> {
  return {
    '@odata.type': '#microsoft.graph.openTypeExtension',
    id: `${prefix}${extensionName}`,
    extensionName,
    ...properties,
  };
}

const named = (id: string) => id.replace(prefix, '');

export const extensionRoutes: Route[] = [
  {
    method: 'GET',
    path,
    permissions: readTasks,
    service: 'outlook',
    handle: (call) =>
      collectionReply(call, foundTask(call).task.extensions, { shape: extensionShape, json: extensionJson }),
  },
  {
    method: 'POST',
    path,
    permissions: writeTasks,
    service: 'outlook',
    handle(call) {
      const { mailbox, task } = foundTask(call);
      const extension = readExtension(call.json(), '');
      if (task.extensions.some(({ extensionName }) => extensionName === extension.extensionName)) {
        throw new GraphError(409, 'NameAlreadyExists', 'An extension with this name exists already.');
      }
      mailbox.changeTask(task, { extensions: [...task.extensions, extension] });
      return entityReply(call, extensionJson(extension), { status: 201 });
    },
  },
  {
    method: 'GET',
    path: `${path}/{extension}`,
    permissions: readTasks,
    service: 'outlook',
    handle(call) {
      const name = named(call.parameter('extension'));
      const found = foundTask(call).task.extensions.find(({ extensionName }) => extensionName === name);
      if (found === undefined) throw itemNotFound();
      return entityReply(call, extensionJson(found));
    },
  },
  {
    method: 'PATCH',
    path: `${path}/{extension}`,
    permissions: writeTasks,
    service: 'outlook',
    handle(call) {
      const { mailbox, task } = foundTask(call);
      const extensionName = named(call.parameter('extension'));
      const before = task.extensions.find((one) => one.extensionName === extensionName);
      if (before === undefined) throw itemNotFound();
      const { extensionName: _, ...given } = call.json();
      const after = { extensionName, properties: ownOf({ ...before.properties, ...given }) };
      mailbox.changeTask(task, { extensions: task.extensions.map((one) => (one === before ? after : one)) });
      return entityReply(call, extensionJson(after));
    },
  },
  {
    method: 'DELETE',
    path: `${path}/{extension}`,
    permissions: writeTasks,
    service: 'outlook',
    handle(call) {
      const { mailbox, task } = foundTask(call);
      const name = named(call.parameter('extension'));
      const left = task.extensions.filter(({ extensionName }) => extensionName !== name);
      if (left.length === task.extensions.length) throw itemNotFound();
      mailbox.changeTask(task, { extensions: left });
      return noContent();
    },
  },
];
