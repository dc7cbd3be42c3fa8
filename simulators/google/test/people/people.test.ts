import { picture } from '@sterna/simulator-kit';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { type Google, startGoogle, VirtualClock } from '../../src/index.ts';
import { Contract } from '../contract/index.ts';
import { type Client, signIn } from '../sign-in.ts';

const DAY = 86_400_000;
const contract = new Contract();
let server: Google;
let clock: VirtualClock;
let client: Client;
const servers: Google[] = [];

beforeEach(async () => {
  clock = new VirtualClock(Date.UTC(2026, 8, 1, 12));
  server = await startGoogle({ empty: true, observe: contract.observe, clock });
  servers.push(server);
  client = await signIn(server, 'alice@nordwind.example');
});
afterAll(async () => {
  expect(contract.faults).toEqual([]);
  for (const one of servers) {
    expect(one.failures).toEqual([]);
    await one.stop();
  }
});

const create = async (person: object, mask = 'names,emailAddresses,memberships,metadata') =>
  client('POST', `/v1/people:createContact?personFields=${mask}`, person);
const list = async (query = '') => client('GET', `/v1/people/me/connections?personFields=names,metadata${query}`);

it('gives a contact with what Google makes of it', async () => {
  const { status, json } = await create({
    names: [{ givenName: 'Zoë', familyName: 'Berg' }],
    emailAddresses: [{ value: 'zoe@example.org', type: 'home' }, { value: 'z@example.org' }],
  });
  expect(status).toBe(200);
  expect(json.names[0]).toMatchObject({
    displayName: 'Zoë Berg',
    displayNameLastFirst: 'Berg, Zoë',
    unstructuredName: 'Zoë Berg',
  });
  expect(json.emailAddresses.map(({ metadata }: { metadata: { primary?: boolean } }) => metadata.primary)).toEqual([
    true,
    undefined,
  ]);
  expect(json.memberships[0].contactGroupMembership.contactGroupResourceName).toBe('contactGroups/myContacts');
  const [source] = json.metadata.sources;
  expect(source.type).toBe('CONTACT');
  expect(json.resourceName).toBe(`people/c${BigInt(`0x${source.id}`)}`);
  expect((await client('GET', `/v1/${json.resourceName}`)).status).toBe(400);
  expect((await client('GET', `/v1/${json.resourceName}?personFields=name`)).status).toBe(400);
  expect((await client('GET', `/v1/${json.resourceName}?personFields=names`)).json.emailAddresses).toBeUndefined();
});

it.each([['names'], ['birthdays'], ['biographies'], ['genders']])('takes one of %s at most', async (field) => {
  const { status, json } = await create({ [field]: [{ value: 'a' }, { value: 'b' }] });
  expect([status, json.error.status]).toEqual([400, 'INVALID_ARGUMENT']);
});

it('changes the fields of the mask alone, and only what the client knows', async () => {
  const { json: made } = await create({
    names: [{ givenName: 'A' }],
    nicknames: [{ value: 'n' }],
    emailAddresses: [{ value: 'a@x.example' }],
  });
  const path = `/v1/${made.resourceName}:updateContact?updatePersonFields=emailAddresses,nicknames&personFields=names,emailAddresses,nicknames,metadata`;
  expect((await client('PATCH', path, { emailAddresses: [{ value: 'b@x.example' }] })).status).toBe(400);
  const { json: changed } = await client('PATCH', path, {
    etag: made.etag,
    names: [{ givenName: 'B' }],
    emailAddresses: [{ value: 'b@x.example' }],
  });
  expect(changed).toMatchObject({ names: [{ givenName: 'A' }], emailAddresses: [{ value: 'b@x.example' }] });
  expect(changed.nicknames).toBeUndefined();
  const late = await client('PATCH', path, { etag: made.etag, emailAddresses: [] });
  expect([late.status, late.json.error.status]).toEqual([400, 'FAILED_PRECONDITION']);
  const bySource = await client('PATCH', path, { metadata: { sources: changed.metadata.sources }, emailAddresses: [] });
  expect(bySource.status).toBe(200);
  expect(
    (await client('PATCH', path.replace('updatePersonFields=', 'updatePersonFields=photos,'), { etag: made.etag }))
      .status,
  ).toBe(400);
});

