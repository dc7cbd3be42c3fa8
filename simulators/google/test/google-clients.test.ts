import { calendar, auth as calendarAuth } from '@googleapis/calendar';
import { people, auth as peopleAuth } from '@googleapis/people';
import { tasks, auth as tasksAuth } from '@googleapis/tasks';
import { picture } from '@sterna/simulator-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Google, startGoogle } from '../src/index.ts';
import { Contract } from './contract/index.ts';
import { signIn } from './sign-in.ts';

/** Google's own clients for Calendar, People and Tasks, as they are: only the address is another one. */
const contract = new Contract();
let server: Google;
let token: string;
let rootUrl: string;

beforeAll(async () => {
  server = await startGoogle({ observe: contract.observe });
  ({ token } = await signIn(server, 'alice@nordwind.example'));
  rootUrl = `${server.baseUrl}/`;
});
afterAll(async () => {
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
  await server.stop();
});

it('reads a whole calendar by pages, and what changed after', async () => {
  const auth = new calendarAuth.OAuth2();
  auth.setCredentials({ access_token: token });
  const api = calendar({ version: 'v3', auth, rootUrl });
  const ids = new Set<string>();
  let pageToken: string | undefined;
  let syncToken: string | undefined;
  do {
    const { data } = await api.events.list({ calendarId: 'primary', maxResults: 10, ...(pageToken && { pageToken }) });
    for (const { id } of data.items ?? []) ids.add(id as string);
    pageToken = data.nextPageToken ?? undefined;
    syncToken = data.nextSyncToken ?? undefined;
  } while (pageToken !== undefined);
  expect(ids.size).toBeGreaterThan(20);
  const { data: made } = await api.events.insert({
    calendarId: 'primary',
    conferenceDataVersion: 1,
    requestBody: {
      summary: 'By the client',
      start: { dateTime: '2026-11-02T09:00:00', timeZone: 'Europe/Berlin' },
      end: { dateTime: '2026-11-02T10:00:00', timeZone: 'Europe/Berlin' },
      recurrence: ['RRULE:FREQ=DAILY;COUNT=3'],
      conferenceData: { createRequest: { requestId: 'r1' } },
    },
  });
  expect(made.hangoutLink).toMatch(/^https:\/\/meet\.google\.com\//);
  const { data: instances } = await api.events.instances({ calendarId: 'primary', eventId: made.id as string });
  expect(instances.items).toHaveLength(3);
  await api.events.delete({ calendarId: 'primary', eventId: instances.items?.[1]?.id as string });
  const { data: next } = await api.events.list({ calendarId: 'primary', syncToken: syncToken as string });
  expect(next.items?.map(({ status }) => status)).toEqual(['confirmed', 'cancelled']);
  await expect(api.events.get({ calendarId: 'primary', eventId: 'nothere' })).rejects.toMatchObject({ status: 404 });
});

it('makes, changes and groups contacts', async () => {
  const auth = new peopleAuth.OAuth2();
  auth.setCredentials({ access_token: token });
  const api = people({ version: 'v1', auth, rootUrl });
  const { data: made } = await api.people.createContact({
    personFields: 'names,metadata',
    requestBody: { names: [{ givenName: 'Client' }] },
  });
  const resourceName = made.resourceName as string;
  await api.people.updateContact({
    resourceName,
    updatePersonFields: 'phoneNumbers',
    requestBody: { etag: made.etag as string, phoneNumbers: [{ value: '+49 30 123456' }] },
  });
  await api.people.updateContactPhoto({
    resourceName,
    requestBody: { photoBytes: picture(16, [9, 9, 9]).toString('base64') },
  });
  const { data: group } = await api.contactGroups.create({ requestBody: { contactGroup: { name: 'By the client' } } });
  await api.contactGroups.members.modify({
    resourceName: group.resourceName as string,
    requestBody: { resourceNamesToAdd: [resourceName] },
  });
  const { data: seen } = await api.people.get({ resourceName, personFields: 'phoneNumbers,photos,memberships' });
  expect(seen.phoneNumbers?.[0]?.canonicalForm).toBe('+4930123456');
  expect(seen.photos?.[0]?.default).toBeFalsy();
  expect(seen.memberships).toHaveLength(2);
  const { data: all } = await api.people.connections.list({
    resourceName: 'people/me',
    personFields: 'names',
    pageSize: 1000,
  });
  expect(all.connections?.at(-1)?.resourceName).toBe(resourceName);
});

it('makes and moves tasks', async () => {
  const auth = new tasksAuth.OAuth2();
  auth.setCredentials({ access_token: token });
  const api = tasks({ version: 'v1', auth, rootUrl });
  const { data: list } = await api.tasklists.insert({ requestBody: { title: 'By the client' } });
  const tasklist = list.id as string;
  const { data: one } = await api.tasks.insert({
    tasklist,
    requestBody: { title: 'one', due: '2026-12-24T18:00:00Z' },
  });
  const { data: two } = await api.tasks.insert({ tasklist, requestBody: { title: 'two' } });
  const { data: moved } = await api.tasks.move({ tasklist, task: two.id as string, parent: one.id as string });
  expect(moved.parent).toBe(one.id);
  await api.tasks.patch({ tasklist, task: one.id as string, requestBody: { status: 'completed' } });
  const { data: all } = await api.tasks.list({ tasklist });
  expect(all.items?.map(({ status }) => status)).toEqual(['completed', 'needsAction']);
});
