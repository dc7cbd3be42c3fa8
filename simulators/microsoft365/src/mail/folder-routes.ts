import type { Call } from '../http/call.ts';
import { badRequest, GraphError } from '../http/errors.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { deltaReply, deltaTokenOptions } from '../odata/delta.ts';
import { checkExpand, checkSelect, project } from '../odata/shape.ts';
import { takeExtendedProperties } from './extended-property.ts';
import { folderJson, MAIL_FOLDER } from './json-out.ts';
import { type Folder, type Mailbox, mailboxOf } from './mailbox.ts';
import { READ_MAIL, WRITE_MAIL } from './permissions.ts';

const ROOT = '/users/{user}/mailFolders';
const ONE = `${ROOT}/{folder}`;

const read = { permissions: READ_MAIL, service: 'outlook' } as const;
const write = { permissions: WRITE_MAIL, service: 'outlook' } as const;

export const folderRoutes: Route[] = [
  { ...read, method: 'GET', path: ROOT, handle: (call) => list(call, mailbox(call).root) },
  { ...write, method: 'POST', path: ROOT, handle: (call) => create(call, mailbox(call).root) },
  { ...read, method: 'GET', path: `${ROOT}/delta`, handle: delta },
  { ...read, method: 'GET', path: ONE, handle: (call) => get(call, 'folder') },
  { ...write, method: 'PATCH', path: ONE, handle: (call) => update(call, 'folder') },
  { ...write, method: 'DELETE', path: ONE, handle: (call) => remove(call, 'folder') },
  { ...read, method: 'GET', path: `${ONE}/childFolders`, handle: (call) => list(call, folder(call, 'folder')) },
  { ...write, method: 'POST', path: `${ONE}/childFolders`, handle: (call) => create(call, folder(call, 'folder')) },
  { ...read, method: 'GET', path: `${ONE}/childFolders/{child}`, handle: (call) => get(call, 'child') },
  { ...write, method: 'PATCH', path: `${ONE}/childFolders/{child}`, handle: (call) => update(call, 'child') },
  { ...write, method: 'DELETE', path: `${ONE}/childFolders/{child}`, handle: (call) => remove(call, 'child') },
  { ...write, method: 'POST', path: `${ONE}/move`, handle: move },
  { ...write, method: 'POST', path: `${ONE}/copy`, handle: copy },
  { ...write, method: 'POST', path: `${ONE}/permanentDelete`, handle: (call) => remove(call, 'folder') },
];

export function mailbox(call: Call): Mailbox {
  return mailboxOf(call.cloud, call.tenant, call.mailboxUser());
}

export function folder(call: Call, parameter: string): Folder {
  return mailbox(call).folder(call.parameter(parameter));
}

function list(call: Call, parent: Folder): Reply {
  const hidden = call.query.other.get('includehiddenfolders')?.toLowerCase() === 'true';
  const children = mailbox(call)
    .children(parent)
    .filter(({ isHidden }) => hidden || !isHidden);
  const { expand } = call.query;
  return collectionReply(call, children, {
    shape: MAIL_FOLDER,
    json: (child) => folderJson(mailbox(call), child, expand),
  });
}

function get(call: Call, parameter: string): Reply {
  const { select, expand } = call.query;
  checkSelect(MAIL_FOLDER, select);
  checkExpand(MAIL_FOLDER, expand);
  const names = select && [...select, ...expand.map(({ property }) => property)];
  return entityReply(call, project(folderJson(mailbox(call), folder(call, parameter), expand), names));
}

function create(call: Call, parent: Folder): Reply {
  const json = call.json();
  const { displayName, isHidden } = json;
  if (typeof displayName !== 'string') throw badRequest('The folder needs a displayName.', 'ErrorInvalidRequest');
  checkNames(json);
  const created = mailbox(call).createFolder(parent, displayName, isHidden === true);
  takeProperties(created, json);
  return entityReply(call, folderJson(mailbox(call), created), { status: 201 });
}

function update(call: Call, parameter: string): Reply {
  const json = call.json();
  const target = folder(call, parameter);
  checkNames(json);
  if (json.displayName !== undefined && json.displayName !== target.displayName) {
    refuseWellKnown(target);
    mailbox(call).renameFolder(target, String(json.displayName));
  }
  takeProperties(target, json);
  mailbox(call).touchFolder(target);
  return entityReply(call, folderJson(mailbox(call), target));
}

function remove(call: Call, parameter: string): Reply {
  const target = folder(call, parameter);
  refuseWellKnown(target);
  mailbox(call).deleteFolder(target);
  return noContent();
}

function move(call: Call): Reply {
  const target = folder(call, 'folder');
  refuseWellKnown(target);
  mailbox(call).moveFolder(target, destination(call));
  return entityReply(call, folderJson(mailbox(call), target), { status: 201 });
}

function copy(call: Call): Reply {
  const made = mailbox(call).copyFolder(folder(call, 'folder'), destination(call));
  return entityReply(call, folderJson(mailbox(call), made), { status: 201 });
}

/** The folder that a move or copy goes to. */
export function destination(call: Call): Folder {
  const json = call.json();
  const id = json.destinationId ?? json.DestinationId;
  if (typeof id !== 'string') throw badRequest('The destinationId is missing.', 'ErrorInvalidRequest');
  return mailbox(call).folder(id);
}

function delta(call: Call): Reply {
  const box = mailbox(call);
  const kept = deltaTokenOptions(call) ?? Object.fromEntries(call.query.other);
  const hidden = kept.includehiddenfolders?.toLowerCase() === 'true';
  return deltaReply(call, {
    log: box.folderLog,
    scope: `mailFolders/${box.user.id}`,
    shape: MAIL_FOLDER,
    keep: ['includehiddenfolders'],
    json: (id) => {
      const found = box.folders.get(id);
      return found === undefined || found === box.root || (found.isHidden && !hidden)
        ? undefined
        : folderJson(box, found);
    },
  });
}

function checkNames(json: Record<string, unknown>): void {
  for (const name of Object.keys(json)) {
    if (!name.includes('@') && !MAIL_FOLDER.properties.has(name) && !MAIL_FOLDER.navigation.has(name)) {
      throw badRequest(
        `The property '${name}' does not exist on type 'microsoft.graph.mailFolder'.`,
        'RequestBodyRead',
      );
    }
  }
}

function takeProperties(target: Folder, json: Record<string, unknown>): void {
  const { singleValueExtendedProperties: single, multiValueExtendedProperties: multiple } = json;
  if (single !== undefined) takeExtendedProperties(target.properties, single, false);
  if (multiple !== undefined) takeExtendedProperties(target.properties, multiple, true);
}

function refuseWellKnown(target: Folder): void {
  if (target.wellKnown === undefined) return;
  throw new GraphError(403, 'ErrorDeleteDistinguishedFolder', 'Distinguished folders cannot be changed so.');
}
