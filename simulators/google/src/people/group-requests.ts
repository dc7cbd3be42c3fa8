import type { Call } from '../http/call.ts';
import { json, type Result } from '../http/result.ts';
import { changing, pageSize, storeOf } from './contact-requests.ts';
import { readMask } from './person-input.ts';
import { resourceName } from './person-json.ts';
import { checked, failedPrecondition, invalidArgument, nameTaken, notFound } from './problems.ts';
import { type ContactGroup, type ContactStore, type Json, MY_CONTACTS, OPEN_SYSTEM_GROUPS } from './store.ts';
import { syncedPage } from './sync.ts';

const GROUP_FIELDS = ['clientData', 'groupType', 'memberCount', 'metadata', 'name'];
const PRESET = ['groupType', 'memberCount', 'metadata', 'name'];

function groupFields(mask: unknown, parameter: string): readonly string[] {
  if (mask === undefined || mask === null || mask === '') return PRESET;
  return checked(() => readMask(String(mask), parameter, GROUP_FIELDS));
}

/** @param members how many of the members are told; undefined in lists */
function groupJson(store: ContactStore, group: ContactGroup, fields: readonly string[], members?: number): Json {
  const all = group.deleted ? [] : store.membersOf(group);
  const told = all.slice(0, members ?? 0);
  return {
    resourceName: `contactGroups/${group.id}`,
    etag: etagOf(group),
    ...(fields.includes('metadata') && {
      metadata: {
        ...(!group.system && { updateTime: new Date(group.updated).toISOString() }),
        ...(group.deleted && { deleted: true }),
      },
    }),
    ...(fields.includes('groupType') && { groupType: group.system ? 'SYSTEM_CONTACT_GROUP' : 'USER_CONTACT_GROUP' }),
    ...(fields.includes('name') && {
      name: group.system ? group.id : group.name,
      formattedName: group.name,
    }),
    ...(fields.includes('memberCount') && all.length > 0 && { memberCount: all.length }),
    ...(fields.includes('clientData') && group.clientData.length > 0 && { clientData: group.clientData }),
    ...(told.length > 0 && { memberResourceNames: told.map(resourceName) }),
  };
}

const etagOf = ({ id, version }: ContactGroup) => Buffer.from(`${id}.${version}`).toString('base64url');

export function listGroups(call: Call): Result {
  const store = storeOf(call);
  const fields = groupFields(call.query.text('groupFields'), 'groupFields');
  const { items, tokens, total } = syncedPage(call, store, store.groups.values(), {
    kind: 'contactGroups',
    asked: '',
    size: pageSize(call, 30),
    always: true,
  });
  return json({
    ...(items.length > 0 && { contactGroups: items.map((group) => groupJson(store, group, fields)) }),
    totalItems: total,
    ...tokens,
  });
}

function groupOf(call: Call, store: ContactStore): ContactGroup {
  const group = store.group(call.parameter('group'));
  if (group === undefined) throw notFound();
  return group;
}

export function getGroup(call: Call): Result {
  const store = storeOf(call);
  const fields = groupFields(call.query.text('groupFields'), 'groupFields');
  const members = call.query.integer('maxMembers', { otherwise: 0, max: 1_000_000 });
  return json(groupJson(store, groupOf(call, store), fields, members));
}

export function batchGetGroups(call: Call): Result {
  const store = storeOf(call);
  const fields = groupFields(call.query.text('groupFields'), 'groupFields');
  const members = call.query.integer('maxMembers', { otherwise: 0, max: 1_000_000 });
  const names = call.query.all('resourceNames');
  if (names.length === 0 || names.length > 200) throw invalidArgument('Between 1 and 200 resource names are needed.');
  return json({
    responses: names.map((name) => {
      const group = store.group(name.replace(/^contactGroups\//, ''));
      return group === undefined
        ? { requestedResourceName: name, status: { code: 5, message: 'Requested entity was not found.' } }
        : { requestedResourceName: name, status: {}, contactGroup: groupJson(store, group, fields, members) };
    }),
  });
}

function nameIn(group: Json | undefined): string {
  const name = typeof group?.name === 'string' ? group.name.trim() : '';
  if (name === '') throw invalidArgument('Contact group name is required.');
  return name;
}

export const createGroup = changing((call, store) => {
  const body = call.json();
  const given = body.contactGroup as Json | undefined;
  const name = nameIn(given);
  if (store.groupNamed(name) !== undefined) throw nameTaken();
  const group = store.addGroup(name, (given?.clientData ?? []) as ContactGroup['clientData']);
  return json(groupJson(store, group, groupFields(body.readGroupFields, 'readGroupFields')));
});

export const updateGroup = changing((call, store) => {
  const group = groupOf(call, store);
  if (group.system) throw invalidArgument('System contact groups cannot be changed.');
  const body = call.json();
  const given = (body.contactGroup ?? {}) as Json;
  const mask =
    body.updateGroupFields === undefined ? ['name'] : groupFields(body.updateGroupFields, 'updateGroupFields');
  if (given.etag !== undefined && given.etag !== etagOf(group)) {
    throw failedPrecondition('Request contactGroup.etag is different than the current one.');
  }
  if (mask.includes('name')) {
    const name = nameIn(given);
    const other = store.groupNamed(name);
    if (other !== undefined && other !== group) throw nameTaken();
    group.name = name;
  }
  if (mask.includes('clientData')) group.clientData = (given.clientData ?? []) as ContactGroup['clientData'];
  store.touchGroup(group);
  return json(groupJson(store, group, groupFields(body.readGroupFields, 'readGroupFields')));
});

export const deleteGroup = changing((call, store) => {
  const group = groupOf(call, store);
  if (group.system) throw invalidArgument('System contact groups cannot be deleted.');
  if (call.query.boolean('deleteContacts')) for (const contact of store.membersOf(group)) store.remove(contact);
  store.removeGroup(group);
  return json({});
});

/** https://developers.google.com/people/api/rest/v1/contactGroups.members/modify */
export const modifyMembers = changing((call, store) => {
  const group = groupOf(call, store);
  const { resourceNamesToAdd = [], resourceNamesToRemove = [] } = call.json() as Record<string, string[]>;
  if (resourceNamesToAdd.length + resourceNamesToRemove.length > 1000) {
    throw invalidArgument('At most 1000 resource names can be given.');
  }
  if (group.system && !OPEN_SYSTEM_GROUPS.has(group.id) && resourceNamesToAdd.length > 0) {
    throw invalidArgument('Contacts cannot be added to this system contact group.');
  }
  const missing: string[] = [];
  const last: string[] = [];
  const contactNamed = (name: string) => {
    const contact = store.contacts.get(name.replace(/^people\//, ''));
    if (contact !== undefined && !contact.deleted) return contact;
    missing.push(name);
    return undefined;
  };
  for (const name of resourceNamesToAdd) {
    const contact = contactNamed(name);
    if (contact === undefined || contact.groups.has(group.id)) continue;
    contact.groups.add(group.id);
    store.touch(contact);
  }
  for (const name of resourceNamesToRemove) {
    const contact = contactNamed(name);
    if (contact === undefined || !contact.groups.has(group.id)) continue;
    if (contact.groups.size === 1 && group.id === MY_CONTACTS) {
      last.push(name);
      continue;
    }
    contact.groups.delete(group.id);
    if (contact.groups.size === 0) contact.groups.add(MY_CONTACTS);
    store.touch(contact);
  }
  return json({
    ...(missing.length > 0 && { notFoundResourceNames: missing }),
    ...(last.length > 0 && { canNotRemoveLastContactGroupResourceNames: last }),
  });
});
