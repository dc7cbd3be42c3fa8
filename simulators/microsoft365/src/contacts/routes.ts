import type { Call } from '../http/call.ts';
import { badRequest, GraphError, itemNotFound } from '../http/errors.ts';
import { bytesReply, entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { normalizeFilterIds } from '../mail/extended-property.ts';
import { collectionReply } from '../odata/collection.ts';
import { deltaReply } from '../odata/delta.ts';
import { changeKey, checkIfMatch } from '../odata/etag.ts';
import { checkExpand, checkSelect, project, shape } from '../odata/shape.ts';
import {
  expandedProperties,
  extendedPropertyFields,
  filterableProperties,
  withExtendedProperties,
} from '../outlook/extended-properties.ts';
import { instantText, invalid, object, orNull, readOnly, text } from '../outlook/input.ts';
import { addressFields, blankContact, type Contact, listFields, mailFields, textFields } from './contact.ts';
import { readContact } from './contact-input.ts';
import { imageSize } from './image.ts';
import { type ContactFolder, type ContactMailbox, contactMailbox } from './store.ts';

/** The largest picture that a PUT takes. */
const largestPhoto = 4 * 1024 * 1024;

const read = { permissions: ['Contacts.Read', 'Contacts.ReadWrite'], service: 'outlook' } as const;
const write = { permissions: ['Contacts.ReadWrite'], service: 'outlook' } as const;

const navigation = ['singleValueExtendedProperties', 'multiValueExtendedProperties'];
const contactShape = shape(
  'contact',
  [
    'id',
    'createdDateTime',
    'lastModifiedDateTime',
    'changeKey',
    'parentFolderId',
    'birthday',
    'emailAddresses',
    ...textFields,
    ...Object.keys(listFields),
    ...addressFields,
    ...mailFields,
  ],
  [...navigation, 'photo', 'extensions'],
);
const folderShape = shape(
  'contactFolder',
  ['id', 'parentFolderId', 'displayName'],
  [...navigation, 'contacts', 'childFolders'],
);

const folders = '/users/{user}/contactFolders';
const folder = `${folders}/{folder}`;
const children = `${folder}/childFolders`;

/** The ways to a list of contacts; the first is the default folder's. */
const lists = ['/users/{user}/contacts', `${folder}/contacts`, `${children}/{child}/contacts`];

export const routes: Route[] = [
  { ...read, method: 'GET', path: folders, handle: (call) => listFolders(call, mailboxOf(call).defaultFolder) },
  { ...write, method: 'POST', path: folders, handle: (call) => createFolder(call, mailboxOf(call).defaultFolder) },
  { ...read, method: 'GET', path: `${folders}/delta`, handle: folderDelta },
  ...[folder, `${children}/{child}`].flatMap((path): Route[] => [
    { ...read, method: 'GET', path, handle: (call) => folderReply(call, folderOf(call)) },
    { ...write, method: 'PATCH', path, handle: updateFolder },
    { ...write, method: 'DELETE', path, handle: deleteFolder },
    { ...write, method: 'POST', path: `${path}/permanentDelete`, handle: deleteFolder },
  ]),
  { ...read, method: 'GET', path: children, handle: (call) => listFolders(call, folderOf(call)) },
  { ...write, method: 'POST', path: children, handle: (call) => createFolder(call, folderOf(call)) },
  ...lists.flatMap((path): Route[] => [
    { ...read, method: 'GET', path, handle: listContacts },
    { ...write, method: 'POST', path, handle: createContact },
    { ...read, method: 'GET', path: `${path}/delta`, handle: contactDelta },
    { ...read, method: 'GET', path: `${path}/{contact}`, handle: (call) => contactReply(call, contactOf(call)) },
    { ...write, method: 'PATCH', path: `${path}/{contact}`, handle: updateContact },
    { ...write, method: 'DELETE', path: `${path}/{contact}`, handle: deleteContact },
    { ...write, method: 'POST', path: `${path}/{contact}/permanentDelete`, handle: deleteContact },
    { ...read, method: 'GET', path: `${path}/{contact}/photo`, handle: getPhoto },
    { ...read, method: 'GET', path: `${path}/{contact}/photo/$value`, handle: getPhotoBytes },
    { ...write, method: 'PUT', path: `${path}/{contact}/photo/$value`, bodyLimit: 16 * 1024 * 1024, handle: putPhoto },
    { ...write, method: 'DELETE', path: `${path}/{contact}/photo/$value`, handle: deletePhoto },
  ]),
];

function mailboxOf(call: Call): ContactMailbox {
  return contactMailbox(call.cloud, call.tenant, call.mailboxUser());
}

/** The folder that the path names, `contacts` among them; the default one where it names none. Throws 404. */
function folderOf(call: Call): ContactFolder {
  const mailbox = mailboxOf(call);
  const { path } = call.route;
  if (!path.includes('{folder}')) return mailbox.defaultFolder;
  const id = call.parameter(path.includes('{child}') ? 'child' : 'folder');
  const found = id.toLowerCase() === 'contacts' ? mailbox.defaultFolder : mailbox.folders.get(id);
  if (found === undefined) throw itemNotFound();
  return found;
}

/** Throws 404 where the path names a folder that the contact isn't in. */
function contactOf(call: Call): Contact {
  const contact = mailboxOf(call).find(call.parameter('contact'));
  const elsewhere = call.route.path.includes('{folder}') && contact?.folderId !== folderOf(call).id;
  if (contact === undefined || elsewhere) throw itemNotFound();
  return contact;
}

function folderJson({ id, parentId, displayName }: ContactFolder): Record<string, unknown> {
  return { id, parentFolderId: parentId, displayName };
}

function folderReply(call: Call, of: ContactFolder, status = 200): Reply {
  const { select, expand } = call.query;
  checkSelect(folderShape, select);
  checkExpand(folderShape, expand);
  const json = { ...project(folderJson(of), select), ...expandedProperties(of.properties, onlyProperties(expand)) };
  return entityReply(call, json, { status });
}

/** What `$expand` may name here; photos and the like have their own requests. */
function onlyProperties<T extends { property: string }>(expand: T[]): T[] {
  const other = expand.find(({ property }) => !navigation.includes(property));
  if (other !== undefined) throw badRequest(`'${other.property}' can't be expanded here.`, 'ErrorInvalidUrlQuery');
  return expand;
}

function listFolders(call: Call, parent: ContactFolder): Reply {
  const expand = onlyProperties(call.query.expand);
  return collectionReply(call, mailboxOf(call).childrenOf(parent), {
    shape: folderShape,
    filterText: normalizeFilterIds,
    json: (of) => ({ ...folderJson(of), ...expandedProperties(of.properties, expand) }),
    view: (of) => ({ ...folderJson(of), ...filterableProperties(of.properties) }),
  });
}

function folderDelta(call: Call): Reply {
  const mailbox = mailboxOf(call);
  return deltaReply(call, {
    log: mailbox.folderLog,
    scope: `contactFolders/${mailbox.user.id}`,
    shape: folderShape,
    json: (id) => {
      const of = mailbox.folders.get(id);
      return of && folderJson(of);
    },
  });
}

const folderFields = object('contactFolder', {
  id: readOnly,
  parentFolderId: orNull(text),
  displayName: orNull(text),
  ...extendedPropertyFields,
});

function freeName(mailbox: ContactMailbox, parent: ContactFolder, name: string, except?: ContactFolder): void {
  const taken = mailbox
    .childrenOf(parent)
    .some((of) => of !== except && of.displayName.toLowerCase() === name.toLowerCase());
  if (taken) throw new GraphError(409, 'ErrorFolderExists', 'A folder with the specified name already exists.');
}

function createFolder(call: Call, parent: ContactFolder): Reply {
  const mailbox = mailboxOf(call);
  const given = folderFields(call.json(), '');
  const name = given.displayName ?? '';
  if (name.trim() === '') throw invalid('A folder needs a displayName.');
  freeName(mailbox, parent, name);
  const made = mailbox.addFolder(name, parent);
  made.properties = withExtendedProperties(new Map(), given);
  return folderReply(call, made, 201);
}

function updateFolder(call: Call): Reply {
  const mailbox = mailboxOf(call);
  const of = folderOf(call);
  const given = folderFields(call.json(), '');
  of.properties = withExtendedProperties(of.properties, given);
  const name = given.displayName;
  if (typeof name === 'string' && name !== of.displayName) {
    const parent = mailbox.folders.get(of.parentId);
    if (parent === undefined) throw badRequest('Distinguished folders cannot be renamed.', 'ErrorInvalidRequest');
    freeName(mailbox, parent, name, of);
    mailbox.changeFolder(of, name);
  }
  return folderReply(call, of);
}

function deleteFolder(call: Call): Reply {
  const mailbox = mailboxOf(call);
  const of = folderOf(call);
  if (of === mailbox.defaultFolder) {
    throw badRequest('Distinguished folders cannot be deleted.', 'ErrorDeleteDistinguishedFolder');
  }
  mailbox.removeFolder(of);
  return noContent();
}

const etagOf = (contact: Contact) => `W/"${changeKey(contact.immutableId, contact.version)}"`;

function contactJson(contact: Contact, immutableIds: boolean): Record<string, unknown> {
  const { fields } = contact;
  return {
    '@odata.etag': etagOf(contact),
    id: immutableIds ? contact.immutableId : contact.id,
    createdDateTime: instantText(contact.createdAt),
    lastModifiedDateTime: instantText(contact.modifiedAt),
    changeKey: changeKey(contact.immutableId, contact.version),
    parentFolderId: contact.folderId,
    ...fields,
    ...Object.fromEntries(mailFields.map((name, at) => [name, fields.emailAddresses[at] ?? null])),
  };
}

function contactReply(call: Call, contact: Contact, status = 200): Reply {
  const { select, expand } = call.query;
  checkSelect(contactShape, select);
  checkExpand(contactShape, expand);
  const json = project(contactJson(contact, call.immutableIds), select);
  return entityReply(call, { ...json, ...expandedProperties(contact.properties, onlyProperties(expand)) }, { status });
}

function listContacts(call: Call): Reply {
  const expand = onlyProperties(call.query.expand);
  const seenUntil = call.now - call.cloud.faults.listDelayMs;
  const contacts = mailboxOf(call)
    .contactsIn(folderOf(call))
    .filter(({ createdAt }) => createdAt <= seenUntil);
  return collectionReply(call, contacts, {
    shape: contactShape,
    filterText: normalizeFilterIds,
    json: (contact) => ({
      ...contactJson(contact, call.immutableIds),
      ...expandedProperties(contact.properties, expand),
    }),
    view: (contact) => ({ ...contactJson(contact, false), ...filterableProperties(contact.properties) }),
  });
}

function contactDelta(call: Call): Reply {
  const mailbox = mailboxOf(call);
  const of = folderOf(call);
  return deltaReply(call, {
    log: of.log,
    scope: `contacts/${of.id}`,
    shape: contactShape,
    json: (id) => {
      const contact = mailbox.contacts.get(id);
      return contact && { '@odata.type': '#microsoft.graph.contact', ...contactJson(contact, call.immutableIds) };
    },
    removed: ({ id, removed }) => ({
      '@odata.type': '#microsoft.graph.contact',
      id: call.immutableIds ? id : (of.gone.get(id) ?? id),
      '@removed': { reason: removed },
    }),
  });
}

function createContact(call: Call): Reply {
  const mailbox = mailboxOf(call);
  const { fields, properties } = readContact(call.json(), { fields: blankContact, properties: new Map() });
  const contact = mailbox.addContact(folderOf(call), fields, { properties });
  const reply = contactReply(call, contact, 201);
  const location = `${call.base}/users/${mailbox.user.id}/contacts/${encodeURIComponent(contact.id)}`;
  return { ...reply, headers: { ...reply.headers, location } };
}

function updateContact(call: Call): Reply {
  const contact = contactOf(call);
  checkIfMatch(call, etagOf(contact));
  mailboxOf(call).changeContact(contact, readContact(call.json(), contact));
  return contactReply(call, contact);
}

function deleteContact(call: Call): Reply {
  const contact = contactOf(call);
  checkIfMatch(call, etagOf(contact));
  mailboxOf(call).removeContact(contact);
  return noContent();
}

function photoOf(call: Call) {
  const { photo } = contactOf(call);
  if (photo === undefined)
    throw new GraphError(
      404,
      'ErrorItemNotFound',
      'The specified object was not found in the store., The contact has no photo.',
    );
  return photo;
}

function getPhoto(call: Call): Reply {
  const { contentType, width, height } = photoOf(call);
  return entityReply(call, {
    '@odata.mediaContentType': contentType,
    id: `${width}X${height}`,
    width,
    height,
  });
}

function getPhotoBytes(call: Call): Reply {
  const { contentType, content } = photoOf(call);
  return bytesReply(contentType, [content]);
}

function putPhoto(call: Call): Reply {
  const contact = contactOf(call);
  const content = call.incoming.body;
  if (content.length > largestPhoto) {
    throw new GraphError(413, 'ErrorMessageSizeExceeded', 'The photo is larger than 4 MB.');
  }
  const size = imageSize(content);
  if (size === undefined) throw badRequest('The photo is not an image.', 'ErrorInvalidImage');
  const { type: contentType, width, height } = size;
  mailboxOf(call).changeContact(contact, { photo: { contentType, content, width, height } });
  return noContent(200);
}

function deletePhoto(call: Call): Reply {
  photoOf(call);
  mailboxOf(call).changeContact(contactOf(call), { photo: undefined });
  return noContent();
}