it('syncs: what changed, what went, and after seven days not at all', async () => {
  const { json: a } = await create({ names: [{ givenName: 'A' }] });
  const { json: b } = await create({ names: [{ givenName: 'B' }] });
  const { json: page } = await list('&pageSize=1&requestSyncToken=true');
  expect(page).toMatchObject({ totalItems: 2, connections: [{ resourceName: a.resourceName }] });
  const { json: rest } = await list(`&pageSize=1&requestSyncToken=true&pageToken=${page.nextPageToken}`);
  expect(rest.connections[0].resourceName).toBe(b.resourceName);
  const token = rest.nextSyncToken;
  expect((await list(`&syncToken=${token}`)).json.connections).toBeUndefined();
  expect((await client('DELETE', `/v1/${a.resourceName}:deleteContact`)).status).toBe(200);
  const { json: next } = await list(`&syncToken=${token}`);
  expect(next.connections).toMatchObject([{ resourceName: a.resourceName, metadata: { deleted: true } }]);
  expect((await client('GET', `/v1/people/me/connections?personFields=names&syncToken=${token}`)).status).toBe(400);
  clock.advance(6 * DAY);
  client = await signIn(server, 'alice@nordwind.example');
  const { status, json: sixth } = await list(`&syncToken=${next.nextSyncToken}`);
  expect(status).toBe(200);
  clock.advance(DAY);
  client = await signIn(server, 'alice@nordwind.example');
  // The seven days began with the full listing, not with the last sync.
  const expired = await list(`&syncToken=${sixth.nextSyncToken}`);
  expect(expired.status).toBe(400);
  expect(expired.json.error).toMatchObject({
    status: 'FAILED_PRECONDITION',
    details: [{ reason: 'EXPIRED_SYNC_TOKEN' }],
  });
});

it('refuses changes that overlap, and takes them one after the other', async () => {
  const both = await Promise.all(['A', 'B'].map((givenName) => create({ names: [{ givenName }] })));
  const statuses = both.map(({ status }) => status).sort();
  // Whether they meet is up to the sockets: at least one is taken, and what isn't says why.
  expect(statuses[0]).toBe(200);
  for (const { status, json } of both) if (status !== 200) expect(json.error.status).toBe('ABORTED');
  for (const givenName of ['C', 'D', 'E']) expect((await create({ names: [{ givenName }] })).status).toBe(200);
});

it('does batches whole or not at all', async () => {
  const person = (givenName: string) => ({
    contactPerson: { names: [{ givenName }], clientData: [{ key: 'k', value: givenName }] },
  });
  const batch = (contacts: object[], readMask = 'names') =>
    client('POST', '/v1/people:batchCreateContacts', { contacts, readMask });
  const { json: made } = await batch([person('A'), person('B')], 'names,metadata,clientData');
  expect(
    made.createdPeople.map(
      ({ person: { clientData } }: { person: { clientData: { value: string }[] } }) => clientData[0]?.value,
    ),
  ).toEqual(['A', 'B']);
  expect(
    (await batch([person('C'), { contactPerson: { names: [{ givenName: 'x' }, { givenName: 'y' }] } }])).status,
  ).toBe(400);
  expect((await batch(Array(201).fill(person('x')))).status).toBe(400);
  expect((await list()).json.totalItems).toBe(2);
  const people = made.createdPeople.map((one: { person: { resourceName: string; etag: string } }) => one.person);
  const contacts = Object.fromEntries(
    people.map(({ resourceName, etag }: { resourceName: string; etag: string }) => [
      resourceName,
      { etag, names: [{ givenName: 'N' }] },
    ]),
  );
  const { json: updated } = await client('POST', '/v1/people:batchUpdateContacts', {
    contacts,
    updateMask: 'names',
    readMask: 'names',
  });
  expect(updated.updateResult[people[0].resourceName].person.names[0].givenName).toBe('N');
  expect((await client('POST', '/v1/people:batchUpdateContacts', { contacts, updateMask: 'names' })).status).toBe(400);
  const names = people.map(({ resourceName }: { resourceName: string }) => resourceName);
  const { json: got } = await client(
    'GET',
    `/v1/people:batchGet?personFields=names&resourceNames=${names[0]}&resourceNames=people/c1`,
  );
  expect(got.responses.map(({ httpStatusCode }: { httpStatusCode: number }) => httpStatusCode)).toEqual([200, 404]);
  expect(
    (await client('POST', '/v1/people:batchDeleteContacts', { resourceNames: [...names, 'people/c1'] })).status,
  ).toBe(404);
  expect((await client('POST', '/v1/people:batchDeleteContacts', { resourceNames: names })).status).toBe(200);
  expect((await list()).json.totalItems).toBe(0);
});

