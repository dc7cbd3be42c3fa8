import { setImmediate } from 'node:timers/promises';
import type { Call } from '../http/call.ts';
import { GoogleError } from '../http/errors.ts';
import { json, type Result } from '../http/result.ts';
import { imageType } from './image.ts';
import { READABLE, readFields, readMask, readMemberships, UPDATABLE } from './person-input.ts';
import { etagOfContact, etagOfSource, goneJson, personJson, resourceName } from './person-json.ts';
import { contactsOf } from './place.ts';
import { aborted, checked, failedPrecondition, invalidArgument, notFound, otherEtag } from './problems.ts';
import { profileJson } from './profile.ts';
import { type Contact, type ContactStore, type Json, MY_CONTACTS } from './store.ts';
import { syncedPage } from './sync.ts';

export const storeOf = ({ cloud, user }: Call): ContactStore => contactsOf(cloud, user);

/**
 * A change of one user's contacts. Another one that comes before it is done is refused: they are to be sent one after
 * the other.
 */
export function changing(handle: (call: Call, store: ContactStore) => Result): (call: Call) => Promise<Result> {
  return async (call) => {
    const store = storeOf(call);
    if (store.writing && call.cloud.assumptions.peopleWritesCollide) throw aborted();
    store.writing = true;
    try {
      await setImmediate();
      return handle(call, store);
    } finally {
      store.writing = false;
    }
  };
}

/** `personFields`, or the old `requestMask.includeField` with `person.` before each. */
function personFields({ query }: Call): string[] {
  const old = query.text('requestMask.includeField');
  const mask = query.text('personFields') ?? old?.replaceAll('person.', '');
  sources(query.all('sources'));
  return checked(() => readMask(mask, 'personFields', READABLE));
}

/** What an answer to a change tells: all fields when nothing is said. */
function answerFields({ query }: Call): readonly string[] {
  const mask = query.text('personFields');
  sources(query.all('sources'));
  return mask === undefined || mask === '' ? READABLE : checked(() => readMask(mask, 'personFields', READABLE));
}

function sources(given: readonly string[]): void {
  for (const source of given) {
    if (!/^READ_SOURCE_TYPE_(?:CONTACT|PROFILE|DOMAIN_CONTACT|OTHER_CONTACT)$/.test(source)) {
      throw invalidArgument(`Invalid value at 'sources': ${source}`);
    }
  }
}

export function listConnections(call: Call): Result {
  if (call.parameter('person') !== 'me') throw invalidArgument('Resource name must be people/me.');
  const fields = personFields(call);
  const store = storeOf(call);
  const order = call.query.choice(
    'sortOrder',
    ['LAST_MODIFIED_ASCENDING', 'LAST_MODIFIED_DESCENDING', 'FIRST_NAME_ASCENDING', 'LAST_NAME_ASCENDING'],
    'LAST_MODIFIED_ASCENDING',
  );
  if (order !== 'LAST_MODIFIED_ASCENDING') throw new GoogleError(501, 'notImplemented', `No ${order} here.`);
  const { items, tokens, total } = syncedPage(call, store, store.contacts.values(), {
    kind: 'connections',
    asked: [...fields].sort().join(),
    size: pageSize(call, 100),
    always: false,
  });
  return json({
    ...(items.length > 0 && { connections: items.map((contact) => tell(call, contact, fields)) }),
    ...tokens,
    totalPeople: total,
    totalItems: total,
  });
}

const tell = (call: Call, contact: Contact, fields: readonly string[]): Json =>
  contact.deleted ? goneJson(contact) : personJson(contact, fields, call.cloud.baseUrl);

/** 0 is as if nothing was said; more than 1,000 is refused. */
export function pageSize({ query }: Call, preset: number): number {
  return query.integer('pageSize', { otherwise: preset, max: 1000 }) || preset;
}

export function listOtherContacts(call: Call): Result {
  const mask = call.query.text('readMask');
  const fields = checked(() =>
    readMask(mask, 'readMask', ['emailAddresses', 'metadata', 'names', 'phoneNumbers', 'photos']),
  );
  sources(call.query.all('sources'));
  const store = storeOf(call);
  const { items, tokens, total } = syncedPage(call, store, store.others.values(), {
    kind: 'otherContacts',
    asked: [...fields].sort().join(),
    size: pageSize(call, 100),
    always: false,
  });
  return json({
    ...(items.length > 0 && { otherContacts: items.map((contact) => tell(call, contact, fields)) }),
    ...tokens,
    totalSize: total,
  });
}

export function getPerson(call: Call): Result {
  const fields = personFields(call);
  const person = personNamed(call, call.parameter('person'), fields);
  if (person === undefined) throw notFound();
  return json(person);
}

/** `me`, an account's id, or a contact's. */
function personNamed(call: Call, id: string, fields: readonly string[]): Json | undefined {
  const account = id === 'me' ? call.user : [...call.domain.users.values()].find((user) => user.id === id);
  if (account !== undefined) return profileJson(account, fields, call.cloud.baseUrl);
  const contact = storeOf(call).contacts.get(id);
  return contact === undefined || contact.deleted ? undefined : tell(call, contact, fields);
}

const MOST_AT_ONCE = 200;

export function getBatch(call: Call): Result {
  const fields = personFields(call);
  const names = call.query.all('resourceNames');
  if (names.length === 0) throw invalidArgument('Request must have at least one resource name.');
  if (names.length > MOST_AT_ONCE) throw invalidArgument(`Request can have at most ${MOST_AT_ONCE} resource names.`);
  return json({
    responses: names.map((name) => {
      const person = personNamed(call, idIn(name), fields);
      return person === undefined
        ? {
            requestedResourceName: name,
            httpStatusCode: 404,
            status: { code: 5, message: 'Requested entity was not found.' },
          }
        : { requestedResourceName: name, httpStatusCode: 200, status: {}, person };
    }),
  });
}

function idIn(name: unknown): string {
  const id = /^people\/([^/]+)$/.exec(String(name))?.[1];
  if (id === undefined) throw invalidArgument(`Invalid resource name: ${String(name)}`);
  return id;
}

/** Throws 400 for groups that aren't there. */
function groupsIn(store: ContactStore, body: Json): string[] | undefined {
  const groups = checked(() => readMemberships(body));
  for (const id of groups ?? []) if (store.group(id) === undefined) throw invalidArgument('Contact group not found.');
  return groups;
}

function checkRoom(call: Call, store: ContactStore, more: number): void {
  const there = [...store.contacts.values()].filter(({ deleted }) => !deleted).length;
  if (there + more > call.cloud.assumptions.peopleMostContacts) {
    throw failedPrecondition('The user has too many contacts.', 'MY_CONTACTS_OVERFLOW_COUNT');
  }
}

export const createContact = changing((call, store) => {
  const fields = answerFields(call);
  const body = call.json();
  checkRoom(call, store, 1);
  const contact = store.add(
    checked(() => readFields(body)),
    groupsIn(store, body) ?? [],
  );
  return json(tell(call, contact, fields));
});

export const batchCreate = changing((call, store) => {
  const body = call.json();
  const contacts = (body.contacts ?? []) as Json[];
  checkCount(contacts.length, MOST_AT_ONCE);
  checkRoom(call, store, contacts.length);
  // All of them or none.
  const read = contacts.map(({ contactPerson }) => {
    if (contactPerson === undefined || contactPerson === null) throw invalidArgument('Contact person is required.');
    const person = contactPerson as Json;
    return { fields: checked(() => readFields(person)), groups: groupsIn(store, person) ?? [] };
  });
  const made = read.map(({ fields, groups }) => store.add(fields, groups));
  const mask = batchMask(body.readMask);
  if (mask === undefined) return json({});
  return json({ createdPeople: made.map((contact) => told(call, contact, mask)) });
});

function checkCount(count: number, most: number): void {
  if (count === 0) throw invalidArgument('Request must have at least one contact.');
  if (count > most) throw invalidArgument(`Request can have at most ${most} contacts.`);
}

/** Undefined: nothing is told. */
function batchMask(mask: unknown): string[] | undefined {
  return mask === undefined || mask === null || mask === ''
    ? undefined
    : checked(() => readMask(String(mask), 'readMask', READABLE));
}

const told = (call: Call, contact: Contact, mask: readonly string[]): Json => ({
  requestedResourceName: resourceName(contact),
  httpStatusCode: 200,
  status: {},
  person: tell(call, contact, mask),
});

/** The contact that a body changes. Throws 400 when its etag isn't given, or isn't that of now. */
function toChange(store: ContactStore, id: string, body: Json): Contact {
  const contact = store.contacts.get(id);
  if (contact === undefined || contact.deleted) throw notFound();
  const given = ((body.metadata as Json | undefined)?.sources ?? []) as Json[];
  const source = given.find(({ type }) => type === 'CONTACT');
  if (body.etag === undefined && source?.etag === undefined) {
    throw invalidArgument(
      'Request must set person.etag or person.metadata.sources.etag for the source that is being updated.',
    );
  }
  if (source?.etag !== undefined && source.etag !== etagOfSource(contact)) throw otherEtag();
  if (source?.etag === undefined && body.etag !== etagOfContact(contact)) throw otherEtag();
  return contact;
}