it('keeps a photo, serves it, and takes pictures alone', async () => {
  const { json: made } = await create({ names: [{ givenName: 'A' }] }, 'photos');
  expect(made.photos[0].default).toBe(true);
  const png = picture(32, [1, 2, 3]);
  const path = `/v1/${made.resourceName}:updateContactPhoto`;
  const { json } = await client('PATCH', path, { photoBytes: png.toString('base64'), personFields: 'photos' });
  const [{ url, default: isDefault }] = json.person.photos;
  expect(isDefault).toBeUndefined();
  const served = await fetch(url);
  expect(served.headers.get('content-type')).toBe('image/png');
  expect(Buffer.from(await served.arrayBuffer())).toEqual(png);
  expect((await client('PATCH', path, { photoBytes: Buffer.from('no picture').toString('base64') })).status).toBe(400);
  const { json: without } = await client('DELETE', `/v1/${made.resourceName}:deleteContactPhoto?personFields=photos`);
  expect(without.person.photos[0].default).toBe(true);
  expect((await fetch(url)).status).toBe(404);
});

it('has groups with names of their own, and contacts in at least one', async () => {
  const group = { contactGroup: { name: 'Freunde' } };
  const { json: friends } = await client('POST', '/v1/contactGroups', group);
  const again = await client('POST', '/v1/contactGroups', group);
  expect([again.status, again.json.error.status]).toEqual([409, 'ALREADY_EXISTS']);
  const { json: made } = await create({ names: [{ givenName: 'A' }] });
  const modify = (name: string, body: object) => client('POST', `/v1/${name}/members:modify`, body);
  await modify(friends.resourceName, { resourceNamesToAdd: [made.resourceName, 'people/c1'] }).then(({ json }) =>
    expect(json.notFoundResourceNames).toEqual(['people/c1']),
  );
  const members = async () =>
    (await client('GET', `/v1/${friends.resourceName}?maxMembers=9`)).json.memberResourceNames;
  expect(await members()).toEqual([made.resourceName]);
  expect((await modify('contactGroups/family', { resourceNamesToAdd: [made.resourceName] })).status).toBe(400);
  await modify('contactGroups/myContacts', { resourceNamesToRemove: [made.resourceName] });
  const { json: seen } = await client('GET', `/v1/${made.resourceName}?personFields=memberships`);
  expect(
    seen.memberships.map(
      (one: { contactGroupMembership: { contactGroupResourceName: string } }) =>
        one.contactGroupMembership.contactGroupResourceName,
    ),
  ).toEqual([friends.resourceName]);
  const { json: renamed } = await client('PUT', `/v1/${friends.resourceName}`, {
    contactGroup: { name: 'Amis', etag: friends.etag },
  });
  expect(renamed).toMatchObject({ name: 'Amis', memberCount: 1 });
  expect((await client('DELETE', `/v1/${friends.resourceName}`)).status).toBe(200);
  expect((await client('GET', `/v1/${made.resourceName}?personFields=memberships`)).json.memberships).toHaveLength(1);
  expect((await client('DELETE', '/v1/contactGroups/starred')).status).toBe(400);
});

it('says so when a user has too many contacts', async () => {
  const full = await startGoogle({
    empty: true,
    observe: contract.observe,
    clock,
    assumptions: { peopleMostContacts: 1 },
  });
  servers.push(full);
  client = await signIn(full, 'alice@nordwind.example');
  expect((await create({ names: [{ givenName: 'A' }] })).status).toBe(200);
  expect((await create({ names: [{ givenName: 'B' }] })).json.error.details[0].reason).toBe(
    'MY_CONTACTS_OVERFLOW_COUNT',
  );
});