interface Change {
  readonly contact: Contact;
  readonly fields: Json;
  readonly groups: readonly string[] | undefined;
}

function readChange(store: ContactStore, id: string, body: Json, mask: readonly string[]): Change {
  const contact = toChange(store, id, body);
  const groups = mask.includes('memberships') ? (groupsIn(store, body) ?? []) : undefined;
  if (groups?.length === 0) throw invalidArgument('A contact must be in at least one contact group.');
  return { contact, fields: checked(() => readFields(body, mask)), groups };
}

function makeChange(store: ContactStore, { contact, fields, groups }: Change, mask: readonly string[]): void {
  const kept = Object.entries(contact.fields).filter(([name]) => !mask.includes(name));
  contact.fields = { ...Object.fromEntries(kept), ...fields };
  if (groups !== undefined) contact.groups = new Set(groups);
  store.touch(contact);
}

export const updateContact = changing((call, store) => {
  const mask = checked(() => readMask(call.query.text('updatePersonFields'), 'updatePersonFields', UPDATABLE));
  const fields = answerFields(call);
  const change = readChange(store, call.parameter('person'), call.json(), mask);
  makeChange(store, change, mask);
  return json(tell(call, change.contact, fields));
});

export const batchUpdate = changing((call, store) => {
  const body = call.json();
  const contacts = Object.entries((body.contacts ?? {}) as Record<string, Json>);
  checkCount(contacts.length, MOST_AT_ONCE);
  const mask = checked(() => readMask(body.updateMask as string | undefined, 'updateMask', UPDATABLE));
  const changes = contacts.map(([name, person]) => readChange(store, idIn(name), person, mask));
  for (const change of changes) makeChange(store, change, mask);
  const shown = batchMask(body.readMask);
  if (shown === undefined) return json({});
  return json({
    updateResult: Object.fromEntries(changes.map(({ contact }) => [resourceName(contact), told(call, contact, shown)])),
  });
});

export const deleteContact = changing((call, store) => {
  const contact = store.contacts.get(call.parameter('person'));
  if (contact === undefined || contact.deleted) throw notFound();
  store.remove(contact);
  return json({});
});

export const batchDelete = changing((call, store) => {
  const names = (call.json().resourceNames ?? []) as unknown[];
  checkCount(names.length, 500);
  const contacts = names.map((name) => store.contacts.get(idIn(name)));
  if (contacts.some((contact) => contact === undefined || contact.deleted)) throw notFound();
  for (const contact of contacts) if (contact !== undefined) store.remove(contact);
  return json({});
});

export const updatePhoto = changing((call, store) => {
  const contact = store.contacts.get(call.parameter('person'));
  if (contact === undefined || contact.deleted) throw notFound();
  const body = call.json();
  if (typeof body.photoBytes !== 'string' || body.photoBytes === '') throw invalidArgument('Photo bytes are required.');
  const bytes = Buffer.from(body.photoBytes.replaceAll('-', '+').replaceAll('_', '/'), 'base64');
  const type = imageType(bytes);
  if (type === undefined) throw invalidArgument('Photo must be a JPEG or PNG image.');
  store.setPhoto(contact, { type, bytes });
  return photoAnswer(call, contact, body.personFields);
});

export const deletePhoto = changing((call, store) => {
  const contact = store.contacts.get(call.parameter('person'));
  if (contact === undefined || contact.deleted) throw notFound();
  sources(call.query.all('sources'));
  if (contact.photo !== undefined) store.setPhoto(contact, undefined);
  return photoAnswer(call, contact, call.query.text('personFields'));
});

/** The person, if asked for. */
function photoAnswer(call: Call, contact: Contact, mask: unknown): Result {
  const fields = batchMask(mask);
  return json(fields === undefined ? {} : { person: tell(call, contact, fields) });
}

export const copyOther = changing((call, store) => {
  const other = store.others.get(call.parameter('other'));
  if (other === undefined || other.deleted) throw notFound();
  const body = call.json();
  const wanted = checked(() =>
    readMask(body.copyMask as string | undefined, 'copyMask', ['emailAddresses', 'names', 'phoneNumbers']),
  );
  const fields = Object.fromEntries(Object.entries(other.fields).filter(([name]) => wanted.includes(name)));
  const contact = store.add(fields, [MY_CONTACTS]);
  return json(tell(call, contact, batchMask(body.readMask) ?? READABLE));
});
